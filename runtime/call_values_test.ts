import assert from "node:assert/strict";
import { callValues, readDims, uniformValues } from "./call_values.ts";
import { layOut, programOf } from "./module_layout.ts";
import { scaling } from "./testing/tiny_modules.ts";

const layout = layOut(scaling(), { B: 4, K: 3 });
const scale = programOf(layout, "scale");
const valuesOf = (values: Record<string, number>) => callValues(layout, "scale", scale, values);

Deno.test("a call sees its own batch, its scalars and the fixed dims", () => {
  const call = valuesOf({ B: 2, gain: 0.5, K: 3 });
  assert.deepEqual(call, { B: 2, K: 3, gain: 0.5 });
  assert.deepEqual(uniformValues("scale", scale, call), [2, 1]);
});

Deno.test("a call gives every call dim and scalar, and nothing else", () => {
  assert.throws(() => valuesOf({ gain: 1 }), {
    name: "TypeError",
    message: `Cannot run program "scale" of module "scaling": "B" missing; ` +
      `give a number for each of "B" and "gain"`,
  });
  assert.throws(() => valuesOf({ B: 1 }), /"gain" missing/);
  assert.throws(() => valuesOf({ B: 1, gain: 1, lr: 1 }), {
    name: "TypeError",
    message: /there is no value "lr"; it takes "B" and "gain"/,
  });
});

Deno.test("sizes stay within what was loaded", () => {
  assert.throws(() => valuesOf({ B: 5, gain: 1 }), {
    name: "RangeError",
    message: /dim "B" is 5; give a whole number from 0 to 4, the size chosen when/,
  });
  assert.throws(() => valuesOf({ B: 0.5, gain: 1 }), RangeError);
  assert.throws(() => valuesOf({ B: -1, gain: 1 }), RangeError);
  assert.throws(() => valuesOf({ B: 1, gain: 1, K: 4 }), /dim "K" is 4, but .* loaded with 3/);
  assert.throws(
    () => readDims(layout, "x", { B: 5 }, undefined),
    /Cannot read tensor "x" of module/,
  );
});

Deno.test("a read takes the sizes that are given, then the last run's, then the largest", () => {
  assert.deepEqual(readDims(layout, "x", {}, undefined), { B: 4, K: 3 });
  assert.deepEqual(readDims(layout, "x", {}, { B: 2, K: 3 }), { B: 2, K: 3 });
  assert.deepEqual(readDims(layout, "x", { B: 3 }, { B: 2, K: 3 }), { B: 3, K: 3 });
});

Deno.test("scalars and uniforms are finite numbers of their dtype", () => {
  assert.throws(() => valuesOf({ B: 1, gain: NaN }), /scalar "gain" is NaN; give a finite number/);
  assert.throws(
    () => uniformValues("scale", scale, valuesOf({ B: 1, gain: 1e38 * 2 })),
    /its value "factor" becomes 4e\+38, which is no finite f32/,
  );
});
