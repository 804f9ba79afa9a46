import assert from "node:assert/strict";
import { dim, times } from "./dim.ts";
import { make } from "./intern.ts";
import { add, constant, input, reshape, tile } from "./tensor.ts";

const B = dim("B"), K = dim("K"), n = dim("n");

Deno.test("equal values are the same node", () => {
  const build = () => tile(input("W", [dim("O"), dim("K")]), [1, dim("n")]);
  assert.equal(build().node, build().node);
});

Deno.test("the order in which attributes are written makes no difference", () => {
  const one = make("input", { name: "x", role: "input", shape: [B], dtype: "f32" });
  const other = make("input", { dtype: "f32", shape: [B], role: "input", name: "x" });
  assert.equal(one, other);
});

Deno.test("sizes are equal whatever the order of their factors", () => {
  const x = input("x", [B, n, K]);
  assert.equal(reshape(x, [B, times(n, K)]).node, reshape(x, [B, times(K, n)]).node);
});

Deno.test("what differs in any way is another node", () => {
  const x = input("x", [B]);
  const different = [
    x,
    input("x", [K]),
    input("z", [B]),
    add(x, 1),
    add(x, 2),
    add(1, x),
    constant(0),
    constant(-0),
    constant(1),
  ].map((each) => each.node);
  assert.equal(new Set(different).size, different.length);
  assert.notEqual(
    make("constant", { value: 1, dtype: "u32" }),
    make("constant", { value: 1, dtype: "f32" }),
  );
});

Deno.test("a node is frozen, and its operands were made before it", () => {
  const y = add(input("x", [B]), 1).node;
  assert.ok(Object.isFrozen(y));
  assert.ok(y.inputs.every((operand) => operand.id < y.id));
});
