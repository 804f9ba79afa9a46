/** How the elements that a kernel touches lie along its axes, for an order of their tensors' axes in memory. @module */
import type { Extent } from "../../dsl/dim.ts";
import {
  affine,
  type Axis,
  dependsOnAxis,
  flatten,
  type IndexExpr,
  terms,
} from "../kernel/index_expr.ts";
import type { Kernel, Scalar, Stage } from "../kernel/kernel.ts";
import { permuted } from "../kernel/permute_tensors.ts";
import { forEachPart } from "../kernel/scalar_walk.ts";

/** An element that a kernel loads or stores. */
export interface Touch {
  readonly tensor: string;
  readonly index: readonly IndexExpr[];
  readonly shape: readonly Extent[];
  readonly stores: boolean;
}

/** Which axis of a tensor comes first, second, … in memory; `undefined` for the order of its shape. */
export type OrderOf = (tensor: string) => readonly number[] | undefined;

/**
 * How an element moves with an axis: not at all; to the next in memory; by a constant distance; or in another
 * way.
 */
export type Step = "none" | "next" | "far" | "other";

/** All elements that stages of a kernel touch, each once: loads, then stores. */
export function touchesOf(
  stages: readonly Stage[],
  tensors: Kernel["tensors"],
): readonly Touch[] {
  const values: Scalar[] = [];
  const touch = (tensor: string, index: readonly IndexExpr[], stores: boolean): Touch => ({
    tensor,
    index,
    stores,
    shape: tensors.find(({ name }) => name === tensor)?.shape ?? [],
  });
  const stores: Touch[] = [];
  const visit = (stage: Stage): void => {
    if (stage.kind === "loop") return stage.body.forEach(visit);
    values.push(stage.value);
    if (stage.kind === "store") stores.push(touch(stage.tensor, stage.index, true));
  };
  stages.forEach(visit);
  const loads: Touch[] = [];
  forEachPart(values, (part) => {
    if (part.kind === "load") loads.push(touch(part.tensor, part.index, false));
  });
  return [...loads, ...stores];
}

/** Where an element lies in memory, for an order of its tensor's axes. */
export function positionOf(
  { index, shape }: Pick<Touch, "index" | "shape">,
  order: readonly number[] | undefined,
): IndexExpr {
  return flatten(permuted(index, order), permuted(shape, order));
}

/** How a position moves with an axis. */
export function stepOf(position: IndexExpr, axis: Axis): Step {
  const moving = terms(position).filter((term) => dependsOnAxis(term, new Set([axis.name])));
  const strides = moving.map((term) => {
    const found = affine(term)?.strides;
    return found?.size === 1 ? found.get(axis.name) : undefined;
  });
  if (strides.length === 0) return "none";
  if (strides.some((stride) => stride === undefined)) return "other";
  return strides.length === 1 && strides[0] === 1 ? "next" : "far";
}

/** The axis of a tensor along which an element moves one by one with an axis of the kernel, if there is one. */
export function unitAxis({ index }: Pick<Touch, "index">, axis: Axis): number | undefined {
  const at = index.findIndex((each, i) =>
    stepOf(each, axis) === "next" &&
    index.every((other, j) => i === j || stepOf(other, axis) === "none")
  );
  return at < 0 ? undefined : at;
}
