import { openWasm } from "../wasm/backend.ts";
import { assertBadParametersAreNamed, assertOverflowIsPlaced } from "./first_bad_for_test.ts";

for (const threads of [1, 3]) {
  Deno.test(`the first bad number is found on ${threads} threads of the CPU`, async () => {
    const backend = await openWasm({ threads });
    try {
      await assertOverflowIsPlaced(backend, "f32");
      await assertOverflowIsPlaced(backend, "f16");
      await assertBadParametersAreNamed(backend);
    } finally {
      await backend.dispose();
    }
  });
}
