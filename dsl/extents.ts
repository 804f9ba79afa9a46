/**
 * Sums and differences of extents, as far as they can be written: an extent is a product of dims and a
 * number, so `K + K` is `2·K`, and `K + 1` has no form.
 *
 * @module
 */
import { type Extent, extentKey, factors, fromFactors } from "./dim.ts";

/** True if two extents are multiples of the same dims. */
function areLike(a: Extent, b: Extent): boolean {
  return dimsKey(a) === dimsKey(b);
}

function dimsKey(extent: Extent): string {
  return extentKey(fromFactors({ ...factors(extent), coefficient: 1 }));
}

/**
 * `a + b`, or `undefined` where that is no product.
 *
 * ```ts
 * import { dim, showExtent } from "./dim.ts";
 * import { plus } from "./extents.ts";
 * const K = dim("K");
 * if (showExtent(plus(K, K) ?? 0) !== "2·K" || plus(K, 1) !== undefined) throw new Error();
 * ```
 */
export function plus(a: Extent, b: Extent): Extent | undefined {
  if (a === 0) return b;
  if (b === 0) return a;
  if (!areLike(a, b)) return undefined;
  const { coefficient, symbols } = factors(a);
  return fromFactors({ coefficient: coefficient + factors(b).coefficient, symbols });
}

/**
 * `a − b` where it is surely not negative, or `undefined` where it is, where nobody knows, or where it is
 * no product.
 */
export function minus(a: Extent, b: Extent): Extent | undefined {
  if (b === 0) return a;
  if (!areLike(a, b)) return undefined;
  const { coefficient, symbols } = factors(a);
  const left = coefficient - factors(b).coefficient;
  return left < 0 ? undefined : fromFactors({ coefficient: left, symbols });
}

/** True if `a ≤ b` for all sizes of dims. */
export function isAtMost(a: Extent, b: Extent): boolean {
  return minus(b, a) !== undefined;
}
