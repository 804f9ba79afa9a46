import { gpuTest } from "../testing/gpu_access.ts";
import { assertBadDataIsFound, assertOverflowIsFound } from "./fault_for_test.ts";

gpuTest("faults are found on WebGPU", async ({ backend }) => {
  const folder = await Deno.makeTempDir();
  try {
    await assertBadDataIsFound(backend);
    await assertOverflowIsFound(backend, folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
