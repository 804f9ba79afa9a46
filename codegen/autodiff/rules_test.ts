import assert from "node:assert/strict";
import { dim, times } from "../../dsl/dim.ts";
import { make } from "../../dsl/intern.ts";
import type { ElementwiseKind, Node, OpKind } from "../../dsl/ops.ts";
import {
  add,
  argmax,
  cast,
  column,
  equal,
  greater,
  input,
  iota,
  matmul,
  max,
  mul,
  reshape,
  select,
  size,
  stopGradient,
  sum,
  tile,
  transpose,
} from "../../dsl/tensor.ts";
import { full } from "../graph/build.ts";
import { interpret, type Value } from "../graph/interpret.ts";
import { checkGradients, TOLERANCE } from "../testing/gradient_check.ts";
import { randomDims, type Range, seeded } from "../testing/random_values.ts";
import { gradients } from "./gradient.ts";

const B = dim("B"), K = dim("K"), N = dim("N"), n = dim("n");
const x = input("x", [B, K]), z = input("z", [B, K]), v = input("v", [N, K]), b = input("b", [K]);
const cube = input("cube", [B, N, K]);

/** 1, 2, 3, … as reals. */
const numbers = cast(add(iota(K), 1), "f32");

/** Where roots, logarithms and powers are smooth. */
const positive: Range = { low: 0.5, high: 2, below: 3 };

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
  cast: [
    { y: cast(x, "f32").node },
    { y: cast(cast(x, "u32"), "f32").node, flat: true },
  ],
  stopGradient: [{ y: mul(x, stopGradient(numbers)).node }],
  add: [{ y: add(x, b).node }, { y: elementwise("add", x.node, x.node) }],
  sub: [{ y: elementwise("sub", x.node, z.node) }],
  mul: [{ y: elementwise("mul", x.node, z.node) }, { y: elementwise("mul", x.node, x.node) }],
  div: [{ y: elementwise("div", x.node, z.node), range: positive }],
  maximum: [{ y: elementwise("maximum", x.node, z.node) }],
  minimum: [{ y: elementwise("minimum", x.node, z.node) }],
  pow: [{ y: elementwise("pow", x.node, z.node), range: positive }],
  greater: [{ y: cast(greater(x, z), "f32").node, flat: true }],
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
