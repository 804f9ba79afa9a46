/** Runs with numbers that overflow, for tests of how the first one is found. @module */
import assert from "node:assert/strict";
import { mnistShared } from "../../generated/mnist_shared/mnist_shared.ts";
import { mnistSharedF16 } from "../../generated/mnist_shared_f16/mnist_shared_f16.ts";
import type { Backend } from "../backend.ts";
import { initialiseModule } from "../parameters.ts";
import { fillUniform } from "../random.ts";
import type { ModuleSpec } from "../spec.ts";
import { findFirstBad } from "./first_bad.ts";

/** The most samples of a run. */
const MOST = 7;
const PIXELS = 784, UNITS = 1000;
const DIMS = { B: MOST, samples: 1 };

/** The largest numbers that are not rounded to infinity. */
const LARGEST = { f32: (2 - 2 ** -24) * 2 ** 127, f16: 65520 } as const;

/** Weights of which some units' sums are far too large, some far too small, and the others near 1. */
function weights(large: number): Float32Array<ArrayBuffer> {
  const W = fillUniform(new Float32Array(UNITS * PIXELS), { seed: 3, name: "W" }, 0.5, 1);
  const fates = fillUniform(new Float32Array(UNITS), { seed: 4, name: "units" }, 0, 1);
  fates.forEach((fate, unit) => {
    const factor = fate > 0.98 ? large : fate > 0.96 ? -large : 1 / PIXELS;
    for (let j = 0; j < PIXELS; j++) W[unit * PIXELS + j] = (W[unit * PIXELS + j] ?? NaN) * factor;
  });
  return W;
}

/** Samples of numbers between 0.5 and 1; of zeros before sample `from`; of NaN after those of the run. */
function samples(from: number, count: number): Float32Array<ArrayBuffer> {
  const x = fillUniform(new Float32Array(MOST * PIXELS), { seed: 5, name: "x" }, 0.5, 1);
  return x.fill(0, 0, from * PIXELS).fill(NaN, count * PIXELS);
}

/** The first layer in float64: where its results, stored in fewer bits, are infinite. */
function overflows(
  x: Float32Array,
  W: Float32Array,
  count: number,
  largest: number,
): readonly number[] {
  const found: number[] = [];
  for (let at = 0; at < count * UNITS; at++) {
    const [sample, unit] = [Math.floor(at / UNITS), at % UNITS];
    let sum = 0;
    for (let j = 0; j < PIXELS; j++) {
      sum += (x[sample * PIXELS + j] ?? NaN) * (W[unit * PIXELS + j] ?? NaN);
    }
    if (sum >= largest) found.push(at);
  }
  return found;
}

/** Asserts that overflow in the first layer is found where float64 says, among the samples of the run alone. */
export async function assertOverflowIsPlaced(
  backend: Backend,
  dtype: keyof typeof LARGEST,
): Promise<void> {
  const model = await backend.load(dtype === "f16" ? mnistSharedF16 : mnistShared, DIMS);
  initialiseModule(model, DIMS, 1);
  const W = weights(LARGEST[dtype] / 100);
  model.write("l1.W", W);
  for (const [from, count] of [[0, 1], [2, 5], [6, 7], [3, 3]] as const) {
    const x = samples(from, count);
    // A run of all samples leaves bad numbers behind those of the next one.
    model.write("x", x);
    model.run("predict", { B: MOST });
    const bad = await findFirstBad(model, "predict", { B: count });
    const expected = overflows(x, W, count, LARGEST[dtype]);
    assert.equal(expected.length === 0, from === count);
    if (from === count) {
      assert.equal(bad, undefined);
      continue;
    }
    const [{ name, layer, formula }] = model.spec.programs.predict.kernels;
    assert.deepEqual(bad, {
      tensor: "relu1",
      kind: "temporary",
      shape: [count, UNITS],
      index: expected[0],
      value: Infinity,
      count: expected.length,
      kernel: { name, layer, formula },
      seenBy: name,
    });
  }
  model.dispose();
}

/** Asserts that parameters that are bad before a run are named, with the first kernel that reads them. */
export async function assertBadParametersAreNamed(backend: Backend): Promise<void> {
  const model = await backend.load(mnistShared, DIMS);
  for (const [tensor, index, value] of [["l2.W", 8_999, NaN], ["l3.b", 0, -Infinity]] as const) {
    initialiseModule(model, DIMS, 1);
    model.write("x", samples(0, MOST));
    assert.equal(await findFirstBad(model, "predict", { B: 3 }), undefined);
    model.write(tensor, Float32Array.of(value), index);
    const reader = mnistShared.programs.predict.kernels.find(({ bindings }) =>
      bindings.some((each) => each.tensor === tensor)
    );
    const { tensors }: ModuleSpec = mnistShared;
    const shape = tensors[tensor]?.shape(DIMS);
    const place = { tensor, kind: "parameter", shape, index, value, count: 1 };
    assert.deepEqual(await findFirstBad(model, "predict", { B: 3 }), {
      ...place,
      seenBy: reader?.name,
    });
  }
  model.dispose();
}

/** Asserts that a metric's total may be anything before a step, unlike the loss's, and unlike an optimizer's state. */
export async function assertMetricsMayBeAnything(backend: Backend): Promise<void> {
  const model = await backend.load(mnistShared, DIMS);
  initialiseModule(model, DIMS, 1);
  model.write("x", samples(0, MOST));
  model.write("label", new Uint32Array(MOST));
  const values = { B: 3, step: 1 };
  const bad = Float32Array.of(NaN);
  model.write("accuracy_total", bad);
  assert.equal(await findFirstBad(model, "step", values), undefined);
  for (const tensor of ["loss_total", "l1.W.v"] as const) {
    model.write(tensor, bad, 0);
    const found = await findFirstBad(model, "step", values);
    assert.deepEqual([found?.tensor, found?.kind, found?.index], [tensor, "state", 0]);
    model.write("loss_total", new Float32Array(1));
  }
  model.dispose();
}
