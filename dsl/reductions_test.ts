import assert from "node:assert/strict";
import { type Dim, dim, type Shape } from "./dim.ts";
import {
  argmax,
  div,
  input,
  max,
  mean,
  min,
  type ReducedShape,
  sub,
  sum,
  type Tensor,
} from "./tensor.ts";
import type { Equal } from "./testing/type_equality.ts";

const B = dim("B"), N = dim("N"), K = dim("K");
type B = Dim<"B">;
type N = Dim<"N">;
type K = Dim<"K">;

const cube = input("cube", [B, N, K]), x = input("x", [B, 4]);

/** Stands for a fact about types where a value is wanted. */
const sameType = <A, B>(..._: Equal<A, B> extends true ? [] : [never]): true => true;

function shapeOf(value: Tensor): string {
  return value.shape.map((e) => typeof e === "number" ? e : e.name).join(", ");
}

Deno.test("a reduction takes one axis or several out of a shape, or leaves 1 in their place", () => {
  for (const reduce of [sum, max, min, mean]) {
    const inner = reduce(cube, { axis: 1 });
    assert.ok(sameType<typeof inner, Tensor<readonly [B, K], "f32">>());
    assert.equal(shapeOf(inner), "B, K");
    const outer = reduce(cube, { axis: [2, 0] });
    assert.ok(sameType<typeof outer, Tensor<readonly [N], "f32">>());
    assert.equal(shapeOf(outer), "N");
    const kept = reduce(cube, { axis: [0, 2], keep: true });
    assert.ok(sameType<typeof kept, Tensor<readonly [1, N, 1], "f32">>());
    assert.equal(shapeOf(kept), "1, N, 1");
    const all = reduce(cube, { axis: [0, 1, 2] });
    assert.ok(sameType<typeof all, Tensor<readonly [], "f32">>());
    assert.equal(shapeOf(sub(cube, reduce(cube, { axis: 2, keep: true }))), "B, N, K");
    assert.throws(() => reduce(cube, { axis: 3 }), /over axis 3: axes run from 0 to 2/);
  }
  assert.ok(sameType<ReducedShape<Shape, 0, false>, Shape>());
  assert.ok(sameType<ReducedShape<readonly [B, K], number, false>, Shape>());
});

Deno.test("the smallest is the largest of negatives, negated", () => {
  const { node } = min(x, { axis: 1 });
  assert.equal(node.op, "neg");
  assert.deepEqual([node.inputs[0]?.op, node.inputs[0]?.inputs[0]?.op], ["max", "neg"]);
});

Deno.test("a mean divides by a number where it is known, and by a size where it is not", () => {
  assert.equal(mean(x, { axis: 1 }).node, div(sum(x, { axis: 1 }), 4).node);
  const { inputs: [, count] } = mean(cube, { axis: [1, 2] }).node;
  assert.deepEqual(count?.inputs[0]?.attrs, { extent: { name: "N·K" } });
  const { inputs: [, all] } = mean(cube, { axis: [0, 1, 2] }).node;
  assert.equal(all?.op, "size");
});

Deno.test("the axes of a reduction are named, each once", () => {
  const refused: readonly [() => Tensor, string][] = [
    [
      () => sum(cube, { axis: [1, 1] }),
      "Cannot apply sum to cube[B, N, K]: wanted the axis by name, got { axis: […] }; " +
      "write sum(x, { axis: 0 })",
    ],
    [
      // @ts-expect-error the axis has a name
      () => mean(cube, 1),
      "Cannot apply mean to cube[B, N, K]: wanted the axis by name, got 1; " +
      "write mean(x, { axis: 1 })",
    ],
    [
      () => argmax(cube, { axis: [0, 3] }),
      "Cannot argmax cube[B, N, K] over axis 3: axes run from 0 to 2",
    ],
  ];
  for (const [attempt, message] of refused) {
    assert.throws(attempt, { name: "DeclarationError", message });
  }
});
