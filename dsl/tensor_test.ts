import assert from "node:assert/strict";
import { type Dim, dim, type Shape, times } from "./dim.ts";
import {
  add,
  argmax,
  argmin,
  type Beside,
  type Broadcast,
  cast,
  column,
  equal,
  gather,
  greater,
  input,
  iota,
  matmul,
  max,
  mul,
  oneHot,
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

Deno.test("a moved operand keeps its name in messages", () => {
  assert.throws(
    // @ts-expect-error K is not N
    () => matmul(x, transpose(input("u", [K, N]))),
    /Cannot multiply x\[B, K\] by transpose\(u\)\[N, K\]: inner dims must match, got K and N/,
  );
  assert.throws(
    // @ts-expect-error K is not N
    () => matmul(x, tile(v, [1, n])),
    /by tile\(v\)\[N, n·K\]: inner dims must match, got K and N/,
  );
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

Deno.test("one extent of a reshape follows from the others", () => {
  const y = reshape(input("wide", [B, times(n, K)]), [B, -1, K]);
  assert.equal(shapeOf(y, sameType<(typeof y.shape)[0], B>()), "B, n, K");
  assert.equal(shapeOf(reshape(input("six", [2, 3]), [-1]), true), "6");
  const refused: readonly [() => Tensor, string][] = [
    [
      () => reshape(x, [N, -1]),
      "Cannot reshape x[B, K] to [N, -1]: its B·K elements do not divide by N; " +
      "write the extent instead of −1",
    ],
    [
      () => reshape(x, [-1, -1]),
      "Cannot reshape x[B, K] to [-1, -1]: only one extent can follow from the others",
    ],
  ];
  for (const [attempt, message] of refused) {
    assert.throws(attempt, { name: "DeclarationError", message });
  }
});

Deno.test("axes are put in another order, and whole tensors of any rank are repeated", () => {
  const cube = input("cube", [B, N, K]);
  const turned = transpose(cube, [2, 0, 1]);
  assert.equal(
    shapeOf(turned, sameType<typeof turned, Tensor<readonly [K, B, N], "f32">>()),
    "K, B, N",
  );
  const wide = tile(cube, [1, 1, n]);
  assert.equal(
    shapeOf(wide, sameType<typeof wide, Tensor<readonly [B, N, Dim<"n·K">], "f32">>()),
    "B, N, n·K",
  );
  const refused: readonly [() => Tensor, string][] = [
    [
      // @ts-expect-error three axes have no one order
      () => transpose(cube),
      "Cannot transpose cube[B, N, K]: of 3 axes, the order must be told; " +
      "write transpose(x, [2, 1, 0])",
    ],
    [
      () => transpose(cube, [0, 1]),
      "Cannot transpose cube[B, N, K] by [0, 1]: every axis must occur once",
    ],
    [
      () => tile(cube, [2]),
      "Cannot tile cube[B, N, K] by [2]: give one count for each of the 3 axes",
    ],
  ];
  for (const [attempt, message] of refused) {
    assert.throws(attempt, { name: "DeclarationError", message });
  }
});

Deno.test("positions are found along several axes, and a label is a row of zeros and a one", () => {
  const cube = input("cube", [B, N, K]);
  const at = argmax(cube, { axis: [0, 2], keep: true });
  assert.equal(shapeOf(at, sameType<typeof at, Tensor<readonly [1, N, 1], "u32">>()), "1, N, 1");
  const rows = oneHot(argmin(cube, { axis: 2 }), K);
  assert.equal(
    shapeOf(rows, sameType<typeof rows, Tensor<readonly [B, N, K], "f32">>()),
    "B, N, K",
  );
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
  assert.throws(
    // @ts-expect-error "K does not broadcast with N"
    () => add(x, input("b", [N])),
    {
      name: "DeclarationError",
      message: "Cannot broadcast b[N] to [B, K]: from the last axis backwards, " +
        "extents must be equal or 1",
    },
  );
  assert.throws(
    // @ts-expect-error "B does not broadcast with N"
    () => add(x, column(input("c", [N]))),
    /Cannot broadcast reshape\(c\)\[N, 1\] to \[B, K\]/,
  );
  assert.throws(
    // @ts-expect-error "K does not broadcast with B": the maximum of each row, but not as a column
    () => sub(x, max(x, { axis: 1 })),
    /Cannot broadcast \[B\] to \[B, K\]/,
  );
  assert.throws(
    // @ts-expect-error "3 does not broadcast with 4"
    () => greater(input("three", [B, 3]), input("four", [4])),
    /Cannot broadcast four\[4\] to \[B, 3\]/,
  );
});

Deno.test("types leave to the run what they do not know", () => {
  const shape: Shape = [N];
  assert.throws(() => add(x, input("some", shape)), /Cannot broadcast some\[N\] to \[B, K\]/);
  const count: number = 3;
  assert.throws(() => add(x, input("c", [count])), /Cannot broadcast c\[3\] to \[B, K\]/);
  const some: Dim = N;
  assert.throws(() => add(x, input("d", [some])), /Cannot broadcast d\[N\] to \[B, K\]/);
  // Products are equal whatever the order of their factors.
  const turned = add(input("p", [times(n, K)]), input("q", [times(K, n)]));
  assert.equal(shapeOf(turned, true), "n·K");
  assert.ok(sameType<Beside<readonly [B, K], readonly [N, 1]>, "B does not broadcast with N">());
  assert.ok(sameType<Beside<readonly [B, K], readonly [K]>, unknown>());
  assert.ok(sameType<Beside<Shape, readonly [K]>, unknown>());
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

Deno.test("a reduction names its axis", () => {
  const refused: readonly [() => Tensor, string][] = [
    [
      // @ts-expect-error the axis has a name
      () => sum(x, 1),
      "Cannot apply sum to x[B, K]: wanted the axis by name, got 1; write sum(x, { axis: 1 })",
    ],
    [
      // @ts-expect-error the axis is missing
      () => max(x),
      "Cannot apply max to x[B, K]: wanted the axis by name, got undefined; " +
      "write max(x, { axis: 0 })",
    ],
    [
      // @ts-expect-error the axis has a name
      () => argmax(x, 0),
      "Cannot apply argmax to x[B, K]: wanted the axis by name, got 0; " +
      "write argmax(x, { axis: 0 })",
    ],
    [() => sum(x, { axis: 2 }), "Cannot sum x[B, K] over axis 2: axes run from 0 to 1"],
  ];
  for (const [attempt, message] of refused) {
    assert.throws(attempt, { name: "DeclarationError", message });
  }
});

Deno.test("shapes and counts are lists of extents", () => {
  const refused: readonly [() => Tensor, string][] = [
    [
      // @ts-expect-error a shape is a list
      () => reshape(x, K, B),
      'Cannot reshape x[B, K] to { name: "K" }: wanted a list, one part per axis; ' +
      "write reshape(x, [n, K])",
    ],
    [
      // @ts-expect-error one count for each axis
      () => tile(x, 2),
      "Cannot tile x[B, K] by 2: wanted a list, one part per axis; write tile(x, [1, n])",
    ],
    [
      // @ts-expect-error a dim is not its name
      () => reshape(x, ["K", B]),
      'Cannot reshape x[B, K] to ["K", B]: an extent is a dim or a whole number, got "K"; ' +
      'write dim("K")',
    ],
    [
      // @ts-expect-error a dim is not its name
      () => size("B"),
      'Cannot take a size: an extent is a dim or a whole number, got "B"; write dim("B")',
    ],
    [
      // @ts-expect-error an axis has an extent
      () => iota(undefined),
      "Cannot count with iota: an extent is a dim or a whole number, got undefined",
    ],
  ];
  for (const [attempt, message] of refused) {
    assert.throws(attempt, { name: "DeclarationError", message });
  }
});

Deno.test("gather puts the axes of the indices in place of the table's first", () => {
  const place = argmax(x, { axis: 1 });
  const rows = gather(v, place);
  assert.equal(shapeOf(rows, sameType<typeof rows, Tensor<readonly [B, K], "f32">>()), "B, K");
  const single = gather(v, argmax(row, { axis: 0 }));
  assert.equal(shapeOf(single, sameType<typeof single, Tensor<readonly [K], "f32">>()), "K");
  const elements = gather(place, iota(N));
  assert.equal(
    shapeOf(elements, sameType<typeof elements, Tensor<readonly [N], "u32">>()),
    "N",
  );
  const cube = gather(x, argmax(input("cube", [B, N, K]), { axis: 0 }));
  assert.equal(
    shapeOf(cube, sameType<typeof cube, Tensor<readonly [N, K, K], "f32">>()),
    "N, K, K",
  );
});

Deno.test("gather takes a table with an axis, and indices of u32", () => {
  const refused: readonly [() => Tensor, string][] = [
    [
      // @ts-expect-error a table has a first axis
      () => gather(size(B), iota(B)),
      "Cannot gather from []: a table has a first axis, which the indices run over",
    ],
    [
      // @ts-expect-error indices are u32
      () => gather(v, x),
      "Cannot gather by x[B, K] of f32: indices are u32; use cast",
    ],
    [
      // @ts-expect-error an index is a tensor
      () => gather(v, 3),
      "Cannot gather rows by 3: operands are tensors; write constant(3) for a tensor of shape []",
    ],
  ];
  for (const [attempt, message] of refused) {
    assert.throws(attempt, { name: "DeclarationError", message });
  }
});
