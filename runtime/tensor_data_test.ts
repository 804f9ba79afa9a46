import assert from "node:assert/strict";
import { layOut, tensorOf } from "./module_layout.ts";
import type { ModuleSpec } from "./spec.ts";
import { checkData, viewOf } from "./tensor_data.ts";
import { scaling } from "./testing/tiny_modules.ts";

const layout = layOut(scaling(), { B: 4, K: 3 });

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

Deno.test("a part of a tensor is any number of elements that fit from where it begins", () => {
  const x = tensorOf(layout, "x");
  checkData(x, new Float32Array(12), 0);
  checkData(x, new Float32Array(5), 7);
  checkData(x, new Float32Array(0), 12);
  const refused: readonly [number, number, string][] = [
    [6, 7, "got 6 elements, but [B, K] holds 12; write at most 5 there"],
    [1, 13, "got 1 element, but [B, K] holds 12; write at most 0 there"],
    [1, -1, "[B, K] holds 12; give a whole number from 0"],
    [1, 0.5, "[B, K] holds 12; give a whole number from 0"],
    [1, NaN, "[B, K] holds 12; give a whole number from 0"],
  ];
  for (const [count, at, reason] of refused) {
    assert.throws(() => checkData(x, new Float32Array(count), at), {
      name: "RangeError",
      message: `Cannot write tensor "x" from element ${at} on: ${reason}`,
    });
  }
  assert.throws(() => checkData(x, new Uint8Array(1), 0), {
    name: "TypeError",
    message:
      `Cannot write tensor "x": it is f32, but the data is a Uint8Array; give a Float32Array`,
  });
});

Deno.test("a tensor of bytes takes bytes, and one byte of memory for each", () => {
  const bytes = { dtype: "u8", dims: ["B", "K"], kind: "input", slot: 0 } as const;
  const spec: ModuleSpec = scaling();
  const module: ModuleSpec = {
    ...spec,
    tensors: { ...spec.tensors, x: { ...bytes, shape: ({ B = 0, K = 0 }) => [B, K] } },
  };
  const x = tensorOf(layOut(module, { B: 4, K: 3 }), "x");
  assert.equal(x.bytes, 12);
  checkData(x, new Uint8Array(12));
  checkData(x, new Uint8Array(1), 11);
  assert.throws(() => checkData(x, new Uint32Array(12)), {
    name: "TypeError",
    message: `Cannot write tensor "x": it is u8, but the data is a Uint32Array; give a Uint8Array`,
  });
  const view = viewOf("u8", new ArrayBuffer(8), 3, 2);
  assert.ok(view instanceof Uint8Array && view.byteOffset === 3 && view.length === 2);
});
