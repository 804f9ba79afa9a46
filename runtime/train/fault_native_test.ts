import assert from "node:assert/strict";
import { nativeTest } from "../testing/native_access.ts";
import { reproduce } from "../testing/reproduce.ts";
import { assertBadDataIsFound, assertOverflowIsFound } from "./fault_for_test.ts";

nativeTest("faults are found in C", async (open) => {
  const folder = await Deno.makeTempDir();
  try {
    const backend = await open({ threads: 3 });
    await assertBadDataIsFound(backend);
    await assertOverflowIsFound(backend, folder);
    assert.deepEqual(await reproduce(folder), {
      code: 1,
      text: "relu1: element 5 of 4000 is Infinity.\n",
    });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
