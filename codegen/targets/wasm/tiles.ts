/**
 * Tile sizes of contractions. What is kept in the sixteen vector registers of x86-64 is the partial
 * results of a tile, one row of the right operand and one value of the left.
 *
 * @module
 */
import type { Extent } from "../../../dsl/dim.ts";

/** Heights for an extent known at run time only: most rows, then what is left, in few sizes. */
const HEIGHTS: readonly number[] = [5, 2, 1];
/** Heights to choose from where the extent is a number. */
const FULL_HEIGHTS: readonly number[] = [6, 5, 4];
/** What a tile costs beside its rows, in rows: loading the right operand. */
const TILE_COST = 1.5;

/** The cost of covering an extent with tiles of a height and one lower tile for the rest. */
function cost(extent: number, height: number): number {
  const rest = extent % height;
  const full = Math.floor(extent / height) * (height + TILE_COST);
  return rest === 0 ? full : full + rest + TILE_COST;
}

/** Heights of tiles that cover an extent, tallest first; exactly, where it is a number. */
export function heightsFor(extent: Extent): readonly number[] {
  if (typeof extent !== "number") return HEIGHTS;
  const [tallest = 1] = FULL_HEIGHTS;
  if (extent <= tallest) return [Math.max(extent, 1)];
  const height = FULL_HEIGHTS.reduce((best, next) =>
    cost(extent, next) < cost(extent, best) ? next : best
  );
  const rest = extent % height;
  return rest === 0 ? [height] : [height, rest];
}

/** Widths of tiles in outer-product form: two vectors, one vector, single values. */
export const OUTER_WIDTHS: readonly number[] = [8, 4, 1];

/** Widths of tiles in dot form. */
export const DOT_WIDTHS: readonly number[] = [2, 1];

/** Steps of the summation that a loop of the outer-product form takes per turn. */
export const OUTER_UNROLL = 4;

/** Vectors that a loop of the dot form takes per turn: a divisor of their number, if it is known. */
export function dotUnroll(extent: Extent, lanes: number): number {
  if (typeof extent !== "number") return 1;
  const vectors = Math.floor(extent / lanes);
  return [4, 5, 3, 2].find((count) => vectors % count === 0) ?? 1;
}
