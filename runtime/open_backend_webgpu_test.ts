import assert from "node:assert/strict";
import { openBackend } from "./open_backend.ts";
import { hasAdapter } from "./testing/gpu_access.ts";

Deno.test("webgpu by name takes what there is and says what it is", {
  ignore: !hasAdapter,
}, async () => {
  const { backend, reason } = await openBackend({ backend: "webgpu" });
  assert.equal(backend.info.name, "webgpu");
  assert.ok(reason.includes(backend.info.adapter));
  assert.equal(reason.includes("a program on the CPU"), backend.info.software);
  await backend.dispose();
});
