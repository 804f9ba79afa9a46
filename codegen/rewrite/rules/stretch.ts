/**
 * Rules about windows, borders and parts of axes. Together they turn what adds up windows of a product, the
 * way back through a convolution, into a convolution of its own, and pooling into index arithmetic.
 *
 * @module
 */
import { type Extent, product as sizeOf, sameExtent, type Shape } from "../../../dsl/dim.ts";
import { minus } from "../../../dsl/extents.ts";
import { make } from "../../../dsl/intern.ts";
import type { Node, NodeOf } from "../../../dsl/ops.ts";
import {
  einsum,
  full,
  labelsOf,
  number,
  padZeros,
  permute,
  reshapeTo,
  sliceOf,
  spread,
} from "../../graph/build.ts";
import type { Rule } from "../rule.ts";

/** True for windows that lie side by side: each element is in one of them, but for what is left over. */
function isSideBySide(size: Extent | undefined, stride: number, dilation: number): boolean {
  return size === stride && dilation === 1;
}

const windowsSideBySide: Rule = {
  name: "windows-side-by-side",
  identity:
    "windows of s elements, s apart: x[…, i·s + k, …] is a reshape of x with k moved to the end",
  terminates: "one window fewer",
  apply: (node) => {
    const [x] = node.inputs;
    if (node.op !== "window" || x === undefined) return undefined;
    const { axis, size, stride, dilation } = node.attrs;
    if (!isSideBySide(size, stride, dilation)) return undefined;
    const count = node.shape[axis] ?? 1;
    const whole = sliceOf(x, axis, 0, sizeOf([count, size]));
    const split = reshapeTo(whole, x.shape.toSpliced(axis, 1, count, size));
    const others = split.shape.map((_, i) => i).filter((i) => i !== axis + 1);
    return permute(split, [...others, axis + 1]);
  },
};

const overlapSideBySide: Rule = {
  name: "overlap-side-by-side",
  identity: "adding up windows of s elements, s apart, is a reshape of them: nothing overlaps",
  terminates: "one sum of windows fewer",
  apply: (node) => {
    const [x] = node.inputs;
    if (node.op !== "overlapAdd" || x === undefined) return undefined;
    const { axis, extent, stride, dilation } = node.attrs;
    const size = x.shape.at(-1);
    if (!isSideBySide(size, stride, dilation)) return undefined;
    const covered = sizeOf([x.shape[axis] ?? 1, stride]);
    const left = minus(extent, covered);
    if (left === undefined) return undefined;
    const last = x.shape.length - 1;
    const others = x.shape.map((_, i) => i).slice(0, -1);
    const beside = permute(x, others.toSpliced(axis + 1, 0, last));
    return padZeros(reshapeTo(beside, node.shape.with(axis, covered)), axis, 0, left);
  },
};

/** Elements of an axis in the other order, the axis moved to the front. */
function reversedInFront(x: Node, axis: number): Node {
  const others = x.shape.map((_, i) => i).filter((i) => i !== axis);
  const count = x.shape[axis];
  const front = permute(x, [axis, ...others]);
  if (typeof count !== "number" || count === 1) return front;
  const last = spread(number(count - 1, "u32"), [count]);
  const places = make("sub", {}, [last, make("iota", { extent: count })]);
  return make("gather", {}, [front, places]);
}

/** More multiplications than this, for each one of a product of windows, would not pay for what they save. */
const MOST_IN_VAIN = 2;

/** A sum of windows of a product: the operand that has the windows' places, and the one with their elements. */
interface OverlappedProduct {
  readonly places: Node;
  readonly placeLabels: string;
  readonly elements: Node;
  readonly elementLabels: string;
  /** Labels of the result with those of the sum of windows: `place` stands for its axis. */
  readonly out: string;
  readonly place: string;
  readonly element: string;
  readonly count: number;
  readonly size: number;
}

function overlappedProduct(node: NodeOf<"overlapAdd">): OverlappedProduct | undefined {
  const [product] = node.inputs;
  if (product?.op !== "einsum") return undefined;
  const { lhs, rhs, out, a, b } = labelsOf(product);
  const [place = "", element = ""] = [out[node.attrs.axis], out.at(-1)];
  const [count, size] = [product.shape[node.attrs.axis], product.shape.at(-1)];
  if (typeof count !== "number" || typeof size !== "number") return undefined;
  const isFirst = lhs.includes(place);
  const [own, other] = isFirst ? [lhs, rhs] : [rhs, lhs];
  if (other.includes(place) || own.includes(element)) return undefined;
  return {
    places: isFirst ? a : b,
    placeLabels: own,
    elements: isFirst ? b : a,
    elementLabels: other,
    out: out.slice(0, -1),
    place,
    element,
    count,
    size,
  };
}

/** A label that no operand has. */
function freshLabel(...taken: readonly string[]): string {
  const all = taken.join("");
  let code = "a".charCodeAt(0);
  while (all.includes(String.fromCharCode(code))) code++;
  return String.fromCharCode(code);
}

/**
 * The sum of windows one apart: `Σ_k x[n − k·d]·w[k]`, as windows of x between zeros, times w in the other
 * order.
 */
function gathered(
  { places, placeLabels, elements, elementLabels, place, element, size }: OverlappedProduct,
  dilation: number,
  out: string,
): Node {
  const axis = placeLabels.indexOf(place);
  const border = (size - 1) * dilation;
  const windows = make("window", { axis, size, stride: 1, dilation }, [
    padZeros(places, axis, border, border),
  ]);
  const at = elementLabels.indexOf(element);
  const reversed = reversedInFront(elements, at);
  const labels = element + elementLabels.replace(element, "");
  return einsum(placeLabels + element, labels, out, windows, reversed);
}

/**
 * Windows `stride` apart, as windows one apart of each `stride`-th element: element `k·s + r` of window i lands
 * on `(i + k)·s + r`.
 */
function gatheredInSteps(product: OverlappedProduct, stride: number): Node {
  const { elements, elementLabels, placeLabels, element, place, out, size } = product;
  const at = elementLabels.indexOf(element);
  const steps = Math.ceil(size / stride);
  const whole = padZeros(elements, at, 0, steps * stride - size);
  const split = reshapeTo(whole, whole.shape.toSpliced(at, 1, steps, stride));
  const rest = freshLabel(elementLabels, placeLabels);
  const parts: OverlappedProduct = {
    ...product,
    elements: split,
    elementLabels: elementLabels.replace(element, element + rest),
    size: steps,
  };
  const apart = gathered(parts, 1, out.replace(place, place + rest));
  const axis = out.indexOf(place);
  const covered = (product.count + steps - 1) * stride;
  return reshapeTo(apart, apart.shape.toSpliced(axis, 2, covered));
}

const overlapOfProduct: Rule = {
  name: "overlap-of-product",
  identity:
    "adding up windows y[i]·w[k] where i·s + k·d = n is a product of windows of y with w reversed",
  terminates: "one sum of windows fewer",
  apply: (node) => {
    if (node.op !== "overlapAdd") return undefined;
    const product = overlappedProduct(node);
    if (product === undefined) return undefined;
    const { extent, stride, dilation, axis } = node.attrs;
    const { count, size } = product;
    if (typeof extent !== "number" || (stride > 1 && dilation > 1)) return undefined;
    if (extent > MOST_IN_VAIN * count * Math.min(stride, size)) return undefined;
    const sum = stride === 1
      ? gathered(product, dilation, product.out)
      : gatheredInSteps(product, stride);
    const covered = sum.shape[axis];
    if (typeof covered !== "number") return undefined;
    const within = sliceOf(sum, axis, 0, Math.min(covered, extent));
    return padZeros(within, axis, 0, Math.max(extent - covered, 0));
  },
};

/** The axis of `from` that a reshape to `to` leaves as it is at `axis`, if there is one. */
function keptAxis(from: Shape, to: Shape, axis: number): number | undefined {
  const outside = sizeOf(to.slice(0, axis));
  const found = from.findIndex((extent, i) =>
    sameExtent(extent, to[axis] ?? NaN) && sameExtent(sizeOf(from.slice(0, i)), outside)
  );
  return found < 0 ? undefined : found;
}

const overlapBeforeReshape: Rule = {
  name: "overlap-before-reshape",
  identity: "a sum of windows of reshape(x) is a reshape of the sum, where only other axes change",
  terminates: "a reshape moves behind a sum of windows",
  apply: (node) => {
    const [reshaped] = node.inputs;
    const [x] = reshaped?.inputs ?? [];
    if (node.op !== "overlapAdd" || reshaped?.op !== "reshape" || x === undefined) return undefined;
    const last = reshaped.shape.length - 1;
    const axis = keptAxis(x.shape, reshaped.shape, node.attrs.axis);
    const isLast = keptAxis(x.shape, reshaped.shape, last) === x.shape.length - 1;
    if (axis === undefined || !isLast || axis === x.shape.length - 1) return undefined;
    return reshapeTo(make("overlapAdd", { ...node.attrs, axis }, [x]), node.shape);
  },
};

/** True for windows along an axis, perhaps with others along further axes. */
function hasWindows(x: Node, axis: number): boolean {
  const [inner] = x.inputs;
  if (x.op !== "window" || axis < 0 || inner === undefined) return false;
  return x.attrs.axis === axis || hasWindows(inner, axis);
}

const sliceOfProduct: Rule = {
  name: "slice-of-product",
  identity: "a slice of Σ_k x[i, k] · y[k], x windows along i, is the product of a slice of x",
  terminates: "the product is smaller",
  apply: (node) => {
    const [product] = node.inputs;
    if (node.op !== "slice" || product?.op !== "einsum") return undefined;
    const { lhs, rhs, out, a, b } = labelsOf(product);
    const label = out[node.attrs.axis] ?? "";
    const isSmaller = hasWindows(a, lhs.indexOf(label)) || hasWindows(b, rhs.indexOf(label));
    if (!isSmaller) return undefined;
    const part = (x: Node, labels: string): Node =>
      labels.includes(label)
        ? make("slice", { ...node.attrs, axis: labels.indexOf(label) }, [x])
        : x;
    return einsum(lhs, rhs, out, part(a, lhs), part(b, rhs));
  },
};

const sliceOfWindow: Rule = {
  name: "slice-of-window",
  identity: "some windows of x are windows of a slice of x",
  terminates: "a slice moves before a window",
  apply: (node) => {
    const [windows] = node.inputs;
    const [x] = windows?.inputs ?? [];
    if (node.op !== "slice" || windows?.op !== "window" || x === undefined) return undefined;
    const { axis, start, size, step } = node.attrs;
    if (axis === windows.shape.length - 1) return undefined;
    if (axis !== windows.attrs.axis) return make("window", windows.attrs, [again(node, x)]);
    const { stride, dilation, size: length } = windows.attrs;
    if (typeof start !== "number" || typeof size !== "number" || size === 0) return undefined;
    const room = (size - 1) * step * stride + (length - 1) * dilation + 1;
    const part = sliceOf(x, axis, start * stride, room);
    return make("window", { ...windows.attrs, stride: step * stride }, [part]);
  },
};

function again(node: NodeOf<"slice">, x: Node): Node {
  return make("slice", node.attrs, [x]);
}

const sliceOfPad: Rule = {
  name: "slice-of-pad",
  identity: "a slice of x between numbers is a slice of x, between those numbers that are left",
  terminates: "a slice moves before a pad",
  apply: (node) => {
    const [padded] = node.inputs;
    const [x] = padded?.inputs ?? [];
    if (node.op !== "slice" || padded?.op !== "pad" || x === undefined) return undefined;
    const { axis, start, size, step } = node.attrs;
    if (axis !== padded.attrs.axis) return make("pad", padded.attrs, [again(node, x)]);
    const { before, value } = padded.attrs;
    const extent = x.shape[axis] ?? 1;
    if (step !== 1) return undefined;
    if (sameExtent(start, before) && sameExtent(size, extent)) return x;
    if (
      typeof start !== "number" || typeof size !== "number" || typeof before !== "number" ||
      typeof extent !== "number" || x.dtype !== "f32"
    ) return undefined;
    const from = Math.max(start - before, 0);
    const count = Math.min(extent, start + size - before) - from;
    if (count <= 0) return full(value, node.shape);
    const left = Math.max(before - start, 0);
    const part = sliceOf(x, axis, from, count);
    const right = size - left - count;
    if (left === 0 && right === 0) return part;
    return make("pad", { axis, before: left, after: right, value }, [part]);
  },
};

const padOfWindow: Rule = {
  name: "pad-of-window",
  identity:
    "numbers before and after the windows of x along another axis are windows of x between numbers",
  terminates: "a pad moves before a window",
  apply: (node) => {
    const [windows] = node.inputs;
    const [x] = windows?.inputs ?? [];
    if (node.op !== "pad" || windows?.op !== "window" || x === undefined) return undefined;
    const { axis } = node.attrs;
    if (axis === windows.attrs.axis || axis === windows.shape.length - 1) return undefined;
    return make("window", windows.attrs, [make("pad", node.attrs, [x])]);
  },
};

/** The rules of this file, in the order in which they are tried. */
export const STRETCH_RULES: readonly Rule[] = [
  windowsSideBySide,
  overlapSideBySide,
  overlapBeforeReshape,
  overlapOfProduct,
  sliceOfProduct,
  sliceOfWindow,
  sliceOfPad,
  padOfWindow,
];
