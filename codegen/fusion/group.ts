/**
 * Groups: the nodes that one kernel computes.
 *
 * A group is anchored at a contraction, at reductions over the same axes of tensors of the same shape,
 * or at nothing (a map). Around its anchor it computes elementwise values of the same index: epilogues
 * of a contraction, values of a row before and after a reduction.
 *
 * @module
 */
import { type Extent, sameShape, type Shape } from "../../dsl/dim.ts";
import type { Node } from "../../dsl/ops.ts";
import { type Axis, axisIndex } from "../kernel/index_expr.ts";
import type { Scalar } from "../kernel/kernel.ts";
import { showIndex } from "../kernel/print_scalar.ts";
import type { Expander, Index } from "./expand.ts";

/** A reduction of a group: the local that holds it and the expression it runs over. */
export interface Reduction {
  readonly node: Node;
  readonly local: string;
  readonly value: Scalar;
}

/** A value that a group writes to memory. */
export interface Stored {
  readonly node: Node;
  /** `outer`: one element per point of the parallel axes; `full`: one per point of all axes. */
  readonly level: "outer" | "full";
  readonly value: Scalar;
}

/** The nodes of one kernel. */
export interface Group {
  readonly kind: "contract" | "rows" | "map";
  readonly id: number;
  /** The parallel axes and the axes of the reductions. */
  readonly outer: readonly Axis[];
  readonly inner: readonly Axis[];
  /** All axes, in the order of the shape that reductions run over. */
  readonly all: readonly Axis[];
  readonly reductions: Reduction[];
  readonly stored: Stored[];
  /** Groups whose results this one loads. */
  readonly needs: Set<Group>;
  /** Names of leaves and stored tensors this one loads. */
  readonly loads: Set<string>;
  readonly expander: Expander;
}

/** The index of a group's point. */
export function pointOf(axes: readonly Axis[]): Index {
  return axes.map(axisIndex);
}

/** The shape that axes span. */
export function shapeOf(axes: readonly Axis[]): Shape {
  return axes.map((axis): Extent => axis.extent);
}

/** True if an index is the point itself. */
export function isPoint(index: Index, axes: readonly Axis[]): boolean {
  const point = pointOf(axes);
  return index.length === point.length &&
    index.every((at, i) => showIndex(at) === showIndex(point[i] ?? at));
}

/** At which level of a group a value of this shape is computed, if at any. */
export function levelOf(group: Group, node: Node): Stored["level"] | undefined {
  if (sameShape(node.shape, shapeOf(group.outer))) return "outer";
  // Without rows there is a single point, which is no place to compute a whole tensor one by one.
  const hasRows = group.kind === "rows" && group.outer.length > 0;
  return hasRows && sameShape(node.shape, shapeOf(group.all)) ? "full" : undefined;
}

/** True if `group` needs `other`, directly or through others. */
export function depends(group: Group, other: Group): boolean {
  const seen = new Set<Group>();
  const reaches = (each: Group): boolean => {
    if (each === other) return true;
    if (seen.has(each)) return false;
    seen.add(each);
    return [...each.needs].some(reaches);
  };
  return reaches(group);
}
