import assert from "node:assert/strict";
import { gpuTest } from "../testing/gpu_access.ts";
import { assertFlatOver20000Steps } from "./long_run_for_test.ts";

gpuTest(
  "20,000 steps on WebGPU leave memory and the number of buffers as they were",
  async ({ backend }) => {
    const live: number[] = [];
    await assertFlatOver20000Steps(backend, () => {
      const { created, destroyed } = backend.buffers;
      live.push(created - destroyed);
    });
    assert.equal(new Set(live).size, 1, live.join());
  },
);
