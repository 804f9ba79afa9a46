/** The axes of a kernel that sums products, and which of the sums are one. @module */
import { type Extent, product, sameExtent, type Shape } from "../../dsl/dim.ts";
import type { Node, OpKind } from "../../dsl/ops.ts";
import { extentsOfLabels, labelsOf } from "../graph/build.ts";
import { affine, type Axis, axisIndex, flatten, unflatten, ZERO } from "../kernel/index_expr.ts";
import type { Scalar } from "../kernel/kernel.ts";
import { type Index, innerLabels } from "./expand.ts";
import type { Group } from "./group.ts";
import type { Einsum } from "./places.ts";

/** Axes for a product's labels. */
export interface ProductAxes {
  readonly kind: Group["kind"];
  readonly outer: readonly Axis[];
  readonly inner: readonly Axis[];
  /** The index of an operand with these labels. */
  readonly indexOf: (labels: string) => Index;
}

/** The labels that a product sums over, each by itself; those of one element need no loop. */
export function singleSums(node: Einsum): readonly string[] {
  const inner = innerLabels(node);
  const extents = extentsOfLabels(node);
  const long = inner.filter((label) => extents.get(label) !== 1);
  return long.length > 0 ? long : inner.slice(0, 1);
}

/**
 * The axes of a product: one for each label of its result, and one for each group of labels that it sums
 * over. With rows, columns and a sum it is a contraction; others sum products one by one.
 */
export function productAxes(
  node: Einsum,
  sums: readonly string[],
  name: (shape: Shape) => readonly Axis[],
): ProductAxes {
  const { lhs, rhs, out } = labelsOf(node);
  const extents = extentsOfLabels(node);
  const shapeOf = (labels: string): Shape => [...labels].map((label) => extents.get(label) ?? 1);
  const axes = name([...shapeOf(out), ...sums.map((group) => product(shapeOf(group)))]);
  const [outer, inner] = [axes.slice(0, out.length), axes.slice(out.length)];
  const places = new Map([...out].map((label, i) => [label, at(outer[i])]));
  sums.forEach((group, i) => {
    const parts = unflatten(at(inner[i]), shapeOf(group));
    [...group].forEach((label, part) => places.set(label, parts[part] ?? ZERO));
  });
  const rows = [...out].some((label) => !rhs.includes(label));
  const columns = [...out].some((label) => !lhs.includes(label));
  return {
    kind: rows && columns ? "contract" : "rows",
    outer,
    inner,
    indexOf: (labels) => [...labels].map((label) => places.get(label) ?? ZERO),
  };
}

function at(axis: Axis | undefined) {
  return axis === undefined ? ZERO : axisIndex(axis);
}

/** Where an operand is loaded from: the load and the shape of its tensor. */
export interface PlacedLoad {
  readonly load: Extract<Scalar, { kind: "load" }>;
  readonly shape: Shape;
}

/** A sum that goes through both operands at constant distances. */
interface Sum {
  readonly labels: string;
  readonly extent: Extent;
  readonly strides: readonly (Extent | undefined)[];
}

/**
 * Groups of labels that one loop can sum over: where in both operands a step along one label is as far as
 * all steps along the next, as in the last axes of windows that are contiguous in memory.
 */
export function mergedSums(
  sums: readonly string[],
  axes: readonly Axis[],
  operands: readonly PlacedLoad[],
): readonly string[] {
  const strides = operands.map(({ load, shape }) => affine(flatten(load.index, shape))?.strides);
  const singles = sums.map((labels, i): Sum => ({
    labels,
    extent: axes[i]?.extent ?? 1,
    strides: strides.map((each) => each?.get(axes[i]?.name ?? "")),
  }));
  return merged(singles).map(({ labels }) => labels);
}

function merged(sums: readonly Sum[]): readonly Sum[] {
  for (const high of sums) {
    const low = sums.find((other) => other !== high && follows(high, other));
    if (low === undefined) continue;
    const both: Sum = {
      labels: high.labels + low.labels,
      extent: product([high.extent, low.extent]),
      strides: low.strides,
    };
    return merged(sums.flatMap((each) => each === high ? [both] : each === low ? [] : [each]));
  }
  return sums;
}

/** True if a step along `high` is as far as all steps along `low`, everywhere. */
function follows(high: Sum, low: Sum): boolean {
  return high.strides.every((stride, i) => {
    const unit = low.strides[i];
    return stride !== undefined && unit !== undefined &&
      sameExtent(stride, product([unit, low.extent]));
  });
}

const MOVEMENT: ReadonlySet<OpKind> = new Set([
  "reshape",
  "transpose",
  "broadcast",
  "tile",
  "slice",
  "window",
]);

/**
 * The value to store in place of one that only moves its elements: what windows are taken of, or what is
 * read under another shape.
 */
export function viewedSource(node: Node): Node | undefined {
  return windowSource(node, false) ?? (node.op === "reshape" ? node.inputs[0] : undefined);
}

/** What windows are taken of, for a value that only moves elements and has windows; they are never stored. */
function windowSource(node: Node, hasWindows: boolean): Node | undefined {
  const [operand] = node.inputs;
  if (operand !== undefined && MOVEMENT.has(node.op)) {
    return windowSource(operand, hasWindows || node.op === "window");
  }
  return hasWindows ? node : undefined;
}
