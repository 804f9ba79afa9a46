/**
 * Places of an operand that may lie outside of it: an index that is always within, and the condition
 * under which it is the right one. So no load is ever out of range.
 *
 * All arithmetic is that of u32: what would be negative is larger than any extent.
 *
 * @module
 */
import type { Extent } from "../../dsl/dim.ts";
import { type IndexExpr, indexOf } from "../kernel/index_expr.ts";
import type { Scalar, ScalarOp } from "../kernel/kernel.ts";

/** A place along an axis of an operand. */
export interface Guarded {
  readonly index: IndexExpr;
  /** A bool: whether the operand has that place. */
  readonly isInside: Scalar;
}

const whole = (value: number): Scalar => ({ kind: "constant", type: "u32", value });
const indexValue = (index: IndexExpr): Scalar => ({ kind: "index", type: "u32", index });
const extentValue = (extent: Extent): Scalar =>
  typeof extent === "number" ? whole(extent) : indexValue({ kind: "extent", extent });
const apply = (
  op: ScalarOp,
  left: Scalar,
  right: Scalar,
  type: "u32" | "bool" = "u32",
): Scalar => ({ kind: "apply", op, args: [left, right], type });

/** `at − by`, which may be no place of an axis with this extent. */
export function placeBefore(at: IndexExpr, by: Extent, extent: Extent): Guarded {
  return guarded(by === 0 ? indexValue(at) : difference(indexValue(at), extentValue(by)), extent);
}

/** Whether an index is below an extent. */
export function isBelow(at: IndexExpr, extent: Extent): Scalar {
  return apply("greater", extentValue(extent), indexValue(at), "bool");
}

/** The window that holds element `at` as its element `k`: `(at − k·dilation) / stride`, if that is whole. */
export function windowOf(
  at: IndexExpr,
  k: IndexExpr,
  { stride, dilation }: { readonly stride: number; readonly dilation: number },
  count: Extent,
): Guarded {
  const offset = dilation === 1 ? indexValue(k) : apply("mul", indexValue(k), whole(dilation));
  const isFirst = k.kind === "extent" && k.extent === 0;
  const start = isFirst ? indexValue(at) : difference(indexValue(at), offset);
  if (stride === 1) return guarded(start, count);
  const place = apply("div", start, whole(stride));
  const { index, isInside } = guarded(place, count);
  const isWhole = apply("equal", apply("mul", place, whole(stride)), start, "bool");
  return { index, isInside: apply("and", isWhole, isInside, "bool") };
}

function difference(left: Scalar, right: Scalar): Scalar {
  return apply("sub", left, right);
}

function guarded(place: Scalar, extent: Extent): Guarded {
  const last = typeof extent === "number"
    ? whole(Math.max(extent - 1, 0))
    : difference(extentValue(extent), whole(1));
  return {
    index: indexOf(apply("minimum", place, last)),
    isInside: apply("greater", extentValue(extent), place, "bool"),
  };
}
