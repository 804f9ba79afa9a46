/**
 * Tile sizes of contractions. What is kept in the sixteen vector registers of x86-64 is the partial
 * results of a tile, one row of the right operand and one value of the left.
 *
 * @module
 */
import type { Extent } from "../../../dsl/dim.ts";

/** Rows of a full tile: 5 × 2 partial results, 2 + 1 operands and a product fit; 6 × 2 do not. */
const HEIGHT = 5;
/** Rows of a tile that is a little slower, for extents that it covers better. */
const LOWER_HEIGHT = 4;
/** What a step of a tile takes at least, in multiplications of a vector: each waits for the one before. */
const LEAST_PER_STEP = 8;
/** What a lower tile costs beside a full one of as many results. */
const LOWER_COSTS = 1.05;

/** Pieces of these sizes that cover an extent, largest first. */
function pieces(sizes: readonly number[], extent: number): readonly number[] {
  let left = extent;
  return sizes.flatMap((size) => {
    const count = Math.floor(left / size);
    left -= count * size;
    return Array.from({ length: count }, () => size);
  });
}

/** What a step of k costs for all tiles that cover a result, in multiplications of a vector. */
export function tilesCost(
  heights: readonly number[],
  rows: Extent,
  widths: readonly number[],
  columns: Extent,
): number {
  const sizeOf = (extent: Extent): number => typeof extent === "number" ? extent : TYPICAL;
  const across = pieces(widths, sizeOf(columns)).map((width) => Math.ceil(width / 4));
  return pieces(heights, sizeOf(rows)).reduce(
    (sum, height) =>
      across.reduce((all, vectors) => all + Math.max(height * vectors, LEAST_PER_STEP), sum),
    0,
  );
}

/** What a size that is not known yet is taken for: covered by full tiles. */
const TYPICAL = 40;

/** Heights of tiles that cover an extent, tallest first: exactly, where it is a number. */
export function heightsFor(extent: Extent): readonly number[] {
  if (typeof extent !== "number") return [HEIGHT, 2, 1];
  if (extent < HEIGHT) return [Math.max(extent, 1)];
  const [full, lower] = [HEIGHT, LOWER_HEIGHT].map((height) =>
    extent % height === 0 ? [height] : [height, extent % height]
  );
  const cost = (heights: readonly number[]) => tilesCost(heights, extent, [8], 8);
  const isBetter = full !== undefined && lower !== undefined &&
    LOWER_COSTS * cost(lower) < cost(full);
  return (isBetter ? lower : full) ?? [HEIGHT];
}

/** Widths of tiles in outer-product form: two vectors, one vector, single values. */
export const OUTER_WIDTHS: readonly number[] = [8, 4, 1];

/** The most vectors that a tile of one row keeps: with a value and a product they fill the registers. */
const MOST_VECTORS = 12;

/** Widths of tiles of one row: the widest vectors that leave the least over, single vectors, single values. */
export function zeroWidths(extent: Extent): readonly number[] {
  const vectors = typeof extent === "number" ? Math.floor(extent / 4) : MOST_VECTORS;
  const counts = Array.from({ length: MOST_VECTORS / 2 }, (_, less) => MOST_VECTORS - less);
  const best = counts.reduce((a, b) => vectors % b < vectors % a ? b : a);
  return [4 * best, 4, 1];
}

/** Widths of tiles in dot form. */
export const DOT_WIDTHS: readonly number[] = [2, 1];

/** Steps of k that a loop of the outer-product form takes per turn. */
export const OUTER_UNROLL = 4;

/** Vectors that a loop of the dot form takes per turn: a divisor of their number, if it is known. */
export function dotUnroll(extent: Extent, lanes: number): number {
  if (typeof extent !== "number") return 1;
  const vectors = Math.floor(extent / lanes);
  return [4, 5, 3, 2].find((count) => vectors % count === 0) ?? 1;
}
