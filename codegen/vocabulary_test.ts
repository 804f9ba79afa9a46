import { openWasm } from "../runtime/wasm/backend.ts";
import { withFreshModule } from "../explain/temporary_module.ts";
import { checkLayer, loaderOf } from "./testing/generated_layers.ts";
import { VOCABULARY } from "./testing/vocabulary.ts";

for (const { declaration, sizes } of VOCABULARY) {
  Deno.test(`${declaration.name}: WebAssembly computes the declared values and gradients`, async () => {
    await withFreshModule(declaration, async (module) => {
      const backend = await openWasm();
      for (const dims of sizes) {
        await checkLayer(loaderOf(backend), { declaration, module, sizes }, dims);
      }
      await backend.dispose();
    });
  });
}
