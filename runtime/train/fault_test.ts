import assert from "node:assert/strict";
import { openWasm } from "../wasm/backend.ts";
import { reproduce } from "../testing/reproduce.ts";
import { assertBadDataIsFound, assertOverflowIsFound } from "./fault_for_test.ts";

for (const threads of [1, 3]) {
  Deno.test(`faults are found on ${threads} threads of the CPU`, async () => {
    const folder = await Deno.makeTempDir();
    const backend = await openWasm({ threads });
    try {
      await assertBadDataIsFound(backend);
      await assertOverflowIsFound(backend, folder);
      assert.deepEqual(await reproduce(folder), {
        code: 1,
        text: "relu1: element 5 of 4000 is Infinity.\n",
      });
    } finally {
      await backend.dispose();
      await Deno.remove(folder, { recursive: true });
    }
  });
}
