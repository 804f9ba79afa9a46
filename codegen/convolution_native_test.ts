import assert from "node:assert/strict";
import { withFreshModule } from "../explain/temporary_module.ts";
import { nativeTest } from "../runtime/testing/native_access.ts";
import { CONVOLUTIONS, LONG_SUMS, NETWORKS } from "./testing/convolution_cases.ts";
import { checkLayer, loaderOf } from "./testing/generated_layers.ts";
import { checkStep, runStep } from "./testing/model_steps.ts";

for (const { declaration, sizes } of [...CONVOLUTIONS, LONG_SUMS]) {
  nativeTest(
    `${declaration.name}: C computes the declared values and gradients`,
    (open) =>
      withFreshModule(declaration, async (module) => {
        const load = loaderOf(await open({ threads: 3 }));
        for (const dims of sizes) await checkLayer(load, { declaration, module, sizes }, dims);
      }),
  );
}

for (const model of NETWORKS) {
  nativeTest(
    `${model.name}: a step in C is that of the declaration, and the same bits on any number of threads`,
    (open) =>
      withFreshModule(model, async (module) => {
        for (const dims of [{ B: 7 }, { B: 1 }]) {
          const run = async (threads: number) =>
            await runStep(await open({ threads }), module, model, dims, 5);
          const alone = await run(1);
          checkStep(alone, model, dims, 5);
          for (const threads of [2, 3]) assert.deepEqual(await run(threads), alone);
        }
      }),
  );
}
