import assert from "node:assert/strict";
import { linearRegression } from "../../generated/linear_regression/linear_regression.ts";
import type { LoadedModule } from "../backend.ts";
import type { NamedArray, NamedArrays } from "../formats/named_array.ts";
import { encodeNpy } from "../formats/npy.ts";
import { encodeSafetensors } from "../formats/safetensors.ts";
import { initialiseModule } from "../parameters.ts";
import { arrayOf, assertSameArray } from "../testing/array_files.ts";
import { openWasm } from "../wasm/backend.ts";
import { readArrays, requireFitting, writeArrays } from "./model_arrays.ts";
import { decodeWeights, encodeWeights, WEIGHT_FILE_ENDINGS } from "./weights.ts";

const DIMS = { B: 3 };

/** A model with its first values. */
async function withModel(
  run: (model: LoadedModule<typeof linearRegression>) => Promise<void>,
): Promise<void> {
  const backend = await openWasm({ threads: 1 });
  try {
    const model = await backend.load(linearRegression, DIMS);
    initialiseModule(model, DIMS, 7);
    await run(model);
  } finally {
    await backend.dispose();
  }
}

const f32 = (shape: readonly number[], ...values: readonly number[]): NamedArray => ({
  dtype: "f32",
  shape,
  data: Float32Array.from(values),
});

const weights: NamedArrays = new Map([["l1.W", f32([1, 2], 3, -2)], ["l1.b", f32([1], 0.5)]]);

Deno.test("the ending of a file decides about its format, and others are refused", () => {
  assert.deepEqual(WEIGHT_FILE_ENDINGS, [".safetensors", ".npz"]);
  for (const ending of WEIGHT_FILE_ENDINGS) {
    const read = decodeWeights(encodeWeights(weights, `a/w${ending}`), "w", linearRegression);
    assert.deepEqual(read, weights);
  }
  assert.deepEqual([...encodeWeights(weights, "w.npz").subarray(0, 2)], [0x50, 0x4b]);
  for (const file of ["w.pt", "w", "npz", "w.npz.tmp"]) {
    assert.throws(
      () => encodeWeights(weights, file),
      new RegExp(
        `^FormatError: ${file} names no format for weights: let it end in .safetensors or .npz\\.$`,
      ),
    );
  }
});

Deno.test("what a model holds comes back from a file, and its states are left out on request", async () => {
  await withModel(async (model) => {
    writeArrays(model, weights, ["parameter"], "w");
    model.write("loss_total", Float32Array.of(9));
    const all = await readArrays(model, ["parameter", "state"]);
    assert.deepEqual([...all.keys()].sort(), ["l1.W", "l1.b", "loss_total"]);
    const file = encodeWeights(all, "w.safetensors");
    await withModel(async (other) => {
      assert.throws(() => writeArrays(other, all, ["parameter"], "w"));
      writeArrays(other, decodeWeights(file, "w", linearRegression), ["parameter"], "w");
      other.write("x", Float32Array.of(1, 10));
      other.run("predict", { B: 1 });
      assert.equal((await other.read("y"))[0], 3 - 20 + 0.5);
      assert.deepEqual([...await other.read("loss_total")], [0]);
    });
  });
});

Deno.test("sixteen bits in the file become what the model has, and nothing else changes", () => {
  const halves = arrayOf("f16", [1, 2], 3);
  const file = encodeSafetensors(new Map([["l1.W", halves], ["other", halves]]));
  const read = decodeWeights(file, "w", linearRegression);
  assertSameArray(read.get("l1.W"), f32([1, 2], ...halves.data));
  assertSameArray(read.get("other"), halves);
});

Deno.test("arrays that do not fit a model are refused with what differs, and nothing is written", async () => {
  const cases: readonly (readonly [NamedArrays, string])[] = [
    [new Map([...weights].slice(1)), 'it lacks "l1.W"'],
    [new Map([...weights, ["l2.W", f32([], 1)]]), 'the model has no parameter "l2.W"'],
    [
      new Map([...weights].slice(0, 1)).set("l1.bias", f32([1], 1)),
      'it lacks "l1.b", and the model has no parameter "l1.bias"',
    ],
    [
      new Map([...weights, ["l1.b", f32([1, 1], 1)]]),
      'tensor "l1.b" is f32 [1, 1] in the file, but f32 [1] in the model',
    ],
    [
      new Map([...weights, ["l1.W", f32([2, 1], 1, 2)]]),
      'tensor "l1.W" is f32 [2, 1] in the file, but f32 [1, 2] in the model',
    ],
    [
      new Map([...weights, ["l1.b", arrayOf("i32", [1], 0)]]),
      'tensor "l1.b" is i32 [1] in the file, but f32 [1] in the model',
    ],
  ];
  await withModel(async (model) => {
    const before = await readArrays(model, ["parameter", "state"]);
    for (const [arrays, why] of cases) {
      const refusal = {
        name: "FormatError",
        message: `w does not fit model "linear_regression": ${why}.`,
      };
      assert.throws(() => writeArrays(model, arrays, ["parameter"], "w"), refusal);
      assert.throws(
        () => requireFitting(linearRegression, DIMS, arrays, ["parameter"], "w"),
        refusal,
      );
    }
    assert.deepEqual(await readArrays(model, ["parameter", "state"]), before);
  });
});

Deno.test("an array under a model's name in an NPY file is a weight like others", () => {
  const bytes = encodeNpy(f32([1], 4));
  assert.deepEqual([...decodeWeights(bytes, "l1.b.npy", linearRegression)], [[
    "l1.b",
    f32([1], 4),
  ]]);
});
