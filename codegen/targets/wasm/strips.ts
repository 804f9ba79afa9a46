/**
 * A cost model of memory: in which order the tiles of a contraction are visited.
 *
 * Strips along m read the whole right operand once per strip, strips along n the whole left operand. What
 * is read again costs little where it fits the first cache, and much where it does not fit the second.
 * What the epilogue touches lies in rows: strips along n touch it in pieces of cache lines.
 *
 * @module
 */
import { type Extent, factors } from "../../../dsl/dim.ts";
import { scalarsIn, storesIn } from "../../kernel/access.ts";
import type { Contraction } from "./contraction.ts";
import { heightsFor, OUTER_WIDTHS } from "./tiles.ts";

/** What a size that is not known yet is taken for. */
const TYPICAL = 100;
/** Bytes that a first cache holds beside other things, and a second one; of most CPUs since 2017. */
const FIRST_CACHE = 16 * 1024, SECOND_CACHE = 512 * 1024;
/** Cost of an element that is read again, by where it is; of one touched in pieces of lines. */
const NEAR = 0.1, IN_SECOND = 1, FAR = 4, IN_PIECES = 3;

function sizeOf(extent: Extent): number {
  const { coefficient, symbols } = factors(extent);
  return coefficient * TYPICAL ** symbols.length;
}

function again(elements: number): number {
  const bytes = 4 * elements;
  if (bytes <= FIRST_CACHE) return NEAR * elements;
  return (bytes <= SECOND_CACHE ? IN_SECOND : FAR) * elements;
}

/** The axis that strips follow each other along in the cheaper order. */
export function stripsOf({ m, n, k, sums, epilogue }: Contraction): "m" | "n" {
  const [M, N] = [sizeOf(m.extent), sizeOf(n.extent)];
  const K = [k, ...sums].reduce((steps, { extent }) => steps * sizeOf(extent), 1);
  const loads = scalarsIn(epilogue).filter((scalar) =>
    scalar.kind === "load" && scalar.index.length >= 2
  );
  const touched = (loads.length + storesIn(epilogue).length) * M * N;
  const alongM = Math.ceil(M / (heightsFor(m.extent)[0] ?? 1)) * again(K * N) + touched;
  const alongN = Math.ceil(N / (OUTER_WIDTHS[0] ?? 1)) * again(M * K) + IN_PIECES * touched;
  return alongM <= alongN ? "m" : "n";
}
