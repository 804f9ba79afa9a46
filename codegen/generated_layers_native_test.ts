import { nativeTest } from "../runtime/testing/native_access.ts";
import { checkLayer, LAYER_CASES, loaderOf, withRandomSizes } from "./testing/generated_layers.ts";

for (const each of LAYER_CASES) {
  nativeTest(
    `${each.declaration.name}: C computes the declared values and gradients at every size`,
    async (open) => {
      const load = loaderOf(await open({ threads: 3 }));
      for (const dims of withRandomSizes(each)) await checkLayer(load, each, dims);
    },
  );
}
