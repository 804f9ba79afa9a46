/** What tests of tracing share. @module */
import assert from "node:assert/strict";
import { mnistShared } from "../generated/mnist_shared/mnist_shared.ts";
import type { Backend, LoadedModule, TensorData } from "./backend.ts";
import { initialiseModule } from "./parameters.ts";
import { fillUniform } from "./random.ts";
import type { KernelSpec } from "./spec.ts";
import type { Probe } from "./trace.ts";

const DIMS = { B: 7, samples: 1 };
/** Fewer samples than the model was loaded for. */
const CALL = { B: 5, step: 3 };

async function loaded(backend: Backend): Promise<LoadedModule<typeof mnistShared>> {
  const model = await backend.load(mnistShared, DIMS);
  initialiseModule(model, DIMS, 1);
  model.write("x", fillUniform(new Float32Array(5 * 784), { seed: 1, name: "x" }, 0, 1));
  model.write("label", Uint32Array.of(3, 1, 4, 1, 5));
  return model;
}

/** Copies everything that a kernel binds, before and after it. */
class Recorder implements Probe {
  /** By moment and the kernel's name. */
  readonly seen: Map<string, ReadonlyMap<string, TensorData>> = new Map();

  wants({ spec }: { readonly spec: KernelSpec<string> }): readonly string[] {
    return spec.bindings.map(({ tensor }) => tensor);
  }

  take(
    { spec }: { readonly spec: KernelSpec<string> },
    moment: string,
    tensors: ReadonlyMap<string, TensorData>,
  ): void {
    this.seen.set(`${moment} ${spec.name}`, tensors);
  }
}

/** Asserts that a traced step has the bits of a step, and that kernels were seen before and after they ran. */
export async function assertTraced(backend: Backend): Promise<void> {
  const plain = await loaded(backend);
  plain.run("step", CALL);
  const traced = await loaded(backend);
  const before = await traced.read("l3.b");
  const recorder = new Recorder();
  await traced.trace("step", CALL, recorder);
  for (const name of mnistShared.programs.step.updates) {
    assert.deepEqual(await traced.read(name), await plain.read(name), name);
  }
  assert.equal(recorder.seen.size, 2 * mnistShared.programs.step.kernels.length);
  assertRelu(recorder);
  const update = mnistShared.programs.step.kernels.find(({ bindings }) =>
    bindings.some(({ tensor, access }) => tensor === "l3.b" && access === "read_write")
  );
  assert.deepEqual(recorder.seen.get(`before ${update?.name}`)?.get("l3.b"), before);
  assert.deepEqual(
    recorder.seen.get(`after ${update?.name}`)?.get("l3.b"),
    await plain.read("l3.b"),
  );
  assert.notDeepEqual(await plain.read("l3.b"), before);
  // The threads that slept while it was traced go on.
  for (const model of [plain, traced]) model.run("step", { B: 7, step: 4 });
  for (const name of mnistShared.programs.step.updates) {
    assert.deepEqual(await traced.read(name), await plain.read(name), `${name}, a step later`);
  }
}

/** The first layer, as it was seen, in float64: max(x · Wᵀ + b, 0), for the samples of the call alone. */
function assertRelu({ seen }: Recorder): void {
  const [first] = mnistShared.programs.step.kernels;
  const inputs = seen.get(`before ${first.name}`), outputs = seen.get(`after ${first.name}`);
  const [x, W, b, y] = [
    inputs?.get("x"),
    inputs?.get("l1.W"),
    inputs?.get("l1.b"),
    outputs?.get("relu1"),
  ];
  assert.ok(x && W && b && y);
  assert.equal(y.length, CALL.B * 1000);
  for (const [sample, unit] of [[0, 0], [2, 567], [4, 999]] as const) {
    let sum: number = b[unit] ?? NaN;
    for (let j = 0; j < 784; j++) sum += (x[sample * 784 + j] ?? NaN) * (W[unit * 784 + j] ?? NaN);
    const found: number = y[sample * 1000 + unit] ?? NaN;
    assert.ok(Math.abs(found - Math.max(sum, 0)) < 1e-4, `${found} for ${sum}`);
  }
}
