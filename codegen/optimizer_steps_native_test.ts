import { withFreshModule } from "../explain/temporary_module.ts";
import { nativeTest } from "../runtime/testing/native_access.ts";
import {
  checkOptimizerSteps,
  checkZeroGradients,
  DECAYING,
  OPTIMIZED,
} from "./testing/optimizer_steps.ts";

for (const model of OPTIMIZED) {
  nativeTest(
    `${model.name}: steps in C are those that the model declares`,
    (open) =>
      withFreshModule(model, async (module) => {
        const backend = await open({ threads: 2 });
        for (const B of [1, 11]) await checkOptimizerSteps(backend, module, model, { B });
        await checkZeroGradients(backend, module, model, DECAYING.has(model.name));
      }),
  );
}
