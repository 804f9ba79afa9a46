/** The numbers that indices stand for. @module */
import type { Extent } from "../../dsl/dim.ts";
import type { IndexExpr } from "./index_expr.ts";
import type { Scalar } from "./kernel.ts";

/** The number an index stands for, given those that its leaves stand for. */
export function evaluateIndex(
  index: IndexExpr,
  axes: ReadonlyMap<string, number>,
  extent: (extent: Extent) => number,
  value: (scalar: Scalar) => number = () => NaN,
): number {
  const below = (part: IndexExpr): number => evaluateIndex(part, axes, extent, value);
  switch (index.kind) {
    case "extent":
      return extent(index.extent);
    case "axis":
      return axes.get(index.axis.name) ?? NaN;
    case "value":
      return value(index.scalar);
    case "add":
      return below(index.left) + below(index.right);
    case "mul":
      return below(index.left) * extent(index.by);
    case "div":
      return Math.floor(below(index.left) / extent(index.by));
    case "mod":
      return below(index.left) % extent(index.by);
  }
}
