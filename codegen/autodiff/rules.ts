/**
 * The gradient of every op: for a node y = op(x₀, x₁, …) and the gradient gy of a scalar with respect
 * to y, the gradients with respect to each operand, `undefined` where there is none. The rules are
 * naive on purpose; rewriting makes their results cheap.
 *
 * @module
 */
import type { Extent } from "../../dsl/dim.ts";
import { make } from "../../dsl/intern.ts";
import type { ElementwiseKind, Node, OpTable } from "../../dsl/ops.ts";
import { einsum, full, labelsOf, permute, reshapeTo, sumOver } from "../graph/build.ts";

/** Gradients of the operands, in their order. */
export type Cotangents = readonly (Node | undefined)[];

type PlainKind = Exclude<ElementwiseKind, "cast">;
const op = (kind: PlainKind, ...inputs: readonly Node[]): Node => make(kind, {}, inputs);
const none = (): Cotangents => [];

function operands(node: Node): readonly [Node, Node, Node] {
  const [a = node, b = node, c = node] = node.inputs;
  return [a, b, c];
}

const zero = (like: Node): Node => full(0, like.shape);

/** ∂/∂a and ∂/∂b of the operand that wins: gy where `wins`, 0 elsewhere, and the other way round. */
function route(wins: Node, gy: Node): Cotangents {
  return [op("select", wins, gy, zero(gy)), op("select", wins, zero(gy), gy)];
}

/** The rule of each op. */
export const VJP_RULES: OpTable<[gy: Node], Cotangents> = {
  input: none,
  constant: none,
  size: none,
  iota: none,
  stopGradient: none,
  greater: none,
  equal: none,
  argmax: none,

  // y = −x:  gx = −gy
  neg: (_, gy) => [op("neg", gy)],
  // y = eˣ:  gx = gy · y
  exp: (y, gy) => [op("mul", gy, y)],
  // y = ln x:  gx = gy / x
  log: (y, gy) => [op("div", gy, operands(y)[0])],
  // y = √x:  gx = gy / 2y
  sqrt: (y, gy) => [op("div", gy, op("mul", full(2, y.shape), y))],
  // y = tanh x:  gx = gy · (1 − y²)
  tanh: (y, gy) => [op("mul", gy, op("sub", full(1, y.shape), op("mul", y, y)))],
  // y = x in another element type: a gradient only between floats, where nothing changes
  cast: (y, gy) => operands(y)[0].dtype === "f32" && y.dtype === "f32" ? [gy] : [undefined],

  // y = a + b:  ga = gb = gy
  add: (_, gy) => [gy, gy],
  // y = a − b:  ga = gy, gb = −gy
  sub: (_, gy) => [gy, op("neg", gy)],
  // y = a · b:  ga = gy · b, gb = gy · a
  mul: (y, gy) => [op("mul", gy, operands(y)[1]), op("mul", gy, operands(y)[0])],
  // y = a / b:  ga = gy / b, gb = −gy · y / b
  div: (y, gy) => {
    const [, b] = operands(y);
    return [op("div", gy, b), op("neg", op("div", op("mul", gy, y), b))];
  },
  // y = max(a, b):  a wins where y > b; equal operands count as b. Read from y, so that a
  // rectifier's mask needs its output only.
  maximum: (y, gy) => route(op("greater", y, operands(y)[1]), gy),
  // y = min(a, b):  a wins where b > y
  minimum: (y, gy) => route(op("greater", operands(y)[1], y), gy),
  // y = aᵇ:  ga = gy · b · a^(b−1), gb = gy · y · ln a
  pow: (y, gy) => {
    const [a, b] = operands(y);
    const lower = op("pow", a, op("sub", b, full(1, b.shape)));
    return [op("mul", gy, op("mul", b, lower)), op("mul", gy, op("mul", y, op("log", a)))];
  },
  // y = c ? a : b:  ga = c ? gy : 0, gb = c ? 0 : gy
  select: (y, gy) => [undefined, ...route(operands(y)[0], gy)],

  // y = Σ x:  gx = gy repeated along the summed axes
  sum: (y, gy) => [expand(gy, operands(y)[0], y.attrs.axes)],
  // y = max x:  gx = gy where x is the maximum (all of them, where several are equal)
  max: (y, gy) => {
    const [x] = operands(y);
    const isMax = op("equal", x, expand(y, x, y.attrs.axes));
    return [op("select", isMax, expand(gy, x, y.attrs.axes), zero(x))];
  },

  // Same elements in another order or shape: the gradient goes the way back.
  reshape: (y, gy) => [reshapeTo(gy, operands(y)[0].shape)],
  transpose: (y, gy) => {
    const inverse: number[] = [];
    y.attrs.permutation.forEach((axis, i) => inverse[axis] = i);
    return [permute(gy, inverse)];
  },
  // y = x repeated:  gx = Σ gy over the new axes
  broadcast: (
    y,
    gy,
  ) => [sumOver(gy, y.shape.map((_, i) => i).filter((i) => !y.attrs.axes.includes(i)))],
  // y[.., r·E + e, ..] = x[.., e, ..]:  gx[.., e, ..] = Σ_r gy[.., r·E + e, ..]
  tile: (y, gy) => {
    const [x] = operands(y);
    const split: Extent[] = [];
    const copies: number[] = [];
    x.shape.forEach((extent, axis) => {
      const repeats = y.attrs.repeats[axis] ?? 1;
      if (repeats !== 1) copies.push(split.push(repeats) - 1);
      split.push(extent);
    });
    return [sumOver(reshapeTo(gy, split), copies)];
  },

  // y[out] = Σ a[lhs] · b[rhs]:  ga[lhs] = Σ gy[out] · b[rhs], gb[rhs] = Σ gy[out] · a[lhs]
  einsum: (y, gy) => {
    const { lhs, rhs, out, a, b } = labelsOf(y);
    return [einsum(out, rhs, lhs, gy, b), einsum(out, lhs, rhs, gy, a)];
  },
};

/** Puts reduced axes back, with the value repeated along them. */
function expand(reduced: Node, like: Node, axes: readonly number[]): Node {
  const kept = like.shape.map((_, i) => i).filter((i) => !axes.includes(i));
  return make("broadcast", { shape: like.shape, axes: kept }, [reduced]);
}
