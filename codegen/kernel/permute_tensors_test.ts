import assert from "node:assert/strict";
import { indexOf } from "./index_expr.ts";
import { permuted, permuteKernel } from "./permute_tensors.ts";
import { printKernel } from "./print.ts";
import { axis, load, loops, store, tensor } from "./sample_kernels.ts";

const [i, j] = [axis("i", 2), axis("j", 3)];
const order = tensor("order", "read", [3, 2], "u32"), x = tensor("x", "read", [2, 5]);
const y = tensor("y", "write", [2, 3]);

/** Elements of a matrix in columns that another one chooses. */
const kernel = loops({
  name: "chosen",
  tensors: [order, x, y],
  parallel: [i, j],
  stages: [store(y, [i, j], load(x, i, indexOf(load(order, j, i))))],
});

Deno.test("a list in another order, or as it is", () => {
  assert.deepEqual(permuted(["a", "b", "c"], [2, 0, 1]), ["c", "a", "b"]);
  assert.deepEqual(permuted(["a", "b"], undefined), ["a", "b"]);
});

Deno.test("shapes and indices change, those inside of indices too, and nothing else", () => {
  const turned = permuteKernel(kernel, new Map([["order", [1, 0]], ["y", [1, 0]]]));
  const lines = printKernel(turned).split("\n");
  assert.equal(lines[0], "chosen(read order[2, 3], read x[2, 5], write y[3, 2])");
  assert.equal(lines[1], "  for i in 2, j in 3:");
  assert.equal(lines[2], "    y[j, i] = x[i, order[i, j]]");
  assert.deepEqual(permuteKernel(turned, new Map([["order", [1, 0]], ["y", [1, 0]]])), kernel);
});
