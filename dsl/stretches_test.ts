import assert from "node:assert/strict";
import { type Dim, dim, times } from "./dim.ts";
import {
  cast,
  concatenate,
  greater,
  input,
  overlapAdd,
  pad,
  repeat,
  slice,
  type Stretched,
  type Tensor,
  window,
  type WithExtent,
} from "./tensor.ts";
import type { Equal } from "./testing/type_equality.ts";

const B = dim("B"), K = dim("K"), N = dim("N");
type B = Dim<"B">;
type K = Dim<"K">;
type N = Dim<"N">;

const x = input("x", [B, K]), image = input("image", [B, 9, 4]);
const wide = input("wide", [B, times(2, K)]);

/** Stands for a fact about types where a value is wanted. */
const sameType = <A, B>(..._: Equal<A, B> extends true ? [] : [never]): true => true;

function shapeOf(value: Tensor): string {
  return value.shape.map((e) => typeof e === "number" ? e : e.name).join(", ");
}

Deno.test("a slice has the size that it is given, in types too", () => {
  const half = slice(wide, { axis: 1, start: K, size: K });
  assert.ok(sameType<typeof half, Tensor<readonly [B, K], "f32">>());
  assert.equal(shapeOf(half), "B, K");
  const some = slice(image, { axis: 1, start: 1, size: 3, step: 2 });
  assert.ok(sameType<typeof some, Tensor<readonly [B, 3, 4], "f32">>());
  assert.deepEqual(some.node.op === "slice" && some.node.attrs, {
    axis: 1,
    start: 1,
    size: 3,
    step: 2,
  });
  const whole = slice(cast(x, "u32"), { axis: 0, size: B });
  assert.ok(sameType<typeof whole, Tensor<readonly [B, K], "u32">>());
});

Deno.test("a padded axis is a number if it was one, or a dim", () => {
  const framed = pad(image, { axis: 1, before: 2, after: 1 });
  assert.ok(sameType<typeof framed, Tensor<readonly [B, number, 4], "f32">>());
  assert.equal(shapeOf(framed), "B, 12, 4");
  const doubled = pad(x, { axis: 1, after: K, value: 1 });
  assert.ok(sameType<typeof doubled, Tensor<readonly [B, Dim], "f32">>());
  assert.equal(shapeOf(doubled), "B, 2·K");
  assert.ok(sameType<Stretched<readonly [B, 3], 1>, readonly [B, number]>());
});

Deno.test("joined tensors agree in all axes but one", () => {
  const joined = concatenate([x, input("z", [B, times(3, K)]), x], { axis: 1 });
  assert.ok(sameType<typeof joined, Tensor<readonly [B, Dim], "f32">>());
  assert.equal(shapeOf(joined), "B, 5·K");
  assert.equal(shapeOf(concatenate([image], { axis: 2 })), "B, 9, 4");
  assert.throws(
    // @ts-expect-error Type '"N"' is not assignable to type '"B"'
    () => concatenate([x, input("v", [N, K])], { axis: 1 }),
    {
      message: "Cannot concatenate x[B, K] and v[N, K] along axis 1: " +
        "all other extents must be equal",
    },
  );
  assert.throws(
    // @ts-expect-error u32 and f32 do not mix
    () => concatenate([x, cast(x, "u32")], { axis: 1 }),
    /element types must be equal; use cast/,
  );
  assert.throws(
    // @ts-expect-error a list is wanted
    () => concatenate(x, { axis: 1 }),
    {
      message: "Cannot concatenate a tensor: wanted a list of tensors; " +
        "write concatenate([x, z], { axis: 1 })",
    },
  );
});

Deno.test("repeated elements multiply their axis", () => {
  const often = repeat(x, { axis: 0, times: 4 });
  assert.ok(sameType<typeof often, Tensor<readonly [Dim<"4·B">, K], "f32">>());
  assert.equal(shapeOf(often), "4·B, K");
  assert.equal(shapeOf(repeat(image, { axis: 1, times: N })), "B, 9·N, 4");
  assert.throws(() => repeat(x, { axis: 2, times: 2 }), {
    message: "Cannot broadcast x[B, K] over axis 2: axes run from 0 to 1",
  });
});

Deno.test("the elements of windows are a last axis, and overlapAdd takes it away", () => {
  const windows = window(image, { axis: 1, size: 3, stride: 2 });
  assert.ok(sameType<typeof windows, Tensor<readonly [B, number, 4, 3], "f32">>());
  assert.equal(shapeOf(windows), "B, 4, 4, 3");
  assert.equal(shapeOf(window(image, { axis: 1, size: 3, dilation: 4 })), "B, 1, 4, 3");
  assert.equal(shapeOf(window(wide, { axis: 1, size: 2, stride: 2 })), "B, K, 2");
  const back = overlapAdd(windows, { axis: 1, extent: 9, stride: 2 });
  assert.ok(sameType<typeof back, Tensor<readonly [B, 9, 4], "f32">>());
  assert.equal(shapeOf(back), "B, 9, 4");
  assert.throws(
    // @ts-expect-error the last axis counts the elements of a window
    () => overlapAdd(x, { axis: 0, extent: 9 }),
    /its last axis holds the elements of a window, and their number/,
  );
});

Deno.test("types know the axes that are left as they were", () => {
  assert.ok(sameType<WithExtent<readonly [B, K, N], 1, 5>, readonly [B, 5, N]>());
});

Deno.test("each of them names its axis", () => {
  const refused: readonly [() => Tensor, string][] = [
    [
      // @ts-expect-error the axis has a name
      () => slice(image, 1),
      "Cannot slice image[B, 9, 4]: wanted the axis by name, got 1; " +
      "write slice(x, { axis: 1, start: 2, size: 3 })",
    ],
    [
      // @ts-expect-error the axis is missing
      () => pad(image, { before: 1 }),
      "Cannot pad image[B, 9, 4]: wanted the axis by name, got { before: 1 }; " +
      "write pad(x, { axis: 1, before: 1, after: 1 })",
    ],
    [
      // @ts-expect-error the axis is missing
      () => window(image),
      "Cannot take windows of image[B, 9, 4]: wanted the axis by name, got undefined; " +
      "write window(x, { axis: 1, size: 3 })",
    ],
    [
      // @ts-expect-error a bool is no number
      () => pad(greater(image, 0), { axis: 1, before: 1 }),
      "Cannot pad [B, 9, 4] along axis 1: it holds bools; use cast",
    ],
    [
      // @ts-expect-error a size is missing
      () => slice(image, { axis: 1 }),
      "Cannot slice image[B, 9, 4] along axis 1, from and for [0, undefined]: " +
      "an extent is a dim or a whole number, got undefined",
    ],
  ];
  for (const [attempt, message] of refused) {
    assert.throws(attempt, { name: "DeclarationError", message });
  }
});
