import { withFreshModule } from "../explain/temporary_module.ts";
import { gpuTest } from "../runtime/testing/gpu_access.ts";
import {
  checkOptimizerSteps,
  checkZeroGradients,
  DECAYING,
  OPTIMIZED,
} from "./testing/optimizer_steps.ts";

for (const model of OPTIMIZED) {
  gpuTest(
    `${model.name}: steps on WebGPU are those that the model declares`,
    async ({ backend }) => {
      await withFreshModule(model, async (module) => {
        for (const size of [1, 11]) {
          await checkOptimizerSteps(backend, module, model, { B: size });
        }
        await checkZeroGradients(backend, module, model, DECAYING.has(model.name));
      });
    },
  );
}
