import assert from "node:assert/strict";
import { customGradient } from "../../dsl/custom_gradient.ts";
import { dim, times } from "../../dsl/dim.ts";
import { make } from "../../dsl/intern.ts";
import type { ElementwiseKind, Node, OpKind } from "../../dsl/ops.ts";
import {
  add,
  and,
  argmax,
  cast,
  column,
  concatenate,
  equal,
  gather,
  greater,
  greaterEqual,
  handle,
  input,
  iota,
  less,
  matmul,
  max,
  mul,
  not,
  notEqual,
  or,
  overlapAdd,
  pad,
  reshape,
  select,
  size,
  slice,
  stopGradient,
  sum,
  type Tensor,
  tile,
  transpose,
  window,
} from "../../dsl/tensor.ts";
import { full } from "../graph/build.ts";
import { interpret, type Value } from "../graph/interpret.ts";
import { checkGradients, TOLERANCE } from "../testing/gradient_check.ts";
import { randomDims, type Range, seeded } from "../testing/random_values.ts";
import { gradients } from "./gradient.ts";

const B = dim("B"), K = dim("K"), N = dim("N"), n = dim("n");
const x = input("x", [B, K]), z = input("z", [B, K]), v = input("v", [N, K]), b = input("b", [K]);
const cube = input("cube", [B, N, K]);

const pairs = input("pairs", [B, times(2, K)]), image = input("image", [B, 7, 4]);

/** 1, 2, 3, … as reals. */
const numbers = cast(add(iota(K), 1), "f32");

/** Where roots, logarithms and powers are smooth. */
const positive: Range = { low: 0.5, high: 2, below: 3 };

type Matrix = Tensor<readonly [typeof B, typeof K], "f32">;

/** Between whole numbers. */
const fractions: Range = { low: 1.125, high: 1.875, below: 3 };

/** 0, 1, 2, … beside the columns. */
const count = make("broadcast", { shape: [B, K], axes: [1] }, [iota(K).node]);

/** x · z · w, with the gradient of one operand given by hand. */
const product3 = customGradient({
  name: "product3",
  forward: (a: Matrix, c: Matrix, w: Tensor<readonly [typeof K], "f32">) => mul(mul(a, c), w),
  backward: ({ operands: [a, , w], gy }) => [undefined, mul(mul(gy, a), w), undefined],
});

/** A function of its leaves. */
interface Case {
  readonly y: Node;
  readonly range?: Range;
  /** Its slope is 0 almost everywhere. */
  readonly flat?: true;
}

const elementwise = (op: Exclude<ElementwiseKind, "cast">, ...inputs: readonly Node[]): Node =>
  make(op, {}, inputs);
const product = (spec: string, a: Node, other: Node): Node => make("einsum", { spec }, [a, other]);

const CASES: { readonly [K in OpKind]: readonly Case[] } = {
  input: [{ y: x.node }],
  constant: [{ y: mul(x, 3).node }],
  size: [{ y: mul(x, size(B)).node }],
  iota: [{ y: mul(x, numbers).node }],
  neg: [{ y: elementwise("neg", x.node) }],
  exp: [{ y: elementwise("exp", x.node) }],
  log: [{ y: elementwise("log", x.node), range: positive }],
  sqrt: [{ y: elementwise("sqrt", x.node), range: positive }],
  tanh: [{ y: elementwise("tanh", x.node) }],
  // Near 0 and at whole numbers there are no slopes to compare with.
  abs: [
    { y: elementwise("abs", x.node), range: positive },
    { y: elementwise("abs", elementwise("neg", x.node)), range: positive },
  ],
  floor: [{ y: elementwise("floor", x.node), range: fractions, flat: true }],
  sin: [{ y: elementwise("sin", x.node) }],
  cos: [{ y: elementwise("cos", x.node) }],
  erf: [{ y: elementwise("erf", x.node) }, { y: elementwise("erf", x.node), range: positive }],
  sigmoid: [{ y: elementwise("sigmoid", x.node) }],
  randomBits: [{
    y: mul(x, cast(handle(elementwise("randomBits", count, count, count)), "f32")).node,
  }],
  cast: [
    { y: cast(x, "f32").node },
    { y: cast(cast(x, "u32"), "f32").node, flat: true },
  ],
  stopGradient: [{ y: mul(x, stopGradient(numbers)).node }],
  custom: [
    { y: product3(x, z, numbers).node },
    { y: mul(product3(mul(x, z), z, numbers), z).node },
  ],
  add: [{ y: add(x, b).node }, { y: elementwise("add", x.node, x.node) }],
  sub: [{ y: elementwise("sub", x.node, z.node) }],
  mul: [{ y: elementwise("mul", x.node, z.node) }, { y: elementwise("mul", x.node, x.node) }],
  div: [{ y: elementwise("div", x.node, z.node), range: positive }],
  maximum: [{ y: elementwise("maximum", x.node, z.node) }],
  minimum: [{ y: elementwise("minimum", x.node, z.node) }],
  pow: [{ y: elementwise("pow", x.node, z.node), range: positive }],
  greater: [{ y: cast(greater(x, z), "f32").node, flat: true }],
  greaterEqual: [{ y: cast(greaterEqual(x, z), "f32").node, flat: true }],
  notEqual: [{ y: cast(notEqual(x, z), "f32").node, flat: true }],
  and: [{ y: select(and(greater(x, z), less(z, 0)), mul(x, z), x).node }],
  or: [{ y: select(or(greater(x, z), less(z, 0)), mul(x, z), x).node }],
  not: [{ y: select(not(greater(x, z)), mul(x, z), x).node }],
  equal: [{ y: cast(equal(iota(K), column(argmax(x, { axis: 1 }))), "f32").node, flat: true }],
  select: [{ y: select(greater(x, z), mul(x, z), x).node }],
  sum: [
    { y: sum(x, { axis: 0 }).node },
    { y: sum(cube, { axis: 1 }).node },
    { y: make("sum", { axes: [0, 2] }, [cube.node]) },
  ],
  max: [{ y: max(cube, { axis: 1 }).node }, { y: make("max", { axes: [0, 2] }, [cube.node]) }],
  argmax: [{ y: cast(argmax(x, { axis: 1 }), "f32").node, flat: true }],
  reshape: [
    { y: mul(reshape(input("w", [B, times(n, K)]), [B, n, K]), b).node },
  ],
  transpose: [
    { y: transpose(x).node },
    { y: make("transpose", { permutation: [2, 0, 1] }, [cube.node]) },
  ],
  broadcast: [
    { y: make("broadcast", { shape: [B, K, N], axes: [1] }, [b.node]) },
    { y: make("broadcast", { shape: [N, B, n, K], axes: [1, 3] }, [x.node]) },
  ],
  tile: [
    { y: tile(x, [1, n]).node },
    { y: tile(x, [n, 1]).node },
    { y: tile(x, [2, n]).node },
    { y: make("tile", { repeats: [1, n, 3] }, [cube.node]) },
  ],
  slice: [
    { y: slice(x, { axis: 1, size: K }).node },
    { y: slice(pairs, { axis: 1, start: K, size: K }).node },
    { y: slice(pairs, { axis: 1, size: K, step: 2 }).node },
    { y: slice(image, { axis: 1, start: 2, size: 2, step: 3 }).node },
    { y: slice(image, { axis: 2, start: 1, size: 3 }).node },
    { y: cast(slice(iota(5), { axis: 0, size: 2 }), "f32").node, flat: true },
  ],
  pad: [
    { y: mul(pad(image, { axis: 1, before: 2, after: 1, value: 3 }), 2).node },
    { y: pad(x, { axis: 1, after: K }).node },
  ],
  concatenate: [
    { y: concatenate([x, z, x], { axis: 1 }).node },
    { y: concatenate([image, input("other", [B, 2, 4])], { axis: 1 }).node },
  ],
  window: [
    { y: window(image, { axis: 1, size: 3 }).node },
    { y: window(image, { axis: 1, size: 2, stride: 2, dilation: 3 }).node },
    { y: window(window(image, { axis: 1, size: 3, stride: 2 }), { axis: 2, size: 2 }).node },
    { y: window(pairs, { axis: 1, size: 2, stride: 2 }).node },
  ],
  overlapAdd: [
    { y: overlapAdd(image, { axis: 1, extent: 13 }).node },
    { y: overlapAdd(image, { axis: 1, extent: 20, stride: 2, dilation: 2 }).node },
    { y: overlapAdd(image, { axis: 0, extent: times(5, B), stride: 4 }).node },
    { y: overlapAdd(input("ones", [7, 1]), { axis: 0, extent: 16, stride: 2 }).node },
  ],
  gather: [
    // Elements of a vector by a matrix of indices, rows of a matrix, and one row alone.
    { y: mul(gather(b, argmax(cube, { axis: 2 })), sum(cube, { axis: 2 })).node },
    { y: gather(v, argmax(v, { axis: 0 })).node },
    { y: gather(x, argmax(sum(x, { axis: 1 }), { axis: 0 })).node },
    { y: cast(gather(argmax(x, { axis: 1 }), iota(B)), "f32").node, flat: true },
  ],
  einsum: [
    { y: matmul(x, transpose(v)).node },
    { y: product("ab,ac->bc", x.node, z.node) },
    { y: product("abc,ac->ab", cube.node, x.node) },
    { y: product("ab,ab->a", x.node, z.node) },
    { y: product("ab,ab->ab", x.node, x.node) },
    { y: product("ab,a->ab", x.node, input("s", [B]).node) },
    { y: product("ab,cb->cab", x.node, v.node) },
    { y: product("ab,ab->", x.node, z.node) },
  ],
};

/** Runs a check of each case of an op at sizes and values from a few seeds. */
function onSomeSizes(cases: readonly Case[], check: (each: Case, seed: number) => void): void {
  for (const each of cases) {
    for (let seed = 1; seed <= 6; seed++) check(each, seed);
  }
}

for (const [op, cases] of Object.entries(CASES)) {
  Deno.test(`the gradient of ${op} agrees with finite differences`, () => {
    onSomeSizes(cases, ({ y, range }, seed) => {
      const next = seeded(seed);
      const dims = randomDims([y], next);
      for (const { leaf, relative } of checkGradients(y, { dims, next, ...range && { range } })) {
        assert.ok(
          relative < TOLERANCE,
          `${leaf} is off by ${relative} at ${JSON.stringify(dims)}`,
        );
      }
    });
  });
}

Deno.test("the check notices when the rule of any op is wrong by a thousandth", () => {
  for (const cases of Object.values(CASES)) {
    onSomeSizes(cases, ({ y, range, flat }, seed) => {
      if (flat) return;
      const next = seeded(seed);
      const dims = randomDims([y], next);
      const errors = checkGradients(y, {
        dims,
        next,
        ...range && { range },
        gradientOf: (_, derived) => elementwise("mul", derived, full(1.001, derived.shape)),
      });
      for (const { leaf, relative } of errors) {
        assert.ok(relative > 9e-4, `${y.op}, ${leaf}: ${relative} at ${JSON.stringify(dims)}`);
      }
    });
  }
});

/** The elements of the gradient of Σ y at some values of the leaves. */
function gradientAt(y: Node, leaf: Node, ...values: readonly [string, Value][]): number[] {
  const [g = y] = gradients(y, full(1, y.shape), [leaf]).gradients;
  return [...interpret([g], { dims: {}, leaves: new Map(values) })[0]?.data ?? []];
}
const vector = (...data: readonly number[]): Value => ({
  shape: [data.length],
  data: Float64Array.from(data),
});

Deno.test("where two operands are equal, the second one gets the gradient", () => {
  const a = input("a", [3]).node, c = input("c", [3]).node;
  const values: [string, Value][] = [["a", vector(1, 2, 3)], ["c", vector(2, 2, 2)]];
  const larger = elementwise("maximum", a, c), smaller = elementwise("minimum", a, c);
  assert.deepEqual(gradientAt(larger, a, ...values), [0, 0, 1]);
  assert.deepEqual(gradientAt(larger, c, ...values), [1, 1, 0]);
  assert.deepEqual(gradientAt(smaller, a, ...values), [1, 0, 0]);
  assert.deepEqual(gradientAt(smaller, c, ...values), [0, 1, 1]);
});

Deno.test("the slope of a size at 0 is 0", () => {
  const a = input("a", [3]).node;
  assert.deepEqual(gradientAt(elementwise("abs", a), a, ["a", vector(-2, 0, 3)]), [-1, 0, 1]);
});

Deno.test("a power of 0 and a power to 0 have no slope that is no number", () => {
  const a = input("a", [4]).node, c = input("c", [4]).node;
  const values: [string, Value][] = [["a", vector(0, 0, 2, 0)], ["c", vector(0, 2, 0, 1)]];
  const power = elementwise("pow", a, c);
  assert.deepEqual(gradientAt(power, a, ...values), [0, 0, 0, 1]);
  assert.deepEqual(gradientAt(power, c, ...values), [0, 0, Math.log(2), 0]);
  const one = elementwise("pow", a, full(0, [4]));
  assert.deepEqual(gradientAt(one, a, ...values), [0, 0, 0, 0]);
});

Deno.test("every one of several equal maxima gets the gradient", () => {
  const a = input("a", [4]).node;
  const y = make("max", { axes: [0] }, [a]);
  assert.deepEqual(gradientAt(y, a, ["a", vector(1, 5, 5, 2)]), [0, 1, 1, 0]);
});

Deno.test("nothing flows through stopGradient", () => {
  const a = input("a", [2]);
  const y = mul(a, stopGradient(a)).node;
  assert.deepEqual(gradientAt(y, a.node, ["a", vector(3, -4)]), [3, -4]);
});

Deno.test("a row that is gathered twice gets both gradients, and one that is not gets none", () => {
  const table = input("table", [3, 2]), places = cast(input("places", [3]), "u32");
  const weights = cast(add(iota(6), 1), "f32");
  const y = mul(gather(table, places), reshape(weights, [3, 2])).node;
  const value: Value = { shape: [3, 2], data: new Float64Array(6) };
  assert.deepEqual(
    gradientAt(y, table.node, ["table", value], ["places", vector(2, 0, 2)]),
    [3, 4, 0, 0, 1 + 5, 2 + 6],
  );
});
