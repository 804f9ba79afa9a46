import assert from "node:assert/strict";
import { exposedBackend, gpuTest, hasAdapter } from "../testing/gpu_access.ts";
import { doublingText, elementwise, scaleKernel, scaling } from "../testing/tiny_modules.ts";

const ignore = !hasAdapter;

gpuTest("a program reads its input, writes its output and keeps its state", async ({ backend }) => {
  const module = await backend.load(scaling(), { B: 2, K: 3 });
  module.write("x", new Float32Array([1, 2, 3, 4, 5, 6]));
  module.run("scale", { B: 2, gain: 0.5 });
  assert.deepEqual(await module.read("y"), new Float32Array([1, 2, 3, 4, 5, 6]));
  module.run("scale", { B: 1, gain: 5 });
  assert.deepEqual(await module.read("y"), new Float32Array([10, 20, 30]));
  assert.deepEqual(await module.read("y", { B: 2 }), new Float32Array([10, 20, 30, 4, 5, 6]));
  assert.equal((await module.read("x")).length, 6);
  assert.deepEqual(await module.read("total"), new Uint32Array([9]));
});

gpuTest("each queued run sees its own values", async ({ backend }) => {
  const module = await backend.load(scaling(), { B: 9, K: 2 });
  for (let B = 0; B < 10; B++) module.run("scale", { B, gain: B });
  assert.deepEqual(await module.read("total"), new Uint32Array([2 * 45]));
});

gpuTest("the plain twin computes the same", async ({ backend }) => {
  const broken = elementwise("scale.wgsl", "not a shader");
  const module = await backend.load(scaling(scaleKernel(broken)), { B: 1, K: 2 }, {
    plain: true,
  });
  module.write("x", new Float32Array([1, 2]));
  module.run("scale", { B: 1, gain: 1 });
  assert.deepEqual(await module.read("y"), new Float32Array([2, 4]));
});

gpuTest("a batch of 0 runs and gives an empty output", async ({ backend }) => {
  const module = await backend.load(scaling(), { B: 2, K: 3 });
  module.write("x", new Float32Array(0));
  module.run("scale", { B: 0, gain: 1 });
  assert.deepEqual(await module.read("y"), new Float32Array(0));
  module.write("y", new Float32Array([1, 2, 3, 4, 5, 6]));
  assert.equal((await module.read("y")).length, 6);
  assert.deepEqual(await module.read("total"), new Uint32Array([0]));
});

gpuTest("a tensor without elements is held, written and read", async ({ backend }) => {
  const spec = scaling();
  spec.tensors.x.shape = () => [0, 3];
  spec.slots[0] = { bytes: () => 0 };
  const module = await backend.load(spec, { B: 1, K: 1 });
  module.write("x", new Float32Array(0));
  module.run("scale", { B: 1, gain: 1 });
  assert.equal((await module.read("x")).length, 0);
  assert.equal((await module.read("y")).length, 1);
});

gpuTest("65535 workgroups run, one more is refused when loading", async ({ backend }) => {
  const most = 65_535 * 64;
  const module = await backend.load(scaling(), { B: 1, K: most });
  module.write("x", new Float32Array(most).fill(1));
  module.run("scale", { B: 1, gain: 0.5 });
  const y = await module.read("y");
  assert.equal(y.length, most);
  assert.ok(y.every((value) => value === 1));
  await assert.rejects(backend.load(scaling(), { B: 1, K: most + 1 }), {
    name: "RangeError",
    message: `Cannot load module "scaling": kernel "scale" of layer "scaling" in program "scale" ` +
      `needs 65536 × 1 × 1 workgroups, and maxComputeWorkgroupsPerDimension of this device is ` +
      `65535; choose smaller dims, or another backend`,
  });
});

gpuTest(
  "workgroups that only a smaller batch exceeds are refused before the run",
  async ({ backend }) => {
    const text = doublingText("y[i] = x[i];");
    const odd = { ...elementwise("odd.wgsl", text), workgroups: perBatch };
    function perBatch({ B }: { readonly B: number }): readonly [number, number, number] {
      return [1, B === 1 ? 70_000 : 1, 1];
    }
    const module = await backend.load(scaling(scaleKernel(odd)), { B: 2, K: 1 });
    assert.throws(() => module.run("scale", { B: 1, gain: 1 }), {
      name: "RangeError",
      message: /kernel "scale" of layer "scaling" asks for 1 × 70000 × 1 workgroups/,
    });
    assert.deepEqual(await module.read("total"), new Uint32Array([0]));
  },
);

gpuTest("buffers and unknown outcomes do not grow with runs and reads", async ({ backend }) => {
  const module = await backend.load(scaling(), { B: 1, K: 1 });
  const live = () => backend.buffers.created - backend.buffers.destroyed;
  const atStart = live();
  for (let round = 0; round < 5; round++) {
    for (let step = 0; step < 100; step++) module.run("scale", { B: 1, gain: 1 });
    await module.read("y");
    assert.equal(module.pending, 0);
    assert.equal(live(), atStart);
  }
  module.dispose();
  assert.equal(live(), 0);
});

Deno.test("several modules load at the same time, and disposing of the backend frees them", {
  ignore,
}, async () => {
  const { backend } = await exposedBackend();
  const modules = await Promise.all(
    [1, 2, 3].map((K) => backend.load(scaling(), { B: 1, K })),
  );
  modules.forEach((module, index) => module.write("x", new Float32Array(index + 1).fill(1)));
  for (const module of modules) module.run("scale", { B: 1, gain: 1 });
  const lengths = await Promise.all(modules.map(async (module) => (await module.read("y")).length));
  assert.deepEqual(lengths, [1, 2, 3]);
  await backend.dispose();
  await backend.dispose();
  assert.equal(backend.buffers.created, backend.buffers.destroyed);
});
