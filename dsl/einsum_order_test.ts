import assert from "node:assert/strict";
import { dim, type Extent, product } from "./dim.ts";
import { compareExtents, type ProductTree, productTree } from "./einsum_order.ts";

const K = dim("K"), n = dim("n");

function show(tree: ProductTree): string {
  return "operand" in tree ? tree.labels : `(${show(tree.left)}·${show(tree.right)})${tree.labels}`;
}

function order(spec: string, extents: Readonly<Record<string, Extent>>): string {
  const [operands = "", out = ""] = spec.split("->");
  return show(productTree(operands.split(","), out, new Map(Object.entries(extents))));
}

/** The multiplications of a tree. */
function costOf(tree: ProductTree, extents: Readonly<Record<string, number>>): number {
  if ("operand" in tree) return 0;
  const labels = [...new Set(tree.left.labels + tree.right.labels)];
  return costOf(tree.left, extents) + costOf(tree.right, extents) +
    labels.reduce((size, label) => size * (extents[label] ?? 1), 1);
}

Deno.test("more dims are more, and of as many the larger number", () => {
  assert.ok(compareExtents(K, 1_000_000) > 0);
  assert.ok(compareExtents(product([n, K]), product([100, K])) > 0);
  assert.ok(compareExtents(product([3, K]), product([2, n])) > 0);
  assert.equal(compareExtents(K, n), 0);
});

Deno.test("the dearest step of an order is as cheap as can be", () => {
  const narrow = { a: 100, b: 100, c: 100, d: 2 };
  assert.equal(order("ab,bc,cd->ad", narrow), "(ab·(bc·cd)bd)ad");
  assert.equal(order("da,ab,bc->dc", narrow), "((da·ab)db·bc)dc");
  assert.equal(order("ab,bc,cd->ad", { a: K, b: K, c: K, d: 1000 }), "(ab·(bc·cd)bd)ad");
});

Deno.test("labels stay as long as another operand or the result needs them", () => {
  assert.equal(order("ab,b,bc->ac", { a: 10, b: 10, c: 10 }), "((ab·b)ab·bc)ac");
  assert.equal(order("a,b,c->abc", { a: 2, b: 3, c: 4 }), "((a·b)ab·c)abc");
});

Deno.test("a chain of matrices costs no more than in any order of its brackets", () => {
  // The textbook chain 30×35×15×5×10×20×25 takes 15125 multiplications.
  const extents = { a: 30, b: 35, c: 15, d: 5, e: 10, f: 20, g: 25 };
  const tree = productTree(
    ["ab", "bc", "cd", "de", "ef", "fg"],
    "ag",
    new Map(Object.entries(extents)),
  );
  assert.equal(costOf(tree, extents), 15125);
});
