import { gpuTest } from "../runtime/testing/gpu_access.ts";
import { withFreshModule } from "../explain/temporary_module.ts";
import { checkLayer } from "./testing/generated_layers.ts";
import { VOCABULARY } from "./testing/vocabulary.ts";

for (const { declaration, sizes } of VOCABULARY) {
  gpuTest(
    `${declaration.name}: WebGPU computes the declared values and gradients`,
    async ({ backend }) => {
      await withFreshModule(declaration, async (module) => {
        for (const plain of [false, true]) {
          for (const dims of sizes) {
            const load = (spec: typeof module) => backend.load(spec, dims, { plain });
            await checkLayer(load, { declaration, module, sizes }, dims);
          }
        }
      });
    },
  );
}
