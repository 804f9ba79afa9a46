/** The sizes that a declaration is checked at. @module */
import type { DimValues } from "../dsl/dim.ts";
import { nodesOf } from "../codegen/graph/graph.ts";
import type { Compilation } from "../codegen/pipeline.ts";
import { dimNames } from "../codegen/programs/extents.ts";

/** Sizes around those of lanes and tiles: one less, the size, one more. */
const EDGES = [3, 4, 5, 7, 8, 9, 15, 16, 17];

/** Different primes, in which exchanged axes show. */
const PRIMES = [2, 3, 5, 7, 11, 13];

/** Samples in the tables that a model draws from. */
const SAMPLES = 24;

/**
 * Sizes of all dims: different primes, all ones, the sizes around tiles for one dim at a time while others are
 * small, two dims of one size, and, for layers, no sample at all. Models have their own numbers for most of them.
 *
 * @param quick leaves out half of the sizes around tiles
 */
export function sizesOf(
  { declaration, stages, module }: Compilation,
  quick: boolean,
): readonly DimValues[] {
  const nodes = stages.flatMap(({ source }) => nodesOf(source));
  const own = dimNames([...declaration.inputs, ...declaration.params, ...nodes]);
  const dims = own.filter((dim) => dim !== "samples");
  const all = (size: (dim: string, at: number) => number): DimValues => ({
    ...Object.fromEntries(dims.map((dim, at) => [dim, size(dim, at)])),
    ...(own.includes("samples") ? { samples: SAMPLES } : {}),
  });
  const primes = all((_, at) => PRIMES[at % PRIMES.length] ?? 1);
  // Each edge is the size of one dim, in turn.
  const sizes = dims.length === 0 ? [] : EDGES.filter((_, i) => !quick || i % 3 === 0);
  const edges = sizes.map((edge, i) =>
    all((_, at) => at === i % dims.length ? edge : PRIMES[at % 2] ?? 1)
  );
  // A mean over a batch of no sample is no number: steps of models refuse it.
  const [call] = declaration.kind === "layer" ? module.callDims : [];
  return [
    primes,
    all(() => 1),
    ...(dims.length > 1 ? [all(() => 4)] : []),
    ...edges,
    ...(call === undefined ? [] : [{ ...primes, [call]: 0 }]),
  ];
}
