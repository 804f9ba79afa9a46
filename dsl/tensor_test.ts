import assert from "node:assert/strict";
import { type Dim, dim, type Shape, times } from "./dim.ts";
import {
  add,
  argmax,
  type Broadcast,
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
  sub,
  sum,
  type Tensor,
  tile,
  transpose,
  type WithoutAxis,
} from "./tensor.ts";
import type { Equal } from "./testing/type_equality.ts";

const B = dim("B"), K = dim("K"), N = dim("N"), n = dim("n");
type B = Dim<"B">;
type K = Dim<"K">;
type N = Dim<"N">;

const x = input("x", [B, K]);
const v = input("v", [N, K]);
const row = input("row", [K]);

/** The tensor's shape as text, after checking its type. */
function shapeOf<T extends true>(value: Tensor, _type: T): string {
  return value.shape.map((e) => typeof e === "number" ? e : e.name).join(", ");
}
/** Stands for a fact about types where a value is wanted. */
const sameType = <A, B>(..._: Equal<A, B> extends true ? [] : [never]): true => true;

Deno.test("a product over different inner dims is an error of types and at run time", () => {
  assert.throws(
    // @ts-expect-error Type '"N"' is not assignable to type '"K"'
    () => matmul(x, v),
    {
      name: "DeclarationError",
      message: "Cannot multiply x[B, K] by v[N, K]: inner dims must match, got K and N",
    },
  );
  const y = matmul(x, transpose(v));
  assert.equal(shapeOf(y, sameType<typeof y, Tensor<readonly [B, N], "f32">>()), "B, N");
});

Deno.test("the sizes of an axis that are numbers are compared as numbers", () => {
  const pixels = input("pixels", [B, 784]);
  assert.throws(
    // @ts-expect-error Type '100' is not assignable to type '784'
    () => matmul(pixels, input("w", [100, 10])),
    /Cannot multiply pixels\[B, 784\] by w\[100, 10\]: inner dims must match, got 784 and 100/,
  );
});

Deno.test("tile multiplies the extents, in types too", () => {
  const tiled = tile(v, [1, n]);
  assert.equal(
    shapeOf(tiled, sameType<typeof tiled, Tensor<readonly [N, Dim<"n·K">], "f32">>()),
    "N, n·K",
  );
  const wide = input("wide", [B, times(n, K)]);
  assert.equal(shapeOf(matmul(wide, transpose(tiled)), true), "B, N");
  assert.throws(
    // @ts-expect-error K is not n·K
    () => matmul(x, transpose(tiled)),
    /inner dims must match, got K and n·K/,
  );
});

Deno.test("reshape keeps the number of elements", () => {
  const y = reshape(input("wide", [B, times(n, K)]), [B, n, K]);
  assert.equal(
    shapeOf(y, sameType<typeof y, Tensor<readonly [B, Dim<"n">, K], "f32">>()),
    "B, n, K",
  );
  assert.throws(() => reshape(x, [B, n, K]), {
    name: "DeclarationError",
    message: "Cannot reshape x[B, K] to [B, n, K]: the number of elements must stay B·K, got B·n·K",
  });
});

Deno.test("a reduction takes its axis out of the shape", () => {
  const cube = input("cube", [B, N, K]);
  const inner = sum(cube, { axis: 1 });
  assert.equal(shapeOf(inner, sameType<typeof inner, Tensor<readonly [B, K], "f32">>()), "B, K");
  const outer = max(cube, { axis: 0 });
  assert.equal(shapeOf(outer, sameType<typeof outer, Tensor<readonly [N, K], "f32">>()), "N, K");
  const at = argmax(cube, { axis: 2 });
  assert.equal(shapeOf(at, sameType<typeof at, Tensor<readonly [B, N], "u32">>()), "B, N");
  const unknown: number = 0;
  const some = sum(cube, { axis: unknown });
  assert.equal(shapeOf(some, sameType<typeof some.shape, Shape>()), "N, K");
  assert.ok(sameType<WithoutAxis<readonly [B, N], 1>, readonly [B]>());
});

Deno.test("operands broadcast from the last axis backwards, in types as in values", () => {
  const biased = add(x, row);
  assert.equal(shapeOf(biased, sameType<typeof biased.shape, readonly [B, K]>()), "B, K");
  const swapped = sub(row, x);
  assert.equal(shapeOf(swapped, sameType<typeof swapped.shape, readonly [B, K]>()), "B, K");
  const perRow = sub(x, column(max(x, { axis: 1 })));
  assert.equal(shapeOf(perRow, sameType<typeof perRow.shape, readonly [B, K]>()), "B, K");
  const outer = equal(iota(K), column(cast(input("b", [B]), "u32")));
  assert.equal(
    shapeOf(outer, sameType<typeof outer, Tensor<readonly [B, K], "bool">>()),
    "B, K",
  );
  const scaled = mul(2, size(B));
  assert.equal(shapeOf(scaled, sameType<typeof scaled.shape, readonly []>()), "");
  assert.ok(sameType<Broadcast<readonly [B, 1], readonly [K]>, readonly [B, K]>());
  assert.ok(sameType<Broadcast<readonly [1, K], readonly [B, 1]>, readonly [B, K]>());
  assert.ok(sameType<Broadcast<Shape, readonly [B]>, Shape>());
});

Deno.test("shapes that do not fit are refused with both", () => {
  assert.throws(() => add(x, input("b", [N])), {
    name: "DeclarationError",
    message: "Cannot broadcast b[N] to [B, K]: from the last axis backwards, " +
      "extents must be equal or 1",
  });
  assert.throws(() => add(x, column(input("c", [N]))), /Cannot broadcast \[N, 1\] to \[B, K\]/);
});

Deno.test("results keep the element type of their operands", () => {
  const label = cast(input("label", [B]), "u32");
  const next = add(label, 1);
  assert.ok(sameType<typeof next, Tensor<readonly [B], "u32">>());
  assert.equal(next.dtype, "u32");
  const tiled = stopGradient(x);
  assert.ok(sameType<typeof tiled, Tensor<readonly [B, K], "f32">>());
  assert.throws(
    // @ts-expect-error u32 and f32 do not mix
    () => add(label, input("b", [B])),
    /Cannot add \[B\] of u32 and b\[B\] of f32: element types must be equal; use cast/,
  );
});

Deno.test("select takes its numbers' type from its branches", () => {
  const y = select(greater(x, 0), x, 0);
  assert.ok(sameType<typeof y, Tensor<readonly [B, K], "f32">>());
  assert.equal(y.dtype, "f32");
  assert.throws(
    // @ts-expect-error a condition is a bool
    () => select(x, x, 0),
    /Cannot select by x\[B, K\]: the condition must be a comparison/,
  );
});
