import assert from "node:assert/strict";
import type { LoadedModule, TensorData } from "./backend.ts";
import { initialiseModule, initialValues, resetState } from "./parameters.ts";
import type { ModuleSpec } from "./spec.ts";

const spec = {
  name: "tiny",
  declaration: "",
  fixedDims: ["K"],
  callDims: ["B"],
  tensors: {
    x: { dtype: "f32", dims: ["B", "K"], shape: ({ B, K }) => [B, K], kind: "input", slot: 0 },
    "l1.W": {
      dtype: "f32",
      dims: ["K", "2"],
      shape: ({ K }) => [K, 2],
      kind: "parameter",
      slot: 1,
      init: ({ K }) => ({ kind: "normal", mean: 0, std: 1 / K }),
    },
    "l1.b": {
      dtype: "f32",
      dims: ["2"],
      shape: () => [2],
      kind: "parameter",
      slot: 2,
      init: () => ({ kind: "uniform", low: -1, high: 1 }),
    },
    calls: {
      dtype: "u32",
      dims: [],
      shape: () => [],
      kind: "state",
      slot: 3,
      init: () => ({ kind: "constant", value: 7 }),
    },
  },
  slots: [],
  programs: {},
  wasm: {
    relaxed: new URL("data:application/wasm,"),
    plain: new URL("data:application/wasm,"),
    transposed: [],
    scratch: {},
  },
} as const satisfies ModuleSpec<"B" | "K">;

/** A module that copies what is written to it. */
function notingModule() {
  const written = new Map<string, TensorData>();
  const model: LoadedModule<typeof spec> = {
    spec,
    dims: DIMS,
    backend: { name: "wasm", adapter: "none", software: true, threads: 1 },
    write: (name, data) => void written.set(name, data.slice()),
    run: () => {},
    trace: () => Promise.resolve(),
    read: () => Promise.reject(new Error("nothing to read")),
    kernelTimes: () => Promise.resolve([]),
    dispose: () => {},
  };
  return { model, written };
}

const DIMS = { B: 5, K: 3 };

Deno.test("every tensor with first values gets as many as its shape holds", () => {
  const { model, written } = notingModule();
  initialiseModule(model, DIMS, 1);
  assert.deepEqual([...written].map(([name, { length }]) => [name, length]), [
    ["l1.W", 6],
    ["l1.b", 2],
    ["calls", 1],
  ]);
  assert.deepEqual(written.get("calls"), Uint32Array.of(7));
});

Deno.test("values depend on seed and name alone", () => {
  const draw = (name: string, seed: number) =>
    initialValues(name, "f32", 4, { kind: "normal", mean: 0, std: 1 }, seed);
  assert.deepEqual(draw("l1.W", 1), draw("l1.W", 1));
  assert.notDeepEqual(draw("l1.W", 1), draw("l2.W", 1));
  assert.notDeepEqual(draw("l1.W", 1), draw("l1.W", 2));
});

Deno.test("the bits of a seed do not change", () => {
  // The float32 bits that an implementation of the same formulas in Python gives.
  const values = initialValues("l1.W", "f32", 3, { kind: "normal", mean: 0, std: 1 }, 1);
  assert.deepEqual([...new Uint32Array(values.buffer)], [0xbefbabb5, 0x3f556f3f, 0xbe7cc297]);
});

Deno.test("resetting leaves parameters alone", () => {
  const { model, written } = notingModule();
  resetState(model, DIMS, 1);
  assert.deepEqual([...written.keys()], ["calls"]);
});

Deno.test("random numbers for whole-number tensors are refused", () => {
  assert.throws(
    () => initialValues("calls", "u32", 1, { kind: "uniform", low: 0, high: 1 }, 1),
    new Error("Cannot initialise calls with uniform numbers: its elements are u32."),
  );
});
