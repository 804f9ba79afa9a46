import assert from "node:assert/strict";
import { gpuTest } from "../testing/gpu_access.ts";
import { reproduce } from "../testing/reproduce.ts";
import { assertBadDataIsFound, assertOverflowIsFound } from "./fault_for_test.ts";

gpuTest("faults are found on WebGPU", async ({ backend }) => {
  const folder = await Deno.makeTempDir();
  try {
    await assertBadDataIsFound(backend);
    await assertOverflowIsFound(backend, folder);
    const text = "relu1: element 5 of 4000 is Infinity.\n";
    assert.deepEqual(await reproduce(folder), { code: 1, text });
    assert.deepEqual(await reproduce(folder, "wasm"), { code: 1, text });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
