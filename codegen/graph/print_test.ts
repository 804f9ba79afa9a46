import assert from "node:assert/strict";
import { dim, times } from "../../dsl/dim.ts";
import { accuracy, sharedLinear } from "../../dsl/layers/mod.ts";
import {
  add,
  and,
  argmax,
  concatenate,
  constant,
  erf,
  exp,
  gather,
  greaterEqual,
  input,
  less,
  matmul,
  mul,
  neg,
  not,
  notEqual,
  or,
  overlapAdd,
  pad,
  sin,
  slice,
  tile,
  transpose,
  window,
} from "../../dsl/tensor.ts";
import type { Graph } from "./graph.ts";
import { printFormula, printGraph, printNodes } from "./print.ts";

const B = dim("B"), K = dim("K"), n = dim("n");
const none = new Map();
const x = input("x", [B, K]);

Deno.test("a graph is a list of lines, each one op on leaves, numbers and earlier lines", () => {
  assert.equal(
    printNodes([sharedLinear.output], none),
    `\
t1[O, n·K] = tile(W, [1, n])
t2[n·K, O] = transpose(t1, axes 1, 0)
t3[B, O] = einsum(x, t2, "ab,bc->ac")`,
  );
  assert.equal(
    printNodes([accuracy.output], none),
    `\
best[B] = argmax(z, axes 1)
t1[B] = best == label
t2[B] = cast(t1, f32)`,
  );
});

Deno.test("rows are gathered from a table by indices", () => {
  assert.equal(
    printNodes([gather(x, argmax(input("z", [K, B]), { axis: 1 })).node], none),
    "t1[K] = argmax(z, axes 1)\nt2[K, K] = gather(x, t1)",
  );
});

Deno.test("slices, pads and windows tell their axis and their places", () => {
  const image = input("image", [B, 9]);
  const part = slice(pad(image, { axis: 1, before: 1, after: 2, value: -1 }), {
    axis: 1,
    start: 1,
    size: 4,
    step: 2,
  });
  const windows = window(concatenate([part, image], { axis: 1 }), { axis: 1, size: 3, stride: 2 });
  assert.equal(
    printNodes([overlapAdd(windows, { axis: 1, extent: 20, dilation: 3 }).node], none),
    `\
t1[B, 12] = pad(image, axes 1, 1 before, 2 after, of -1)
t2[B, 4] = slice(t1, axes 1, 4 from 1, step 2)
t3[B, 13] = concatenate(t2, image, axes 1)
t4[B, 6, 3] = window(t3, axes 1, of 3, stride 2)
t5[B, 20] = overlapAdd(t4, axes 1, to 20, dilation 3)`,
  );
  assert.equal(
    printNodes([slice(x, { axis: 1, size: K }).node], none),
    "t1[B, K] = slice(x, axes 1, K from 0)",
  );
});

Deno.test("comparisons and what joins them are written as signs", () => {
  const inside = and(greaterEqual(x, 0), less(x, 1));
  assert.equal(
    printNodes([not(or(inside, notEqual(x, 2))).node], none),
    `\
t1[B, K] = broadcast(0, [B, K])
t2[B, K] = x >= t1
t3[B, K] = broadcast(1, [B, K])
t4[B, K] = t3 > x
t5[B, K] = t2 & t4
t6[B, K] = broadcast(2, [B, K])
t7[B, K] = x != t6
t8[B, K] = t5 | t7
t9[B, K] = !t8`,
  );
  assert.equal(
    printFormula(not(or(inside, notEqual(x, 2))).node, 4, none),
    "!(((x >= 0) & (1 > x)) | (x != 2))",
  );
  assert.equal(printNodes([erf(sin(x)).node], none), "t1[B, K] = sin(x)\nt2[B, K] = erf(t1)");
});

Deno.test("a value that is used twice is computed on one line", () => {
  const e = exp(x);
  assert.equal(
    printNodes([mul(e, e).node], none),
    "t1[B, K] = exp(x)\nt2[B, K] = t1 * t1",
  );
});

Deno.test("given names are used, and made different where they are not", () => {
  const first = exp(x).node, second = neg(x).node;
  const names = new Map([[first, "e"], [second, "e"]]);
  assert.equal(
    printNodes([first, second], names),
    "e[B, K] = exp(x)\ne_2[B, K] = -x",
  );
  const third = mul(x, x).node;
  assert.equal(
    printNodes([third, first, second], new Map([...names, [third, "e_2"]])),
    "e_2[B, K] = x * x\ne[B, K] = exp(x)\ne_3[B, K] = -x",
  );
});

Deno.test("no value is called like a leaf", () => {
  const t1 = input("t1", [B]);
  assert.equal(printNodes([exp(t1).node], none), "t1_2[B] = exp(t1)");
});

Deno.test("a graph writes repeated numbers as numbers, and ends in what it returns and overwrites", () => {
  const W = input("W", [K]), next = add(W, 1).node;
  const graph: Graph = {
    name: "step",
    layer: "l",
    results: [
      { name: "y", node: exp(W).node },
      { name: "W", node: next, target: W.node },
    ],
    names: new Map([[next, "W_next"]]),
  };
  assert.equal(
    printGraph(graph),
    `\
t1[K] = exp(W)
W_next[K] = W + 1
return y = t1
update W <- W_next`,
  );
});

Deno.test("the two zeros look different", () => {
  assert.equal(printNodes([neg(constant(-0)).node], none), "t1[] = --0");
  assert.equal(printNodes([neg(constant(0)).node], none), "t1[] = -0");
});

Deno.test("a formula is written out as deep as wanted", () => {
  const W = input("W", [dim("O"), K]);
  const y = matmul(input("v", [B, times(n, K)]), transpose(tile(W, [1, n]))).node;
  assert.equal(printFormula(y, 1, none), 'einsum(v, …, "ab,bc->ac")');
  assert.equal(printFormula(y, 2, none), 'einsum(v, transpose(…, axes 1, 0), "ab,bc->ac")');
  assert.equal(
    printFormula(y, 3, none),
    'einsum(v, transpose(tile(W, [1, n]), axes 1, 0), "ab,bc->ac")',
  );
  const nested = mul(add(x, x), neg(x)).node;
  assert.equal(printFormula(nested, 2, none), "(x + x) * -x");
  assert.equal(printFormula(nested, 1, new Map([[nested.inputs[0] ?? nested, "s"]])), "s * …");
});
