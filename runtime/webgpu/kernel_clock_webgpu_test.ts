import assert from "node:assert/strict";
import { openBackend } from "../open_backend.ts";
import { hasAdapter } from "../testing/gpu_access.ts";
import { scaling } from "../testing/tiny_modules.ts";
import { findAdapter, platformGpu } from "./adapter.ts";
import { openWebgpu, WebgpuBackend } from "./backend.ts";

const search = await findAdapter(platformGpu());
const ignore = !hasAdapter || !(search.found && search.adapter.features.has("timestamp-query"));

Deno.test("a profile tells calls and seconds of every kernel, and results stay", {
  ignore,
}, async () => {
  const { backend } = await openBackend({ backend: "webgpu", profile: true });
  const module = await backend.load(scaling(), { B: 50, K: 1000 });
  module.write("x", new Float32Array(50_000).fill(1));
  assert.deepEqual((await module.kernelTimes()).map(({ calls }) => calls), [0, 0]);
  for (let i = 0; i < 30; i++) module.run("scale", { B: 50, gain: i });
  // A run of batch 0 calls only the kernel that does not depend on it.
  module.run("scale", { B: 0, gain: 1 });
  const times = await module.kernelTimes();
  assert.deepEqual(times.map(({ program, kernel, calls }) => [program, kernel, calls]), [
    ["scale", "scale", 30],
    ["scale", "count", 31],
  ]);
  const seconds = times.map((each) => each.seconds);
  assert.ok(seconds.every((each) => each > 0 && each < 60), seconds.join());
  const y = await module.read("y", { B: 1 });
  assert.ok(y.every((value) => value === 58), `${y[0]}`);
  module.run("scale", { B: 1, gain: 1 });
  const later = await module.kernelTimes();
  assert.deepEqual(later.map(({ calls }) => calls), [31, 32]);
  assert.ok((later[0]?.seconds ?? 0) > (seconds[0] ?? 0));
  await backend.dispose();
});

Deno.test("without a profile no times are taken", { ignore }, async () => {
  const backend = await openWebgpu();
  const module = await backend.load(scaling(), { B: 1, K: 1 });
  module.run("scale", { B: 1, gain: 1 });
  assert.deepEqual(await module.kernelTimes(), []);
  await backend.dispose();
});

Deno.test("what a profile holds goes with its module, also while times are under way", {
  ignore,
}, async () => {
  const backend = await openWebgpu({ profile: true });
  const module = await backend.load(scaling(), { B: 1, K: 1 });
  for (let i = 0; i < 20; i++) module.run("scale", { B: 1, gain: 1 });
  module.dispose();
  const { created, destroyed } = backend.buffers;
  assert.ok(created > 0);
  assert.equal(created, destroyed);
  await assert.rejects(module.kernelTimes(), /"scaling" was disposed; load it again/);
  await backend.dispose();
});

Deno.test("a profile is refused where the adapter has no timestamps", async () => {
  const info = { vendor: "", architecture: "", device: "", description: "an old GPU" };
  // A stub: of GPUAdapter's members, only these are ever asked for.
  const adapter = { info, limits: {}, features: new Set<string>() } as unknown as GPUAdapter;
  await assert.rejects(
    WebgpuBackend.open(adapter, { profile: true }),
    /^Error: Cannot open GPU device an old GPU to take the times of kernels: it lacks the feature "timestamp-query"; open it without profile: true, or choose the wasm backend$/,
  );
});
