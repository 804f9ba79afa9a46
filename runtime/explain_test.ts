import assert from "node:assert/strict";
import { linear } from "../generated/linear/linear.ts";
import { mnistShared } from "../generated/mnist_shared/mnist_shared.ts";
import { explainModule, GUARANTEED } from "./explain.ts";

const dims = { B: 100, I: 784, O: 1000 };

Deno.test("the work of a product is what one counts by hand, and its launches are the binding's", () => {
  const { programs, arena } = explainModule(linear, dims);
  const [kernel] = programs.find(({ name }) => name === "forward")?.kernels ?? [];
  assert.ok(kernel);
  assert.equal(kernel.flops, 2 * 100 * 784 * 1000);
  // x, W and b are read, y is written.
  assert.equal(kernel.bytes, 4 * (100 * 784 + 1000 * 784 + 1000 + 100 * 1000));
  assert.equal(kernel.intensity, kernel.flops / kernel.bytes);
  const [spec] = linear.programs.forward.kernels;
  assert.deepEqual(kernel.launches[0]?.workgroups, spec.shader.workgroups(dims));
  assert.equal(kernel.launches[0]?.storageBuffers, 4);
  assert.equal(arena.bytes, arena.slots.reduce((sum, { bytes }) => sum + bytes, 0));
  assert.deepEqual(
    arena.slots.flatMap(({ tensors }) => tensors).sort(),
    Object.keys(linear.tensors).sort(),
  );
});

Deno.test("the largest batch fits, and one more does not", () => {
  const [{ value = 0, limitedBy = "" } = {}] = explainModule(linear, dims).largest;
  assert.equal(value, Math.floor(GUARANTEED.bufferBytes / 4 / 1000));
  assert.match(limitedBy, /^the buffer of /);
  const memory = 64 * 2 ** 20;
  const [bound] = explainModule(linear, dims, memory).largest;
  const bytesAt = (B: number) => explainModule(linear, { ...dims, B }).arena.bytes;
  assert.ok(
    bound !== undefined && bytesAt(bound.value) <= memory && bytesAt(bound.value + 1) > memory,
  );
  assert.equal(bound.limitedBy, "all memory");
  assert.equal(explainModule(linear, dims, 1000).largest[0]?.value, 0);
});

Deno.test("a model's step is told with what it overwrites and the memory of its temporaries", () => {
  const { programs, arena } = explainModule(mnistShared, { B: 100, samples: 70000 });
  const step = programs.find(({ name }) => name === "step");
  assert.ok(step !== undefined && step.updates.includes("l1.W"));
  assert.equal(step.flops, step.kernels.reduce((sum, { flops }) => sum + flops, 0));
  assert.ok(arena.slots.some(({ kind }) => kind === "temporary"));
});

Deno.test("sizes are given for the dims that there are", () => {
  assert.throws(() => explainModule(linear, { B: 1, I: 2 }), {
    name: "TypeError",
    message: 'Cannot explain "linear": O has no size; its dims are I, O, B',
  });
  assert.throws(() => explainModule(linear, { ...dims, Q: 3 }), /it has no dim Q; its dims are/);
});
