import assert from "node:assert/strict";
import { type Dim, dim } from "./dim.ts";
import {
  and,
  cast,
  column,
  cos,
  div,
  equal,
  erf,
  floor,
  greater,
  greaterEqual,
  input,
  iota,
  less,
  lessEqual,
  not,
  notEqual,
  or,
  rsqrt,
  select,
  sigmoid,
  sin,
  sqrt,
  type Tensor,
} from "./tensor.ts";
import type { Equal } from "./testing/type_equality.ts";

const B = dim("B"), K = dim("K"), N = dim("N");
type B = Dim<"B">;
type K = Dim<"K">;

const x = input("x", [B, K]), row = input("row", [K]), other = input("other", [B, N]);
const label = cast(input("label", [B]), "u32");

/** Stands for a fact about types where a value is wanted. */
const sameType = <A, B>(..._: Equal<A, B> extends true ? [] : [never]): true => true;

Deno.test("functions of one tensor keep its shape, and take floats", () => {
  for (const [op, apply] of Object.entries({ floor, sin, cos, erf, sigmoid })) {
    const y = apply(x);
    assert.ok(sameType<typeof y, Tensor<readonly [B, K], "f32">>());
    assert.equal(y.node.op, op);
    assert.deepEqual(y.shape, x.shape);
    assert.throws(
      // @ts-expect-error a u32 is no f32
      () => apply(label),
      { message: `Cannot take ${op} of [B] of u32: it needs f32; use cast` },
    );
  }
});

Deno.test("a reciprocal root is made of a quotient and a root", () => {
  const y = rsqrt(x);
  assert.ok(sameType<typeof y, Tensor<readonly [B, K], "f32">>());
  assert.equal(y.node, div(1, sqrt(x)).node);
});

Deno.test("what is less is greater the other way round: one node for both", () => {
  assert.equal(less(x, x).node, greater(x, x).node);
  assert.equal(lessEqual(x, x).node, greaterEqual(x, x).node);
  const [left, right] = less(x, 2).node.inputs;
  assert.equal(right, x.node);
  assert.equal(left?.op, "broadcast");
});

Deno.test("comparisons broadcast, give bools, and take whole numbers too", () => {
  for (const compare of [less, lessEqual, greater, greaterEqual, equal, notEqual]) {
    const wide = compare(x, row);
    assert.ok(sameType<typeof wide, Tensor<readonly [B, K], "bool">>());
    assert.deepEqual([wide.shape, wide.dtype], [x.shape, "bool"]);
    assert.equal(compare(label, 3).dtype, "bool");
    assert.deepEqual(compare(iota(K), column(label)).shape, [B, K]);
    assert.throws(
      // @ts-expect-error "K does not broadcast with N"
      () => compare(x, other),
      /Cannot broadcast (x|other)\[B, (K|N)\] to \[B, (K|N)\]/,
    );
    assert.throws(
      // @ts-expect-error u32 and f32 do not mix
      () => compare(label, input("b", [B])),
      /element types must be equal; use cast/,
    );
  }
});

Deno.test("bools are joined with and, or and not, and broadcast like numbers", () => {
  const rows = greater(row, 0);
  for (const join of [and, or]) {
    const both = join(less(x, 1), rows);
    assert.ok(sameType<typeof both, Tensor<readonly [B, K], "bool">>());
    assert.deepEqual([both.shape, both.dtype], [x.shape, "bool"]);
    assert.throws(
      // @ts-expect-error a number is no bool
      () => join(x, rows),
      /element types must be equal; use cast/,
    );
    assert.throws(
      // @ts-expect-error "K does not broadcast with N"
      () => join(rows, less(other, 0)),
      /Cannot broadcast \[B, N\] to \[B, K\]/,
    );
  }
  const none = not(rows);
  assert.ok(sameType<typeof none, Tensor<readonly [K], "bool">>());
  assert.equal(select(none, row, 0).dtype, "f32");
  assert.throws(
    // @ts-expect-error a number is no bool
    () => not(row),
    {
      message:
        "Cannot take not of row[K] of f32: it needs bools; compare first, e.g. greater(x, 0)",
    },
  );
});
