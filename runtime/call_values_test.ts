import assert from "node:assert/strict";
import { callValues, readDims, uniformValues } from "./call_values.ts";
import { layOut, programOf, tensorOf } from "./module_layout.ts";
import { checkData } from "./tensor_data.ts";
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

Deno.test("data has the tensor's dtype and fits", () => {
  const x = tensorOf(layout, "x");
  checkData(x, new Float32Array(12));
  checkData(x, new Float32Array(9));
  checkData(x, new Float32Array(0));
  assert.throws(() => checkData(x, new Float32Array(8)), /got 8 elements, but .* a multiple of 3$/);
  assert.throws(() => checkData(x, new Uint32Array(12)), {
    name: "TypeError",
    message:
      `Cannot write tensor "x": it is f32, but the data is a Uint32Array; give a Float32Array`,
  });
  assert.throws(() => checkData(x, new Float32Array(13)), {
    name: "RangeError",
    message:
      `Cannot write tensor "x": got 13 elements, but [B, K] holds 12; give that many, or for a ` +
      `smaller batch a multiple of 3`,
  });
});

Deno.test("a tensor whose size no call chooses is written whole", () => {
  const total = tensorOf(layout, "total");
  checkData(total, new Uint32Array(1));
  assert.throws(() => checkData(total, new Uint32Array(0)), {
    name: "RangeError",
    message: `Cannot write tensor "total": got 0 elements, but [1] holds 1; give exactly that many`,
  });
});
