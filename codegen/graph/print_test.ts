import assert from "node:assert/strict";
import { dim, times } from "../../dsl/dim.ts";
import { accuracy, sharedLinear } from "../../dsl/layers/mod.ts";
import { add, constant, exp, input, matmul, mul, neg, tile, transpose } from "../../dsl/tensor.ts";
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
