import assert from "node:assert/strict";
import { mnistOriginal } from "../../generated/mnist_original/mnist_original.ts";
import { mnistShared } from "../../generated/mnist_shared/mnist_shared.ts";
import type { Backend } from "../../runtime/backend.ts";
import { BatchBuffer, fillEpochOrder } from "../../runtime/data/batches.ts";
import { initialiseModule } from "../../runtime/parameters.ts";
import { gpuTest } from "../../runtime/testing/gpu_access.ts";
import { openWasm } from "../../runtime/wasm/backend.ts";
import { loadMnist } from "./mnist_files.ts";

const BATCH = 25;
const SEED = 5;

/** The loss of each of the first steps on real data, from one seed. */
async function firstLosses(
  backend: Backend,
  model: typeof mnistShared | typeof mnistOriginal,
  steps: number,
): Promise<readonly number[]> {
  const { training } = await loadMnist();
  const loaded = await backend.load(model, { B: BATCH });
  initialiseModule(loaded, { B: BATCH }, SEED);
  const order = fillEpochOrder(new Uint32Array(training.count), SEED, 1);
  const batch = new BatchBuffer(training, BATCH);
  const losses: number[] = [];
  for (let step = 1; step <= steps; step++) {
    batch.gather(order, step - 1);
    loaded.write("x", batch.features);
    loaded.write("label", batch.labels);
    loaded.write("loss_total", new Float32Array(1));
    loaded.run("step", { B: BATCH, step });
    const [loss = NaN] = await loaded.read("loss_total");
    losses.push(loss / BATCH);
  }
  loaded.dispose();
  return losses;
}

for (const [model, steps] of [[mnistShared, 20], [mnistOriginal, 5]] as const) {
  gpuTest(
    `${model.name}: ${steps} training steps have the same losses on WebGPU and WebAssembly`,
    async ({ backend }) => {
      const gpu = await firstLosses(backend, model, steps);
      const cpu = await firstLosses(openWasm(), model, steps);
      assert.equal(gpu.length, steps);
      gpu.forEach((loss, i) => {
        const wanted = cpu[i] ?? NaN;
        assert.ok(Math.abs(loss - wanted) < 1e-3 * wanted, `step ${i + 1}: ${loss} and ${wanted}`);
      });
      // The comparison is only worth something where the model learns.
      assert.ok((cpu.at(-1) ?? NaN) < 0.9 * (cpu[0] ?? NaN));
    },
  );
}
