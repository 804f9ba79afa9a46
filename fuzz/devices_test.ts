import assert from "node:assert/strict";
import { BACKEND_NAMES } from "../runtime/backend.ts";
import { disposeAll, openDevices, TESTED_BACKENDS } from "./devices.ts";

/** Does something on a machine without a GPU. */
async function withoutGpu(test: () => Promise<void>): Promise<void> {
  const { gpu } = navigator;
  const { requestAdapter } = gpu;
  gpu.requestAdapter = () => Promise.resolve(null);
  try {
    await test();
  } finally {
    gpu.requestAdapter = requestAdapter;
  }
}

Deno.test("every backend can be compared, and each machine of it by a name", async () => {
  assert.deepEqual(Object.keys(TESTED_BACKENDS), [...BACKEND_NAMES]);
  const { opened, notices } = await openDevices("check", "wasm");
  assert.deepEqual(opened.map(({ backend }) => backend), ["wasm"]);
  assert.deepEqual(opened[0]?.devices.map(({ name }) => name), ["one thread", "two threads"]);
  assert.deepEqual(notices, []);
  await disposeAll(opened);
});

Deno.test("a backend that is missing is left out with a reason, or refused if it was asked for", async () => {
  await withoutGpu(async () => {
    const { opened, notices } = await openDevices("check", "present");
    assert.deepEqual(opened.map(({ backend }) => backend), ["wasm", "native"]);
    assert.deepEqual(notices, ["WebGPU is left out: WebGPU found no adapter."]);
    await disposeAll(opened);
    for (const wanted of ["webgpu", "all"] as const) {
      await assert.rejects(openDevices("fuzz", wanted), {
        message:
          "Cannot fuzz on WebGPU: WebGPU found no adapter; choose another --backend, or leave it out",
      });
    }
  });
});
