/** What tests of agreement between backends share. @module */
import assert from "node:assert/strict";
import type { mnistOriginal } from "../../generated/mnist_original/mnist_original.ts";
import type { mnistShared } from "../../generated/mnist_shared/mnist_shared.ts";
import type { Backend } from "../../runtime/backend.ts";
import { initialiseModule } from "../../runtime/parameters.ts";
import { SampleTables } from "../../runtime/train/tables.ts";
import { openWasm } from "../../runtime/wasm/backend.ts";
import { openMnist } from "./mnist_files.ts";

type Model = typeof mnistShared | typeof mnistOriginal;

const BATCH = 25;
const SEED = 5;

/** The loss of each of the first steps on real data, from one seed. */
async function firstLosses(
  backend: Backend,
  model: Model,
  steps: number,
): Promise<readonly number[]> {
  const { training, validation } = await openMnist();
  const dims = { B: BATCH, samples: training.count + validation.count };
  const loaded = await backend.load(model, dims);
  initialiseModule(loaded, dims, SEED);
  const tables = new SampleTables(loaded, training, validation);
  await tables.fill();
  tables.shuffle(SEED, 1);
  const losses: number[] = [];
  for (let step = 1; step <= steps; step++) {
    tables.draw((step - 1) * BATCH, BATCH);
    loaded.write("loss_total", new Float32Array(1));
    loaded.run("step", { B: BATCH, step });
    const [loss = NaN] = await loaded.read("loss_total");
    losses.push(loss / BATCH);
  }
  loaded.dispose();
  return losses;
}

/** Asserts that a model's first training steps have the losses that they have on WebAssembly. */
export async function assertAgreement(
  backend: Backend,
  model: Model,
  steps: number,
): Promise<void> {
  const found = await firstLosses(backend, model, steps);
  const onCpu = await openWasm();
  const cpu = await firstLosses(onCpu, model, steps);
  await onCpu.dispose();
  assert.equal(found.length, steps);
  found.forEach((loss, i) => {
    const wanted = cpu[i] ?? NaN;
    assert.ok(Math.abs(loss - wanted) < 1e-3 * wanted, `step ${i + 1}: ${loss} and ${wanted}`);
  });
  // The comparison is only worth something where the model learns.
  assert.ok((cpu.at(-1) ?? NaN) < 0.9 * (cpu[0] ?? NaN));
}
