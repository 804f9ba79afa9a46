import { withFreshModule } from "../explain/temporary_module.ts";
import { nativeTest } from "../runtime/testing/native_access.ts";
import { checkLayer, loaderOf } from "./testing/generated_layers.ts";
import { VOCABULARY } from "./testing/vocabulary.ts";

for (const { declaration, sizes } of VOCABULARY) {
  nativeTest(
    `${declaration.name}: C computes the declared values and gradients`,
    (open) =>
      withFreshModule(declaration, async (module) => {
        const load = loaderOf(await open({ threads: 3 }));
        for (const dims of sizes) await checkLayer(load, { declaration, module, sizes }, dims);
      }),
  );
}
