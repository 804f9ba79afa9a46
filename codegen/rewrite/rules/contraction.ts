/**
 * Rules about sums of products. Together they turn a product with a tiled matrix into the smaller
 * product that it really is.
 *
 * @module
 */
import { type Extent, product as sizeOf, sameExtent, type Shape } from "../../../dsl/dim.ts";
import { make } from "../../../dsl/intern.ts";
import type { Node } from "../../../dsl/ops.ts";
import { einsum, labelsOf, reshapeTo, sumOver } from "../../graph/build.ts";
import type { Rule } from "../rule.ts";

type Einsum = Extract<Node, { op: "einsum" }>;
type Side = "lhs" | "rhs";

/** Tries a rewrite on each operand of a product: `change` sees it as operand `a` with labels `lhs`. */
function onEitherSide(
  node: Node,
  change: (a: Node, lhs: string, b: Node, rhs: string, out: string) => Node | undefined,
): Node | undefined {
  if (node.op !== "einsum") return undefined;
  const { lhs, rhs, out, a, b } = labelsOf(node);
  return change(a, lhs, b, rhs, out) ?? change(b, rhs, a, lhs, out);
}

const transposedOperand: Rule = {
  name: "absorb-transposed-operand",
  identity: "Σ_k xᵀ[k,m] · y[k,n] = Σ_k x[m,k] · y[k,n] with the labels of x exchanged",
  terminates: "one transpose fewer",
  apply: (node) =>
    onEitherSide(node, (a, lhs, b, rhs, out) => {
      if (a.op !== "transpose" || a.inputs[0] === undefined) return undefined;
      const labels: string[] = [];
      a.attrs.permutation.forEach((axis, i) => labels[axis] = lhs[i] ?? "");
      return einsum(labels.join(""), rhs, out, a.inputs[0], b);
    }),
};

const transposedResult: Rule = {
  name: "absorb-transposed-result",
  identity: "(Σ_k x[m,k] · y[k,n])ᵀ is the same sum with the result's labels exchanged",
  terminates: "one transpose fewer",
  apply: (node) => {
    const [product] = node.inputs;
    if (node.op !== "transpose" || product?.op !== "einsum") return undefined;
    const { lhs, rhs, out, a, b } = labelsOf(product);
    return einsum(lhs, rhs, node.attrs.permutation.map((axis) => out[axis] ?? "").join(""), a, b);
  },
};

const operandOrder: Rule = {
  name: "order-operands",
  identity: "x · y = y · x: the operand that holds the result's first own label comes first",
  terminates: "a product in this order is left alone",
  apply: (node) => {
    if (node.op !== "einsum") return undefined;
    const { lhs, rhs, out, a, b } = labelsOf(node);
    const ordered = einsum(lhs, rhs, out, a, b);
    return ordered === node ? undefined : ordered;
  },
};

/** A product with an operand that is tiled along one axis. */
interface TiledProduct {
  /** What is tiled, and its labels. */
  readonly source: Node;
  readonly lhs: string;
  /** The other operand, and its labels. */
  readonly other: Node;
  readonly rhs: string;
  readonly out: string;
  /** The label of the tiled axis, how often it repeats, and how long one copy is. */
  readonly label: string;
  readonly count: Extent;
  readonly length: Extent;
}

/** Tries a rewrite on each operand of a product that is tiled along just one axis. */
function onTiledOperand(
  node: Node,
  change: (product: TiledProduct) => Node | undefined,
): Node | undefined {
  return onEitherSide(node, (a, lhs, other, rhs, out) => {
    const [source] = a.inputs;
    if (a.op !== "tile" || source === undefined) return undefined;
    const tiled = a.attrs.repeats.flatMap((count, axis) => count === 1 ? [] : [{ axis, count }]);
    const [only] = tiled;
    if (tiled.length !== 1 || only === undefined) return undefined;
    const label = lhs[only.axis] ?? "";
    const length = source.shape[only.axis] ?? 1;
    return change({ source, lhs, other, rhs, out, label, count: only.count, length });
  });
}

const foldAcrossTile: Rule = {
  name: "fold-across-tile",
  identity: "Σ_gk x[b, g·K+k] · tile(W, n)[o, g·K+k] = Σ_k (Σ_g x[b, g·K+k]) · W[o, k]",
  terminates: "the product is n times smaller and has one tile fewer",
  apply: (node) =>
    onTiledOperand(node, ({ source, lhs, other, rhs, out, label, count, length }) => {
      if (out.includes(label) || !rhs.includes(label)) return undefined;
      const axis = rhs.indexOf(label);
      const split = reshapeTo(other, other.shape.toSpliced(axis, 1, count, length));
      return einsum(lhs, rhs, out, source, sumOver(split, [axis]));
    }),
};

const hoistTile: Rule = {
  name: "hoist-tile",
  identity: "Σ_o y[b, o] · tile(W, n)[o, g·K+k] = tile(Σ_o y[b, o] · W[o, k], n)",
  terminates: "the product is n times smaller",
  apply: (node) =>
    onTiledOperand(node, ({ source, lhs, other, rhs, out, label, count }) => {
      if (!out.includes(label) || rhs.includes(label)) return undefined;
      const repeats = [...out].map((each): Extent => each === label ? count : 1);
      return make("tile", { repeats }, [einsum(lhs, rhs, out, source, other)]);
    }),
};

const sumOfProduct: Rule = {
  name: "sum-of-product",
  identity: "Σ_n Σ_k x[m,k] · y[k,n] = Σ_k x[m,k] · (Σ_n y[k,n]); a label of both is summed with k",
  terminates: "the sum moves to a smaller operand, or becomes part of the product",
  apply: (node) => {
    const [product] = node.inputs;
    if (node.op !== "sum" || product?.op !== "einsum") return undefined;
    const { lhs, rhs, out, a, b } = labelsOf(product);
    const kept = [...out].filter((_, axis) => !node.attrs.axes.includes(axis)).join("");
    return einsum(lhs, rhs, kept, a, b);
  },
};

/** For a reshape that only splits axes: the parts of each of the operand's axes. */
function splitParts(from: Shape, to: Shape): readonly (readonly Extent[])[] | undefined {
  const parts: Extent[][] = [];
  let next = 0;
  for (const extent of from) {
    const group: Extent[] = [];
    let size: Extent = 1;
    while (next < to.length && !(group.length > 0 && sameExtent(size, extent))) {
      const part = to[next++] ?? 1;
      group.push(part);
      size = sizeOf([size, part]);
    }
    if (!sameExtent(size, extent)) return undefined;
    parts.push(group);
  }
  return next === to.length ? parts : undefined;
}

const sumOfSplitProduct: Rule = {
  name: "sum-of-split-product",
  identity: "Σ_g (Σ_b y[b,o] · x[b, g·K+k]) = Σ_b y[b,o] · (Σ_g x[b, g·K+k])",
  terminates: "the product is n times smaller, and a sum moves to an operand",
  apply: (node) => {
    const [split] = node.inputs;
    const product = split?.inputs[0];
    if (node.op !== "sum" || split?.op !== "reshape" || product?.op !== "einsum") return undefined;
    const parts = splitParts(product.shape, split.shape);
    return parts === undefined ? undefined : pushSplit(product, parts, node.attrs.axes);
  },
};

/** Splits result labels of a product in its operands, and leaves the summed parts out of the result. */
function pushSplit(
  product: Einsum,
  parts: readonly (readonly Extent[])[],
  summed: readonly number[],
): Node | undefined {
  const { lhs, rhs, out, a, b } = labelsOf(product);
  let next = "a".charCodeAt(0) + new Set(lhs + rhs).size;
  let axis = 0;
  const labels = new Map<string, string>();
  let kept = "";
  for (const [i, label] of [...out].entries()) {
    const group = parts[i] ?? [];
    const names = group.length === 1 ? [label] : group.map(() => String.fromCharCode(next++));
    labels.set(label, names.join(""));
    const stays = names.filter((_, j) => !summed.includes(axis + j));
    if (group.length > 1 && stays.length === group.length) return undefined;
    kept += stays.join("");
    axis += group.length;
  }
  const operand = (side: Side, x: Node): [string, Node] => {
    const own = side === "lhs" ? lhs : rhs;
    const shape = [...own].flatMap((label, i) => {
      const at = out.indexOf(label);
      return at < 0 ? [x.shape[i] ?? 1] : parts[at] ?? [];
    });
    return [[...own].map((label) => labels.get(label) ?? label).join(""), reshapeTo(x, shape)];
  };
  const [left, x] = operand("lhs", a);
  const [right, y] = operand("rhs", b);
  return einsum(left, right, kept, x, y);
}

const sumOfOuterProducts: Rule = {
  name: "sum-of-outer-products",
  identity: "Σ_b spread(x)[b,m,n] · spread(y)[b,m,n] = Σ_b x[b,m] · y[b,n]",
  terminates: "a product and a sum over repeated elements become one contraction",
  apply: (node) => {
    const [product] = node.inputs;
    if (node.op !== "sum" || product?.op !== "mul") return undefined;
    const [a, b] = product.inputs;
    if (a?.op !== "broadcast" || b?.op !== "broadcast") return undefined;
    const [x, y] = [a.inputs[0], b.inputs[0]];
    if (x === undefined || y === undefined || x.shape.length === 0 || y.shape.length === 0) {
      return undefined;
    }
    const label = (axis: number): string => String.fromCharCode(97 + axis);
    const all = product.shape.map((_, axis) => axis);
    const covered = all.every((axis) => a.attrs.axes.includes(axis) || b.attrs.axes.includes(axis));
    if (!covered) return undefined;
    const kept = all.filter((axis) => !node.attrs.axes.includes(axis)).map(label).join("");
    return einsum(a.attrs.axes.map(label).join(""), b.attrs.axes.map(label).join(""), kept, x, y);
  },
};

/** The rules of this file, in the order in which they are tried. */
export const CONTRACTION_RULES: readonly Rule[] = [
  transposedOperand,
  transposedResult,
  foldAcrossTile,
  hoistTile,
  sumOfSplitProduct,
  sumOfProduct,
  sumOfOuterProducts,
  operandOrder,
];
