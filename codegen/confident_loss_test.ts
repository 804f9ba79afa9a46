import { openWasm } from "../runtime/wasm/backend.ts";
import { checkConfidentLoss } from "./testing/confident_loss.ts";

Deno.test("a confident network has exact losses and finite gradients", async () => {
  const backend = await openWasm();
  await checkConfidentLoss(backend);
  await backend.dispose();
});
