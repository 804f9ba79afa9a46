import { openWasm } from "../wasm/backend.ts";
import { assertFlatOver20000Steps } from "./long_run_for_test.ts";

Deno.test("20,000 steps on the CPU leave memory as it was", async () => {
  const backend = await openWasm({ threads: 1 });
  await assertFlatOver20000Steps(backend);
  await backend.dispose();
});
