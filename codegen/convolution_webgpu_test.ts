import { gpuTest } from "../runtime/testing/gpu_access.ts";
import { CONVOLUTIONS, LONG_SUMS, NETWORKS } from "./testing/convolution_cases.ts";
import { withFreshModule } from "../explain/temporary_module.ts";
import { checkLayer } from "./testing/generated_layers.ts";
import { checkStep, runStep } from "./testing/model_steps.ts";

for (const { declaration, sizes } of [...CONVOLUTIONS, LONG_SUMS]) {
  gpuTest(
    `${declaration.name}: WebGPU computes the declared values and gradients`,
    async ({ backend }) => {
      await withFreshModule(declaration, async (module) => {
        for (const dims of sizes) {
          const load = (spec: typeof module) => backend.load(spec, dims);
          await checkLayer(load, { declaration, module, sizes }, dims);
        }
      });
    },
  );
}

for (const model of NETWORKS) {
  gpuTest(`${model.name}: a step on WebGPU is that of the declaration`, async ({ backend }) => {
    await withFreshModule(model, async (module) => {
      checkStep(await runStep(backend, module, model, { B: 5 }, 5), model, { B: 5 }, 5);
    });
  });
}
