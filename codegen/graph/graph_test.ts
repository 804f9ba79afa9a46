import assert from "node:assert/strict";
import { dim } from "../../dsl/dim.ts";
import { make } from "../../dsl/intern.ts";
import { add, exp, input, mul, neg, pow, size } from "../../dsl/tensor.ts";
import { stepNumber } from "../../dsl/optimizer.ts";
import { einsum, reshapeTo, sumOver } from "./build.ts";
import { isHostScalar, topologicalOrder, usersOf } from "./graph.ts";
import { printNodes } from "./print.ts";

const B = dim("B"), K = dim("K"), N = dim("N");
const x = input("x", [B, K]).node, v = input("v", [N, K]).node;

Deno.test("operands come before their users, each node once", () => {
  const a = input("a", [B]), e = exp(a), y = mul(e, neg(e));
  const order = topologicalOrder([y.node, e.node]);
  assert.deepEqual(order.map((node) => node.op), ["input", "exp", "neg", "mul"]);
  assert.deepEqual(usersOf(order).get(e.node)?.map((node) => node.op), ["neg", "mul"]);
});

Deno.test("numbers, sizes and scalars of a call are known before any tensor is", () => {
  const step = stepNumber();
  assert.ok(isHostScalar(make("sub", {}, [size(B).node, step])));
  assert.ok(isHostScalar(pow(0.9, add(size(B), 1)).node));
  assert.ok(!isHostScalar(make("sum", { axes: [0, 1] }, [x])));
  assert.ok(!isHostScalar(exp(input("a", [B])).node));
});

Deno.test("the host computes functions of numbers, but no products or other ops of tensors", () => {
  const count = size(B).node;
  assert.ok(isHostScalar(make("mul", {}, [count, count])));
  assert.ok(!isHostScalar(make("einsum", { spec: ",->" }, [count, count])));
  assert.ok(!isHostScalar(make("stopGradient", {}, [count])));
});

Deno.test("a product puts the operand of the result's first own label first", () => {
  const product = einsum("nk", "bk", "bn", v, x);
  assert.equal(product, einsum("bk", "nk", "bn", x, v));
  assert.equal(printNodes([product], new Map()), 't1[B, N] = einsum(x, v, "ab,cb->ac")');
});

Deno.test("labels of one operand alone are summed before the product", () => {
  assert.equal(
    printNodes([einsum("bk", "nk", "n", x, v)], new Map()),
    "t1[K] = sum(x, axes 0)\n" + 't2[N] = einsum(v, t1, "ab,b->a")',
  );
});

Deno.test("builders leave out ops that do nothing", () => {
  assert.equal(sumOver(x, []), x);
  assert.equal(reshapeTo(x, [B, K]), x);
});
