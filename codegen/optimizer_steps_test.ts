import assert from "node:assert/strict";
import { defineModel, dim, linear, rmsProp, sum, tensor } from "../dsl/mod.ts";
import { initialiseModule } from "../runtime/parameters.ts";
import { openWasm } from "../runtime/wasm/backend.ts";
import { withFreshModule } from "../explain/temporary_module.ts";
import {
  checkOptimizerSteps,
  checkZeroGradients,
  DECAYING,
  OPTIMIZED,
} from "./testing/optimizer_steps.ts";

for (const model of OPTIMIZED) {
  Deno.test(`${model.name}: steps in WebAssembly are those that the model declares`, async () => {
    await withFreshModule(model, async (module) => {
      const backend = await openWasm({ threads: 2 });
      for (const size of [1, 4, 11]) {
        await checkOptimizerSteps(backend, module, model, { B: size });
      }
      await checkZeroGradients(backend, module, model, DECAYING.has(model.name));
      await backend.dispose();
    });
  });
}

Deno.test("a centered RMSProp stays finite where its variance is rounded below 0", async () => {
  const flat = defineModel({
    name: "flat",
    inputs: { x: tensor(dim("B"), 7) },
    forward: ({ x }) => linear({ O: 3 })(x),
    loss: ({ logits }) => sum(logits, { axis: 1 }),
    optimizer: rmsProp({ rate: 1e-9, centered: true }),
  });
  await withFreshModule(flat, async (module) => {
    const backend = await openWasm({ threads: 1 });
    const loaded = await backend.load(module, { B: 1 });
    initialiseModule(loaded, { B: 1 }, 1);
    loaded.write("x", Float32Array.of(0.1, 0.7, 0.3, 0.9, 0.77, 1.3, 0.01));
    // The gradient is the same in every step, and s comes to be m².
    for (let step = 1; step <= 1500; step++) loaded.run("step", { B: 1 });
    assert.ok((await loaded.read("l1.W")).every(Number.isFinite));
    await backend.dispose();
  });
});
