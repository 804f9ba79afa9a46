import assert from "node:assert/strict";
import { exposedBackend, gpuTest, hasAdapter } from "../testing/gpu_access.ts";
import { doublingText, elementwise, scaleKernel, scaling } from "../testing/tiny_modules.ts";
import { openWebgpu } from "./backend.ts";

const ignore = !hasAdapter;
const file = new URL("file:///generated/scaling/scaling.wasm");
const inFolder = { relaxed: file, plain: file, transposed: [], scratch: {} };

function brokenBy(statement: string) {
  const shader = elementwise("scale.wgsl", doublingText(statement));
  return { ...scaling(scaleKernel(shader)), wasm: inFolder };
}

/** The lines of the message that a promise is rejected with. */
async function complaint(promise: Promise<unknown>): Promise<string[]> {
  const thrown = await promise.then(() => assert.fail("nothing was thrown"), (cause) => cause);
  assert.ok(thrown instanceof Error);
  return thrown.message.split("\n");
}

gpuTest("text that does not parse is shown with file, line and column", async ({ backend }) => {
  const [what, ...rest] = await complaint(
    backend.load(brokenBy("y[i] = 2.0 * ;"), { B: 2, K: 3 }),
  );
  assert.match(
    what ?? "",
    /^Cannot prepare kernel "scale" of layer "scaling" in program "scale" of module "scaling": expected expression/,
  );
  assert.deepEqual(rest, [
    "  in /generated/scaling/scale.wgsl:10:42",
    "  if (i < uniforms.B * K) { y[i] = 2.0 * ; }",
    "  with x[B = 2, K = 3], y[B = 2, K = 3]",
    `Run "deno task gen" to write the kernel anew`,
  ]);
  assert.deepEqual(backend.buffers, { created: 0, destroyed: 0 });
});

gpuTest("text of the wrong types is shown with file and line", async ({ backend }) => {
  const lines = await complaint(backend.load(brokenBy("y[i] = x[i] + i;"), { B: 2, K: 3 }));
  assert.match(lines[1] ?? "", /scale\.wgsl:10:\d+$/);
  assert.equal(lines[2], "  if (i < uniforms.B * K) { y[i] = x[i] + i; }");
});

gpuTest("text that does not fit its bindings is refused with its file", async ({ backend }) => {
  const spec = scaling({
    ...scaleKernel(),
    bindings: [{ tensor: "x", access: "read" }, { tensor: "y", access: "read" }],
  });
  await assert.rejects(backend.load(spec, { B: 2, K: 3 }), /Cannot prepare kernel "scale".*\n/);
  const constants = scaling({ ...scaleKernel(), constants: [] });
  await assert.rejects(backend.load(constants, { B: 2, K: 3 }), /in scale\.wgsl\n/);
  assert.deepEqual(backend.buffers, { created: 0, destroyed: 0 });
});

gpuTest("more storage buffers than the device binds are refused", async ({ backend }) => {
  const bindings = Array.from({ length: 9 }, () => ({ tensor: "x", access: "read" } as const));
  await assert.rejects(
    backend.load(scaling({ ...scaleKernel(), bindings }), { B: 1, K: 1 }),
    {
      name: "RangeError",
      message:
        /kernel "scale" of layer "scaling" .* needs 9 storage buffers, and maxStorageBuffersPerShaderStage of this device is 8;/,
    },
  );
}, { maxStorageBuffersPerShaderStage: 8 });

gpuTest("larger buffers and workgroups than the device takes are refused", async ({ backend }) => {
  await assert.rejects(backend.load(scaling(), { B: 40, K: 1 }), {
    name: "RangeError",
    message:
      /needs 160 bytes in one buffer for x\[B = 40, K = 1\], and maxBufferSize of this device is 128/,
  });
  const wide = { ...scaleKernel().shader, workgroupSize: [1, 2, 16] } as const;
  await assert.rejects(
    backend.load(scaling(scaleKernel(wide)), { B: 1, K: 1 }),
    /needs a workgroup of 1 × 2 × 16, and maxComputeWorkgroupSizeZ of this device is 8/,
  );
  assert.deepEqual(backend.buffers, { created: 0, destroyed: 0 });
}, { maxBufferSize: 128, maxComputeWorkgroupSizeZ: 8 });

gpuTest(
  "after a run that failed nothing is read, and all is told",
  async ({ backend, buffers }) => {
    const module = await backend.load(scaling(), { B: 2, K: 3 });
    module.run("scale", { B: 2, gain: 1 });
    assert.deepEqual(await module.read("total"), new Uint32Array([6]));
    buffers.get("scaling/slot 1")?.destroy();
    for (const B of [1, 2, 1]) module.run("scale", { B, gain: 1 });
    const [what, ...rest] = await complaint(module.read("total"));
    assert.match(what ?? "", /^Program "scale" of module "scaling" failed on the GPU: ./);
    assert.deepEqual(rest, [
      "  scaling/scale: x[B = 1, K = 3], y[B = 1, K = 3]",
      "  counting/count: total[1]",
      "  scaling/scale: x[B = 2, K = 3], y[B = 2, K = 3]",
      "Choose a smaller batch if memory ran out, or the wasm backend",
    ]);
    assert.deepEqual(await module.read("total"), new Uint32Array([6]));
  },
);

gpuTest("a write or read that fails is told at the read", async ({ backend, buffers }) => {
  const module = await backend.load(scaling(), { B: 2, K: 3 });
  buffers.get("scaling/slot 0")?.destroy();
  module.write("x", new Float32Array(3));
  await assert.rejects(module.read("y"), /Cannot write tensor "x" of module "scaling": /);
  await assert.rejects(module.read("x"), /Cannot read tensor "x": /);
  assert.equal((await module.read("y")).length, 6);
});

gpuTest("an error outside of every run is told at the next read", async ({ backend, device }) => {
  const module = await backend.load(scaling(), { B: 1, K: 1 });
  device.createBuffer({ size: 4, usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.STORAGE });
  await assert.rejects(module.read("y"), /reported an error outside of any run: /);
  assert.equal((await module.read("y")).length, 1);
});

gpuTest("wrong names, data and values are refused at once", async ({ backend }) => {
  const module = await backend.load(scaling(), { B: 1, K: 1 });
  // @ts-expect-error there is no such tensor
  assert.throws(() => module.write("z", new Float32Array(1)), /has no tensor "z"; it has "x"/);
  // @ts-expect-error there is no such program
  assert.throws(() => module.run("train", {}), /has no program "train"; it has "scale"/);
  assert.throws(() => module.write("x", new Uint32Array(1)), /it is f32, .* a Uint32Array/);
  assert.throws(() => module.write("x", new Float32Array(2)), /got 2 elements, but .* holds 1/);
  assert.throws(() => module.run("scale", { B: 2, gain: 1 }), /dim "B" is 2/);
  await assert.rejects(module.read("y", { B: 2 }), /dim "B" is 2/);
});

Deno.test("use after dispose is refused", { ignore }, async () => {
  const { backend } = await exposedBackend();
  const module = await backend.load(scaling(), { B: 1, K: 1 });
  const other = await backend.load(scaling(), { B: 1, K: 1 });
  module.dispose();
  module.dispose();
  assert.throws(() => module.run("scale", { B: 1, gain: 1 }), /"scaling" was disposed; load it/);
  await assert.rejects(module.read("x"), /Cannot read tensor "x": module "scaling" was disposed/);
  await backend.dispose();
  assert.throws(() => other.run("scale", { B: 1, gain: 1 }), /backend was disposed; open another/);
  await assert.rejects(backend.load(scaling(), { B: 1, K: 1 }), /backend was disposed/);
});

Deno.test("a lost device is told by every later call", { ignore }, async () => {
  const { backend, device } = await exposedBackend();
  const module = await backend.load(scaling(), { B: 1, K: 1 });
  const reading = module.read("y");
  device.destroy();
  const told = /Cannot .*: the GPU device .* was lost \(destroyed.*\); what it held is gone/;
  await assert.rejects(reading, told);
  assert.throws(() => module.run("scale", { B: 1, gain: 1 }), told);
  assert.throws(() => module.write("x", new Float32Array(1)), told);
  await assert.rejects(module.read("y"), told);
  await assert.rejects(backend.load(scaling(), { B: 1, K: 1 }), told);
  await backend.dispose();
});

Deno.test("a platform without an adapter is told with a next step", async () => {
  const told =
    /Cannot open the webgpu backend: this platform has no WebGPU; install .*wasm backend/;
  await assert.rejects(openWebgpu({ gpu: null }), told);
});
