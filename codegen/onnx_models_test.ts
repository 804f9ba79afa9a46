/** Predictions as files of ONNX, run by ONNX Runtime, beside WebAssembly's from the same weights. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { defineModel, dim, floor, mean, mul, sgd, sub, tensor } from "../dsl/mod.ts";
import { DeclarationError } from "../dsl/errors.ts";
import { cast } from "../dsl/tensor.ts";
import type { ModelDeclaration } from "../dsl/model.ts";
import { withFreshModule } from "../explain/temporary_module.ts";
import * as mnist from "../examples/mnist/spec.ts";
import { mnistCnn } from "../examples/mnist_cnn/spec.ts";
import { tinyTransformer } from "../examples/tiny_transformer/spec.ts";
import type { LoadedModule } from "../runtime/backend.ts";
import { initialiseModule } from "../runtime/parameters.ts";
import { ARRAY_TYPES } from "../runtime/tensor_data.ts";
import { openWasm } from "../runtime/wasm/backend.ts";
import { modelFile } from "./targets/onnx/model_file.ts";
import { NETWORKS } from "./testing/convolution_cases.ts";
import { hasOnnxRuntime, type OnnxTensor, runOnnx } from "./testing/onnx/runtime.ts";
import { seeded } from "./testing/random_values.ts";
import { RESUMED_MODELS } from "./testing/resumed_models.ts";

const isThere = await hasOnnxRuntime();

/** Sums of another order differ by less than this, relative to the largest number. */
const TOLERANCE = 1e-5;

/** Fills what a prediction reads, as the runtime takes it, and as ONNX does. */
async function feedsOf(
  loaded: LoadedModule,
  dims: Readonly<Record<string, number>>,
): Promise<Readonly<Record<string, OnnxTensor>>> {
  const next = seeded(7);
  const { tensors, programs } = loaded.spec;
  const feeds: Record<string, OnnxTensor> = {};
  const read = new Set(
    programs.predict?.kernels.flatMap(({ bindings }) => bindings.map((each) => each.tensor)),
  );
  for (const [name, { kind, dtype, shape }] of Object.entries(tensors)) {
    if (!read.has(name) || !["input", "parameter", "state"].includes(kind)) continue;
    const extents = shape(dims);
    const count = extents.reduce((product, extent) => product * extent, 1);
    if (kind === "input") {
      const value = () => dtype === "f32" ? next() : Math.floor(next() * 10);
      loaded.write(name, ARRAY_TYPES[dtype].from(Array.from({ length: count }, value)));
    }
    const data = Array.from(await loaded.read(name, dims));
    feeds[name] = { type: dtype === "f32" ? "float32" : "int64", dims: extents, data };
  }
  return feeds;
}

async function checkModel(model: ModelDeclaration, batches: readonly number[]): Promise<void> {
  const folder = await Deno.makeTempDir();
  const backend = await openWasm({ threads: 1 });
  try {
    const file = join(folder, "model.onnx");
    await Deno.writeFile(file, modelFile(model));
    await withFreshModule(model, async (module) => {
      for (const B of batches) {
        const dims = { B, ...(module.fixedDims.includes("samples") ? { samples: 1 } : {}) };
        const loaded = await backend.load(module, dims);
        initialiseModule(loaded, dims, 3);
        const feeds = await feedsOf(loaded, dims);
        loaded.run("predict", { B });
        const [found = {}] = await runOnnx([{ file, feeds }]);
        assert.deepEqual(Object.keys(found), [...model.outputs.keys()]);
        for (const [name, { dims: extents, data }] of Object.entries(found)) {
          const wanted = await loaded.read(name, dims);
          assert.deepEqual(extents, module.tensors[name]?.shape(dims));
          const largest = Math.max(...Array.from(wanted, Math.abs));
          data.forEach((value, at) => {
            const apart = Math.abs(value - (wanted[at] ?? NaN));
            assert.ok(apart <= TOLERANCE * largest, `${name}[${at}]: ${value} for ${wanted[at]}`);
          });
        }
      }
    });
  } finally {
    await backend.dispose();
    await Deno.remove(folder, { recursive: true });
  }
}

const MODELS = [
  mnist.mnistShared,
  mnist.mnistOriginal,
  mnistCnn,
  tinyTransformer,
  ...NETWORKS,
  ...RESUMED_MODELS.filter(({ half }) => !half),
];

for (const model of MODELS) {
  Deno.test({
    name: `${model.name}: ONNX Runtime predicts the same, for batches of any size`,
    ignore: !isThere,
    fn: () => checkModel(model, [1, 5]),
  });
}

Deno.test("what ONNX has no operator for is named", () => {
  const B = dim("B");
  const whole = defineModel({
    name: "whole",
    inputs: { x: tensor(B, 4), target: tensor(B, 4) },
    forward: ({ x }) => cast(cast(floor(x), "i32"), "f32"),
    loss: ({ logits, target }) => {
      const d = sub(logits, target);
      return mean(mul(d, d), { axis: 1 });
    },
    optimizer: sgd(),
  });
  assert.throws(() => modelFile(whole), (error) => {
    assert.ok(error instanceof DeclarationError);
    assert.equal(
      error.message,
      'Cannot write "whole" as ONNX: ONNX has no operator for a cast of floats to whole numbers',
    );
    return true;
  });
});
