/** Models that store activations as f16, on a GPU with each of its schedules. */
import { withFreshModule } from "../explain/temporary_module.ts";
import { gpuTest } from "../runtime/testing/gpu_access.ts";
import { checkHalf, HALF_CASES } from "./testing/half_models.ts";

for (const [at, [model, batches]] of HALF_CASES.slice(0, 2).entries()) {
  gpuTest(`a GPU computes what the kernels of model ${at + 1} do`, async ({ backend }) => {
    await withFreshModule(model, async (module) => {
      for (const options of [{ machine: "vector" }, { machine: "gpu" }, { plain: true }] as const) {
        const [batch = 1] = batches.slice(-1);
        await checkHalf(model, module, batch, (spec, dims) => backend.load(spec, dims, options));
      }
    });
  });
}
