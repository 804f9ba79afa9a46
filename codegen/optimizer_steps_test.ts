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
