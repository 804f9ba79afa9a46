import assert from "node:assert/strict";
import type { ModuleSpec, TensorSpec } from "../spec.ts";
import { checkFeatures, featuresToRequest } from "./features.ts";

const tensor = (dtype: TensorSpec<string>["dtype"]): TensorSpec<string> => ({
  dtype,
  dims: [],
  shape: () => [],
  kind: "temporary",
  slot: 0,
});

function moduleWith(dtype: TensorSpec<string>["dtype"]): ModuleSpec {
  return {
    name: "m",
    declaration: "",
    fixedDims: [],
    callDims: [],
    tensors: { x: tensor("f32"), h: tensor(dtype) },
    slots: [],
    programs: {},
    wasm: {
      relaxed: new URL("data:application/wasm,"),
      plain: new URL("data:application/wasm,"),
      transposed: [],
      scratch: {},
    },
  };
}

Deno.test("a device is asked for floats of 16 bits where there are some", () => {
  assert.deepEqual(featuresToRequest(new Set(), false), []);
  assert.deepEqual(featuresToRequest(new Set(["shader-f16"]), false), ["shader-f16"]);
  assert.deepEqual(featuresToRequest(new Set(["timestamp-query"]), true), ["timestamp-query"]);
});

Deno.test("a module that stores f16 is refused where there are none, with what to do", () => {
  checkFeatures(moduleWith("f16"), new Set(["shader-f16"]));
  checkFeatures(moduleWith("f32"), new Set());
  assert.throws(
    () => checkFeatures(moduleWith("f16"), new Set()),
    /^Error: Cannot load module "m": it stores h and other tensors as f16, and this GPU device lacks .* choose the wasm/,
  );
});
