/**
 * The gradient of every op: for a node y = op(x₀, x₁, …) and the gradient gy of a scalar with respect
 * to y, the gradients with respect to each operand, `undefined` where there is none. The rules are
 * naive on purpose; rewriting makes their results cheap.
 *
 * @module
 */
import { partsOf } from "../../dsl/custom_gradient.ts";
import { type Extent, product } from "../../dsl/dim.ts";
import { minus, plus } from "../../dsl/extents.ts";
import { make } from "../../dsl/intern.ts";
import type { ElementwiseKind, Node, OpTable } from "../../dsl/ops.ts";
import {
  einsum,
  full,
  labelsOf,
  padZeros,
  permute,
  reshapeTo,
  sliceOf,
  sumOver,
} from "../graph/build.ts";
import { replaceNodes } from "../graph/replace.ts";
import { everywhere } from "../rewrite/rules/identity.ts";

/** Gradients of the operands, in their order. */
export type Cotangents = readonly (Node | undefined)[];

type PlainKind = Exclude<ElementwiseKind, "cast">;
const op = (kind: PlainKind, ...inputs: readonly Node[]): Node => make(kind, {}, inputs);
const none = (): Cotangents => [];

function operands(node: Node): readonly [Node, Node, Node] {
  const [a = node, b = node, c = node] = node.inputs;
  return [a, b, c];
}

/** Names of axes in Einstein's notation. */
const LABELS = "abcdefghijklmnopqrstuvwxyz";

const zero = (like: Node): Node => full(0, like.shape);

/** ∂/∂a and ∂/∂b of the operand that wins: gy where `wins`, 0 elsewhere, and the other way round. */
function route(wins: Node, gy: Node): Cotangents {
  return [op("select", wins, gy, zero(gy)), op("select", wins, zero(gy), gy)];
}

/** A gradient that is 0 where `x` is, and would be 0 · ∞ there. */
function unlessZero(x: Node, gradient: Node): Node {
  const number = everywhere(x);
  if (number !== undefined) return number === 0 ? zero(gradient) : gradient;
  return op("select", op("equal", x, zero(x)), zero(gradient), gradient);
}

/** The rule of each op. */
export const VJP_RULES: OpTable<[gy: Node], Cotangents> = {
  input: none,
  constant: none,
  size: none,
  iota: none,
  stopGradient: none,
  randomBits: none,
  greater: none,
  greaterEqual: none,
  equal: none,
  notEqual: none,
  and: none,
  or: none,
  not: none,
  argmax: none,

  // What the author gives, for this gy; what is not given is derived elsewhere.
  custom: (y, gy) => {
    const parts = partsOf(y);
    if (parts === undefined) return [];
    const forThis = replaceNodes(new Map([[parts.gy, gy]]));
    return [undefined, ...parts.gradients.map((each) => each && forThis(each))];
  },

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
  // y = |x|:  gx = gy where x > 0, −gy where x < 0, 0 where x = 0
  abs: (y, gy) => {
    const [x] = operands(y);
    const below = op("select", op("greater", zero(x), x), op("neg", gy), zero(x));
    return [op("select", op("greater", x, zero(x)), gy, below)];
  },
  // y = ⌊x⌋:  flat between its steps
  floor: none,
  // y = sin x:  gx = gy · cos x
  sin: (y, gy) => [op("mul", gy, op("cos", operands(y)[0]))],
  // y = cos x:  gx = −gy · sin x
  cos: (y, gy) => [op("neg", op("mul", gy, op("sin", operands(y)[0])))],
  // y = erf x:  gx = gy · 2/√π · e^(−x²)
  erf: (y, gy) => {
    const [x] = operands(y);
    const bell = op("exp", op("neg", op("mul", x, x)));
    return [op("mul", gy, op("mul", full(2 / Math.sqrt(Math.PI), y.shape), bell))];
  },
  // y = 1 / (1 + e⁻ˣ):  gx = gy · y · (1 − y)
  sigmoid: (y, gy) => [op("mul", gy, op("mul", y, op("sub", full(1, y.shape), y)))],
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
  // y = aᵇ:  ga = gy · b · a^(b−1), 0 where b = 0; gb = gy · y · ln a, 0 where a = 0
  pow: (y, gy) => {
    const [a, b] = operands(y);
    const lower = op("pow", a, op("sub", b, full(1, b.shape)));
    return [
      unlessZero(b, op("mul", gy, op("mul", b, lower))),
      unlessZero(a, op("mul", gy, op("mul", y, op("log", a)))),
    ];
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
  // y[i] = x[start + i·step]:  gx is gy at the places that were taken, 0 elsewhere
  slice: (y, gy) => {
    const [x] = operands(y);
    if (x.dtype !== "f32") return [undefined];
    const { axis, start, size, step } = y.attrs;
    // A slice lies within its axis, so both differences are extents.
    const room = minus(x.shape[axis] ?? 1, start) ?? 0;
    if (step === 1) return [padZeros(gy, axis, start, minus(room, size) ?? 0)];
    const apart = { axis, extent: room, stride: step, dilation: 1 };
    const spread = make("overlapAdd", apart, [reshapeTo(gy, [...gy.shape, 1])]);
    return [padZeros(spread, axis, start, 0)];
  },
  // y is x between numbers:  gx is that part of gy
  pad: (y, gy) => {
    const [x] = operands(y);
    const { axis, before } = y.attrs;
    return [x.dtype === "f32" ? sliceOf(gy, axis, before, x.shape[axis] ?? 1) : undefined];
  },
  // y is one operand after the other:  each gets its part of gy
  concatenate: (y, gy) => {
    let start: Extent = 0;
    return y.inputs.map((x) => {
      const size = x.shape[y.attrs.axis] ?? 1;
      const part = y.dtype === "f32" ? sliceOf(gy, y.attrs.axis, start, size) : undefined;
      start = plus(start, size) ?? start;
      return part;
    });
  },
  // y[i, k] = x[i·stride + k·dilation]:  gx[n] = Σ gy[i, k] over all i·stride + k·dilation = n
  window: (y, gy) => {
    const [x] = operands(y);
    if (x.dtype !== "f32") return [undefined];
    const { axis, stride, dilation } = y.attrs;
    const extent = x.shape[axis] ?? 1;
    return [make("overlapAdd", { axis, extent, stride, dilation }, [gy])];
  },
  // y[n] = Σ x[i, k] over all i·stride + k·dilation = n:  gx[i, k] = gy[i·stride + k·dilation]
  overlapAdd: (y, gy) => {
    const [x] = operands(y);
    const { axis, stride, dilation } = y.attrs;
    const [size, count] = [x.shape.at(-1), x.shape[axis] ?? 1];
    if (typeof size !== "number" || count === 0) return [undefined];
    // There may be room for more windows than there were.
    const room = typeof count === "number"
      ? (count - 1) * stride + (size - 1) * dilation + 1
      : product([count, stride]);
    return [make("window", { axis, size, stride, dilation }, [sliceOf(gy, axis, 0, room)])];
  },
  // y[i, r] = table[indices[i], r]:  gtable[n, r] = Σ_i (indices[i] = n) · gy[i, r]
  gather: (y, gy) => {
    const [table, indices] = operands(y);
    if (table.dtype !== "f32") return [undefined];
    const labels = LABELS.slice(0, y.shape.length + 1);
    const rank = indices.shape.length;
    const [i, n, r] = [labels.slice(0, rank), labels.slice(rank, rank + 1), labels.slice(rank + 1)];
    return [einsum(i + n, i + r, n + r, oneHot(indices, table.shape[0] ?? 1), gy)];
  },

  // y[out] = Σ a[lhs] · b[rhs]:  ga[lhs] = Σ gy[out] · b[rhs], gb[rhs] = Σ gy[out] · a[lhs]
  einsum: (y, gy) => {
    const { lhs, rhs, out, a, b } = labelsOf(y);
    return [einsum(out, rhs, lhs, gy, b), einsum(out, lhs, rhs, gy, a)];
  },
};

/** `indices[i] = n` for n below an extent, as 0 or 1. */
function oneHot(indices: Node, extent: Extent): Node {
  const shape = [...indices.shape, extent];
  const along = (node: Node, axes: readonly number[]): Node =>
    make("broadcast", { shape, axes }, [node]);
  const own = along(indices, indices.shape.map((_, axis) => axis));
  const places = along(make("iota", { extent }), [indices.shape.length]);
  return make("cast", { dtype: "f32" }, [op("equal", own, places)]);
}

/** Puts reduced axes back, with the value repeated along them. */
function expand(reduced: Node, like: Node, axes: readonly number[]): Node {
  const kept = like.shape.map((_, i) => i).filter((i) => !axes.includes(i));
  return make("broadcast", { shape: like.shape, axes: kept }, [reduced]);
}
