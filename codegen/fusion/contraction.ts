/** The axes of a kernel that sums products, and what its windows are taken of. @module */
import type { Shape } from "../../dsl/dim.ts";
import type { Node, OpKind } from "../../dsl/ops.ts";
import { extentsOfLabels, labelsOf } from "../graph/build.ts";
import { type Axis, axisIndex, ZERO } from "../kernel/index_expr.ts";
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

/** The labels that a product sums over; those of one element need no loop. */
function summedLabels(node: Einsum): readonly string[] {
  const inner = innerLabels(node);
  const extents = extentsOfLabels(node);
  const long = inner.filter((label) => extents.get(label) !== 1);
  return long.length > 0 ? long : inner.slice(0, 1);
}

/**
 * The axes of a product, one for each label. With rows, columns and a sum it is a contraction; others sum
 * products one by one.
 */
export function productAxes(node: Einsum, name: (shape: Shape) => readonly Axis[]): ProductAxes {
  const { lhs, rhs, out } = labelsOf(node);
  const extents = extentsOfLabels(node);
  const sums = summedLabels(node);
  const axes = name([...out, ...sums].map((label) => extents.get(label) ?? 1));
  const [outer, inner] = [axes.slice(0, out.length), axes.slice(out.length)];
  const places = new Map([
    ...[...out].map((label, i) => [label, at(outer[i])] as const),
    ...sums.map((label, i) => [label, at(inner[i])] as const),
  ]);
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
