/** Training with activations in 16 bits reaches what training in 32 bits does. */
import assert from "node:assert/strict";
import { mnistShared } from "../../generated/mnist_shared/mnist_shared.ts";
import { mnistSharedF16 } from "../../generated/mnist_shared_f16/mnist_shared_f16.ts";
import { initialiseModule } from "../../runtime/parameters.ts";
import { Trainer } from "../../runtime/train/trainer.ts";
import { openWasm } from "../../runtime/wasm/backend.ts";
import { openMnist } from "./mnist_files.ts";

/** Accuracy on the test images after some steps. */
async function accuracyOf(
  module: typeof mnistShared | typeof mnistSharedF16,
  stepLimit: number,
): Promise<number> {
  const { training, validation } = await openMnist();
  const backend = await openWasm();
  try {
    const dims = { B: 100, samples: training.count + validation.count };
    const model = await backend.load(module, dims);
    initialiseModule(model, dims, 3);
    const settings = { batchSize: dims.B, epochs: 1, seed: 3, stepLimit };
    const trainer = new Trainer({ model, training, validation, ...settings });
    let accuracy = NaN;
    for await (const event of trainer.run()) {
      if (event.kind === "epoch_end") accuracy = event.validation?.accuracy ?? NaN;
    }
    return accuracy;
  } finally {
    await backend.dispose();
  }
}

Deno.test("after 400 steps on MNIST, 16 bits are within 0.3 points of 32", async () => {
  const [whole, half] = [await accuracyOf(mnistShared, 400), await accuracyOf(mnistSharedF16, 400)];
  assert.ok(whole > 0.95, String(whole));
  assert.ok(Math.abs(whole - half) < 0.003, `${whole} in 32 bits, ${half} in 16`);
});
