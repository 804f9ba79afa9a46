import assert from "node:assert/strict";
import { type ExposedBackend, gpuTest } from "../testing/gpu_access.ts";
import { scaling } from "../testing/tiny_modules.ts";
import { RUNS_PER_SUBMIT } from "./run_queue.ts";

/** How often something was called on the device or its queue since then. */
function counted({ device }: ExposedBackend) {
  const counts = { submit: 0, writeBuffer: 0, createCommandEncoder: 0, createBuffer: 0 };
  const { queue } = device;
  const submit = queue.submit.bind(queue);
  queue.submit = (buffers) => {
    counts.submit++;
    return submit(buffers);
  };
  const writeBuffer = queue.writeBuffer.bind(queue);
  queue.writeBuffer = (...args: Parameters<GPUQueue["writeBuffer"]>) => {
    counts.writeBuffer++;
    return writeBuffer(...args);
  };
  const createCommandEncoder = device.createCommandEncoder.bind(device);
  device.createCommandEncoder = (descriptor) => {
    counts.createCommandEncoder++;
    return createCommandEncoder(descriptor);
  };
  const createBuffer = device.createBuffer.bind(device);
  device.createBuffer = (descriptor) => {
    counts.createBuffer++;
    return createBuffer(descriptor);
  };
  return counts;
}

gpuTest("runs are submitted together, and nothing is made for each", async (exposed) => {
  const module = await exposed.backend.load(scaling(), { B: 2, K: 3 });
  const counts = counted(exposed);
  for (let i = 0; i < 2 * RUNS_PER_SUBMIT; i++) module.run("scale", { B: 2, gain: i });
  assert.deepEqual(counts, {
    submit: 2,
    // The uniforms of all runs of a submit at once.
    writeBuffer: 2,
    createCommandEncoder: 2,
    createBuffer: 0,
  });
  module.run("scale", { B: 1, gain: 1 });
  assert.equal(counts.submit, 2);
  assert.deepEqual(await module.read("total"), new Uint32Array([12 * RUNS_PER_SUBMIT + 3]));
  // The run that waited, and the read's copy.
  assert.equal(counts.submit, 4);
});

gpuTest("writes keep their place between the runs that wait", async (exposed) => {
  const module = await exposed.backend.load(scaling(), { B: 2, K: 2 });
  const counts = counted(exposed);
  module.write("x", Float32Array.of(1, 2, 3, 4));
  module.run("scale", { B: 2, gain: 1 });
  // The second run of smaller batch leaves the second row of the first, made from the first data.
  const data = Float32Array.of(10, 20);
  module.write("x", data);
  data.fill(NaN);
  module.run("scale", { B: 1, gain: 0.5 });
  module.write("x", Float32Array.of(-1, -1, -1, -1));
  assert.equal(counts.submit, 0);
  assert.deepEqual(await module.read("y", { B: 2 }), Float32Array.of(10, 20, 6, 8));
  assert.deepEqual(await module.read("x"), Float32Array.of(-1, -1, -1, -1));
});

gpuTest("data that finds no room to wait in is written after a submit", async (exposed) => {
  const module = await exposed.backend.load(scaling(), { B: 1, K: 3 });
  const counts = counted(exposed);
  module.write("x", Float32Array.of(0, 0, 0));
  module.run("scale", { B: 1, gain: 1 });
  // Room is for one input to each run that can wait.
  for (let i = 1; i <= RUNS_PER_SUBMIT + 2; i++) {
    module.write("x", Float32Array.of(i, i, i));
    if (i === RUNS_PER_SUBMIT + 1) module.run("scale", { B: 1, gain: 0.5 });
  }
  assert.equal(counts.submit, 1);
  const last = RUNS_PER_SUBMIT + 1;
  assert.deepEqual(await module.read("y"), Float32Array.of(last, last, last));
  assert.deepEqual(await module.read("x"), Float32Array.of(last + 1, last + 1, last + 1));
});

gpuTest("runs that wait are dropped with their module", async (exposed) => {
  const module = await exposed.backend.load(scaling(), { B: 2, K: 3 });
  const other = await exposed.backend.load(scaling(), { B: 2, K: 3 });
  module.run("scale", { B: 2, gain: 1 });
  other.run("scale", { B: 2, gain: 1 });
  module.dispose();
  assert.deepEqual(await other.read("total"), new Uint32Array([6]));
});
