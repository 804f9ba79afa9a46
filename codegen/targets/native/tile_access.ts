/**
 * How a contraction touches its tensors: where elements lie side by side.
 *
 * @module
 */
import { accessOf, elementsIn, motion, type Tensors } from "../../kernel/access.ts";
import type { Load } from "../../kernel/fours.ts";
import { affine, type Axis, flatten, type IndexExpr } from "../../kernel/index_expr.ts";
import type { Stage } from "../../kernel/kernel.ts";
import { isAxis } from "./panels.ts";

/** The tensors of a kernel, and which of them lie in panels. */
export interface Lie {
  readonly tensors: Tensors;
  readonly panels: ReadonlySet<string>;
}

/** Where a load reads, in elements from the tensor's first. */
export function positionOf({ tensor, index }: Load, tensors: Tensors): IndexExpr {
  return flatten(index, tensors.get(tensor)?.shape ?? []);
}

/** True if where a load reads depends on an axis, or may. */
export function dependsOn(load: Load, axis: Axis, tensors: Tensors): boolean {
  return affine(positionOf(load, tensors))?.strides.has(axis.name) ?? true;
}

/** Loads and stores of an epilogue whose elements lie side by side along an axis of a tile. */
export function liesAlong(
  epilogue: readonly Stage[],
  axis: Axis,
  { tensors, panels }: Lie,
): number {
  return elementsIn(epilogue).filter(({ tensor, index }) =>
    panels.has(tensor)
      ? isAxis(index[0], axis.name)
      : motion(accessOf(tensor, index, tensors), axis) === "contiguous"
  ).length;
}
