import assert from "node:assert/strict";
import { evaluateExtent, sameShape } from "../../dsl/dim.ts";
import { sharedLinear } from "../../dsl/layers/mod.ts";
import type { Node } from "../../dsl/ops.ts";
import { gradients } from "../autodiff/gradient.ts";
import { type Graph, topologicalOrder } from "../graph/graph.ts";
import { printNodes } from "../graph/print.ts";
import { multiplications, rewrite, type Rewritten } from "./engine.ts";
import { RULES } from "./rules/mod.ts";

// The weight-sharing layer is written as a product with a tiled matrix. These tests follow it through
// the rules to the product with the untiled matrix that it really is.

const { output, outputGradient, inputs: [x = output], params: [W = output] } = sharedLinear;
const [gx = output, gW = output] = gradients(output, outputGradient, [x, W]).gradients;

function rewritten(node: Node): Rewritten {
  const graph: Graph = {
    name: "program",
    layer: sharedLinear.name,
    results: [{ name: "result", node }],
    names: new Map(),
  };
  return rewrite(graph, RULES);
}

const resultOf = (node: Node): Node => rewritten(node).graph.results[0]?.node ?? node;
const show = (node: Node): string => printNodes([node], new Map());

/** The multiplications that a value takes. */
function countOf(node: Node): number {
  const dims = { B: 100, K: 100, n: 10, O: 900 };
  return topologicalOrder([node]).flatMap(multiplications)
    .reduce<number>((total, extent) => total + evaluateExtent(extent, dims), 0);
}

Deno.test("forward: the slices of the input are added up before one small product", () => {
  assert.equal(
    show(resultOf(output)),
    `\
t1[B, n, K] = reshape(x, [B, n, K])
t2[B, K] = sum(t1, axes 1)
t3[B, O] = einsum(t2, W, "ab,cb->ac")`,
  );
});

Deno.test("gx: one small product is stored n times", () => {
  assert.equal(
    show(resultOf(gx)),
    't1[B, K] = einsum(gy, W, "ab,bc->ac")\nt2[B, n·K] = tile(t1, [1, n])',
  );
});

Deno.test("gW: a small product with the same sum of slices as in forward", () => {
  assert.equal(
    show(resultOf(gW)),
    `\
t1[B, n, K] = reshape(x, [B, n, K])
t2[B, K] = sum(t1, axes 1)
t3[O, K] = einsum(gy, t2, "ab,ac->bc")`,
  );
  assert.equal(resultOf(gW).inputs[1], resultOf(output).inputs[0]);
});

Deno.test("gradients written by hand become the very nodes of the derived ones", () => {
  assert.equal(resultOf(sharedLinear.backward.get("x") ?? W), resultOf(gx));
  assert.equal(resultOf(sharedLinear.backward.get("W") ?? W), resultOf(gW));
});

Deno.test("each of the three takes n times fewer multiplications", () => {
  for (const node of [output, gx, gW]) {
    assert.equal(countOf(node), 100 * 1000 * 900);
    assert.equal(countOf(resultOf(node)), 100 * 100 * 900);
  }
});

Deno.test("the record of firings tells which rule saved the multiplications", () => {
  const savings = [output, gx, gW].map((node) =>
    rewritten(node).firings
      .filter(({ multiplications: { before, after } }) => !sameShape(before, after))
      .map(({ rule }) => rule.name)
  );
  assert.deepEqual(savings, [["fold-across-tile"], ["hoist-tile"], ["sum-of-split-product"]]);
});
