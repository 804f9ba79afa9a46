/** Models that store activations as f16, in C. */
import { withFreshModule } from "../explain/temporary_module.ts";
import { nativeTest } from "../runtime/testing/native_access.ts";
import { loaderOf } from "./testing/generated_layers.ts";
import { checkHalf, HALF_CASES } from "./testing/half_models.ts";

for (const [at, [model, batches]] of HALF_CASES.entries()) {
  nativeTest(
    `C computes what the kernels of model ${at + 1} do`,
    (open) =>
      withFreshModule(model, async (module) => {
        const load = loaderOf(await open({ threads: 2 }));
        for (const batch of batches) await checkHalf(model, module, batch, load);
      }),
  );
}
