import assert from "node:assert/strict";
import { evaluateIndex } from "../kernel/evaluate_index.ts";
import { type Axis, axisIndex, ZERO } from "../kernel/index_expr.ts";
import type { Scalar } from "../kernel/kernel.ts";
import { applyTyped } from "../kernel/scalar_math.ts";
import { type Guarded, isBelow, placeBefore, windowOf } from "./guarded.ts";

const N = { name: "N" };
const i: Axis = { name: "i", extent: 40 }, k: Axis = { name: "k", extent: 4 };
const SIZE = 7;

/** The value of a whole number or a bool at a point; N is SIZE. */
function valueAt(scalar: Scalar, axes: ReadonlyMap<string, number>): number {
  switch (scalar.kind) {
    case "constant":
      return scalar.value;
    case "index":
      return evaluateIndex(
        scalar.index,
        axes,
        (extent) => typeof extent === "number" ? extent : SIZE,
      );
    case "apply":
      return applyTyped(
        scalar.op,
        scalar.args.map((arg) => valueAt(arg, axes)),
        scalar.type,
        scalar.args[0]?.type,
      );
    default:
      throw new Error(scalar.kind);
  }
}

function placeAt({ index, isInside }: Guarded, axes: ReadonlyMap<string, number>) {
  const at = evaluateIndex(index, axes, () => SIZE, (scalar) => valueAt(scalar, axes));
  return { at, isInside: valueAt(isInside, axes) === 1 };
}

Deno.test("a place that may lie outside has an index within, which is right where it lies inside", () => {
  for (const by of [0, 3]) {
    for (const extent of [SIZE, N]) {
      const place = placeBefore(axisIndex(i), by, extent);
      for (let at = 0; at < 40; at++) {
        const found = placeAt(place, new Map([["i", at]]));
        const isInside = at >= by && at - by < SIZE;
        assert.equal(found.isInside, isInside);
        assert.ok(found.at >= 0 && found.at < SIZE, `${found.at}`);
        if (isInside) assert.equal(found.at, at - by);
      }
    }
  }
  assert.equal(valueAt(isBelow(axisIndex(i), N), new Map([["i", SIZE - 1]])), 1);
  assert.equal(valueAt(isBelow(axisIndex(i), N), new Map([["i", SIZE]])), 0);
});

Deno.test("the window of an element is found where there is one", () => {
  for (const [stride, dilation] of [[1, 1], [1, 2], [2, 1], [3, 2]] as const) {
    for (const part of [axisIndex(k), ZERO]) {
      const place = windowOf(axisIndex(i), part, { stride, dilation }, N);
      for (let at = 0; at < 40; at++) {
        for (let element = 0; element < 4; element++) {
          const start = at - (part === ZERO ? 0 : element * dilation);
          const isInside = start >= 0 && start % stride === 0 && start / stride < SIZE;
          const found = placeAt(place, new Map([["i", at], ["k", element]]));
          assert.equal(found.isInside, isInside);
          assert.ok(found.at >= 0 && found.at < SIZE);
          if (isInside) assert.equal(found.at, start / stride);
        }
      }
    }
  }
});
