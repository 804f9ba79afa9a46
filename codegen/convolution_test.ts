import assert from "node:assert/strict";
import { openWasm } from "../runtime/wasm/backend.ts";
import { CONVOLUTIONS, LONG_SUMS, NETWORKS } from "./testing/convolution_cases.ts";
import { withFreshModule } from "../explain/temporary_module.ts";
import { checkLayer, loaderOf } from "./testing/generated_layers.ts";
import { checkStep, runStep } from "./testing/model_steps.ts";

for (const { declaration, sizes } of [...CONVOLUTIONS, LONG_SUMS]) {
  Deno.test(`${declaration.name}: WebAssembly computes the declared values and gradients`, async () => {
    await withFreshModule(declaration, async (module) => {
      const backend = await openWasm({ threads: 2 });
      for (const dims of sizes) {
        await checkLayer(loaderOf(backend), { declaration, module, sizes }, dims);
      }
      await backend.dispose();
    });
  });
}

for (const model of NETWORKS) {
  Deno.test(`${model.name}: a step on any number of threads is that of the declaration, to the same bits`, async () => {
    await withFreshModule(model, async (module) => {
      for (const dims of [{ B: 7 }, { B: 1 }]) {
        const runs = [];
        for (const threads of [1, 2, 3]) {
          const backend = await openWasm({ threads });
          runs.push(await runStep(backend, module, model, dims, 5));
          await backend.dispose();
        }
        const [alone, ...others] = runs;
        assert.ok(alone);
        checkStep(alone, model, dims, 5);
        for (const other of others) assert.deepEqual(other, alone);
      }
    });
  });
}
