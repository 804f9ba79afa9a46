/**
 * Node builders for passes: like the language's own functions, but over nodes, and already simplified
 * where the simplification is part of an op's normal form.
 *
 * @module
 */
import { type Extent, sameExtent, sameShape, type Shape } from "../../dsl/dim.ts";
import { formatEinsum, parseEinsum } from "../../dsl/einsum.ts";
import { make } from "../../dsl/intern.ts";
import type { ElementType, Node } from "../../dsl/ops.ts";

/** A number of shape []. */
export function number(value: number, dtype: ElementType = "f32"): Node {
  return make("constant", { value, dtype });
}

/** A value of shape [] repeated to a shape. */
export function spread(node: Node, shape: Shape): Node {
  return shape.length === 0 ? node : make("broadcast", { shape, axes: [] }, [node]);
}

/** A number repeated to a shape. */
export function full(value: number, shape: Shape): Node {
  return spread(number(value), shape);
}

/** The sum over some axes; over none it is the node itself. */
export function sumOver(node: Node, axes: readonly number[]): Node {
  const sorted = [...axes].sort((a, b) => a - b);
  return sorted.length === 0 ? node : make("sum", { axes: sorted }, [node]);
}

/** A reshape, or the node itself if the shape is its own. */
export function reshapeTo(node: Node, shape: Shape): Node {
  return sameShape(node.shape, shape) ? node : make("reshape", { shape }, [node]);
}

/** A slice of elements side by side, or the node itself if it is all of the axis. */
export function sliceOf(node: Node, axis: number, start: Extent, size: Extent): Node {
  return sameExtent(node.shape[axis] ?? NaN, size)
    ? node
    : make("slice", { axis, start, size, step: 1 }, [node]);
}

/** Zeros before and after an axis, or the node itself if there are to be none. */
export function padZeros(node: Node, axis: number, before: Extent, after: Extent): Node {
  return before === 0 && after === 0
    ? node
    : make("pad", { axis, before, after, value: 0 }, [node]);
}

/** A transpose, or the node itself if nothing moves. */
export function permute(node: Node, permutation: readonly number[]): Node {
  return permutation.every((axis, i) => axis === i)
    ? node
    : make("transpose", { permutation }, [node]);
}

/**
 * A product in normal form. Labels found only in one operand are summed there first. The operand that
 * holds the first result label found in just one of them comes first.
 */
export function einsum(lhs: string, rhs: string, out: string, a: Node, b: Node): Node {
  const [left, leftLabels] = sumLonely(a, lhs, rhs + out);
  const [right, rightLabels] = sumLonely(b, rhs, lhs + out);
  const own = [...out].find((label) => leftLabels.includes(label) !== rightLabels.includes(label));
  const swap = own === undefined ? left.id > right.id : rightLabels.includes(own);
  return swap
    ? make("einsum", { spec: formatEinsum({ lhs: rightLabels, rhs: leftLabels, out }) }, [
      right,
      left,
    ])
    : make("einsum", { spec: formatEinsum({ lhs: leftLabels, rhs: rightLabels, out }) }, [
      left,
      right,
    ]);
}

function sumLonely(node: Node, labels: string, others: string): [Node, string] {
  const lonely = [...labels].flatMap((label, axis) => others.includes(label) ? [] : [axis]);
  return [sumOver(node, lonely), [...labels].filter((label) => others.includes(label)).join("")];
}

/** The labels of a product's operands and result. */
export function labelsOf(node: Extract<Node, { op: "einsum" }>): {
  readonly lhs: string;
  readonly rhs: string;
  readonly out: string;
  readonly a: Node;
  readonly b: Node;
} {
  const [a = node, b = node] = node.inputs;
  return { ...parseEinsum(node.attrs.spec), a, b };
}

/** The extent of each label of a product. */
export function extentsOfLabels(
  node: Extract<Node, { op: "einsum" }>,
): ReadonlyMap<string, Extent> {
  const { lhs, rhs, a, b } = labelsOf(node);
  return new Map([
    ...[...lhs].map((label, axis) => [label, a.shape[axis] ?? 1] as const),
    ...[...rhs].map((label, axis) => [label, b.shape[axis] ?? 1] as const),
  ]);
}

/** The extents of a product's labels, with multiplicity one: its number of multiplications. */
export function einsumExtents(node: Extract<Node, { op: "einsum" }>): readonly Extent[] {
  return [...extentsOfLabels(node).values()];
}
