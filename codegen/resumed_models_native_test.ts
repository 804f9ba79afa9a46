/** Training in C goes on bit for bit where it was cut. */
import { withFreshModule } from "../explain/temporary_module.ts";
import { nativeTest } from "../runtime/testing/native_access.ts";
import { checkMnistInHalf, checkRested, RESUMED_MODELS } from "./testing/resumed_models.ts";

for (const model of RESUMED_MODELS) {
  nativeTest(
    `states of layers, and what is dropped, go on where they were: ${model.name}`,
    (open) =>
      withFreshModule(model, async (module) => checkRested(await open({ threads: 2 }), module)),
  );
}

nativeTest(
  "MNIST with activations in 16 bits goes on where it was",
  async (open) => checkMnistInHalf(await open({ threads: 2 })),
);
