/** Training goes on bit for bit also where layers have states, and where numbers are drawn or stored in 16 bits. */
import { withFreshModule } from "../explain/temporary_module.ts";
import { openWasm } from "../runtime/wasm/backend.ts";
import { checkMnistInHalf, checkRested, RESUMED_MODELS } from "./testing/resumed_models.ts";

for (const model of RESUMED_MODELS) {
  Deno.test(`states of layers, and what is dropped, go on where they were: ${model.name}`, () =>
    withFreshModule(model, async (module) => {
      const backend = await openWasm({ threads: 2 });
      await checkRested(backend, module);
      await backend.dispose();
    }));
}

Deno.test("MNIST with activations in 16 bits goes on where it was", async () => {
  const backend = await openWasm({ threads: 1 });
  await checkMnistInHalf(backend);
  await backend.dispose();
});
