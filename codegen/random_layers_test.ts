import { openWasm } from "../runtime/wasm/backend.ts";
import { checkRandomLayers } from "./testing/random_layers.ts";

Deno.test("random numbers are those of the interpreter, and as they are to be distributed", async () => {
  const backend = await openWasm({ threads: 2 });
  await checkRandomLayers(backend);
  await backend.dispose();
});
