/** Trainings that are cut and resumed, of models whose layers have states and draw numbers, and of MNIST in 16 bits. @module */
import assert from "node:assert/strict";
import {
  accuracy,
  adamW,
  batchNorm,
  clipGlobalNorm,
  cosine,
  defineModel,
  dim,
  dropout,
  linear,
  type ModelOptions,
  relu,
  sequential,
  softmaxCrossEntropy,
  tensor,
} from "../../dsl/mod.ts";
import { mnistSharedF16 } from "../../generated/mnist_shared_f16/mnist_shared_f16.ts";
import type { Backend, LoadedModule } from "../../runtime/backend.ts";
import type { LabelledBytes } from "../../runtime/data/labelled_bytes.ts";
import { initialiseModule } from "../../runtime/parameters.ts";
import { fillUniform } from "../../runtime/random.ts";
import type { ModuleSpec } from "../../runtime/spec.ts";
import { stripedImages } from "../../runtime/testing/striped_images.ts";
import type { Checkpoint } from "../../runtime/train/checkpoint.ts";
import { decodeCheckpoint, encodeCheckpoint } from "../../runtime/train/checkpoint_file.ts";
import type { TrainableSpec } from "../../runtime/train/totals.ts";
import { Trainer } from "../../runtime/train/trainer.ts";

const WIDTH = 7, CLASSES = 3, SEED = 11, EPOCHS = 3;
/** Three batches an epoch, the last one of two samples. */
const TRAINING = 10, VALIDATION = 5, BATCH = 4;
const STEPS = EPOCHS * Math.ceil(TRAINING / BATCH);
const DIMS = { B: BATCH, samples: TRAINING + VALIDATION };
const B = dim("B");

/** A model with states, dropout, metrics and an optimizer that depends on the step. */
function restedModel(
  name: string,
  changes: Pick<ModelOptions<never, never>, "storage" | "lossScale"> = {},
) {
  return defineModel({
    name,
    inputs: {
      x: tensor(B, WIDTH).fromBytes({ divideBy: 255 }),
      label: tensor(B).u32().fromBytes(),
    },
    forward: ({ x }) =>
      sequential(x, [
        linear({ O: 6 }),
        (y) => batchNorm()(y),
        relu(),
        (y) => dropout({ rate: 0.3 })(y),
        linear({ O: CLASSES }),
      ]),
    loss: softmaxCrossEntropy,
    metrics: { accuracy, surprise: softmaxCrossEntropy },
    optimizer: clipGlobalNorm(
      adamW({ alpha: cosine({ peak: 0.05, warmup: 2, steps: STEPS }) }),
      1,
    ),
    ...changes,
  });
}

function noise(count: number, name: string): LabelledBytes {
  const x = fillUniform(new Float32Array(WIDTH * count), { seed: 1, name }, 0, 256);
  const features = Uint8Array.from(x, Math.floor);
  const labels = Uint8Array.from({ length: count }, (_, i) => i % CLASSES);
  return { count, width: WIDTH, features: () => [features], labels: () => [labels] };
}

interface Data {
  readonly training: LabelledBytes;
  readonly validation: LabelledBytes;
}

/** The last checkpoint of a training; without what depends on the time. */
async function train<M extends TrainableSpec>(
  model: LoadedModule<M>,
  data: Data,
  changes: { readonly stepLimit?: number; readonly resume?: Checkpoint; readonly minutes?: number },
): Promise<Checkpoint> {
  const { minutes = Infinity, ...rest } = changes;
  let last: Checkpoint | undefined;
  const checkpoints = { save: (moment: Checkpoint) => void (last = moment), minutes };
  // What the model holds before must not matter where training goes on.
  initialiseModule(model, DIMS, changes.resume === undefined ? SEED : SEED + 1);
  const numbers = { batchSize: BATCH, epochs: EPOCHS, seed: SEED };
  await new Trainer({ model, ...data, ...numbers, checkpoints, ...rest }).train();
  assert.ok(last !== undefined);
  return decodeCheckpoint(encodeCheckpoint(last), "checkpoint.safetensors");
}

/** Asserts that training leaves the same bits wherever it is cut. */
async function assertSameWhereverCut<M extends TrainableSpec>(
  backend: Backend,
  module: M,
  data: Data,
  cuts: readonly number[],
): Promise<Checkpoint> {
  // A module that a trainer can run has the dims of this data.
  const model = await backend.load<TrainableSpec>(module, DIMS);
  const whole = await train(model, data, {});
  const same = ({ tensors, sums, position, history }: Checkpoint) => ({
    tensors,
    sums,
    position,
    history: history.map(({ main, validation }) => [main, validation]),
  });
  for (const cut of cuts) {
    const resume = await train(model, data, { stepLimit: cut });
    assert.equal(resume.position.step, cut);
    assert.deepEqual(same(await train(model, data, { resume })), same(whole), `cut after ${cut}`);
  }
  // Checkpoints within an epoch change nothing.
  assert.deepEqual(same(await train(model, data, { minutes: 1e-9 })), same(whole));
  model.dispose();
  return whole;
}

const EVERY_STEP = Array.from({ length: STEPS - 1 }, (_, i) => i + 1);
const NOISE = { training: noise(TRAINING, "training"), validation: noise(VALIDATION, "judging") };

/** A model that stores activations in 16 bits needs a loss scale. */
const VARIANTS = [
  ["rested", {}],
  ["rested_half", { storage: "f16", lossScale: 64 }],
] as const;

/** The models by name. */
export const RESUMED_MODELS = VARIANTS.map(([name, changes]) => restedModel(name, changes));

/** Cuts the training of a rested model after each step. */
export async function checkRested(backend: Backend, module: ModuleSpec): Promise<void> {
  // The declaration has the loss and the inputs that a trainer knows.
  const spec = module as TrainableSpec;
  const { tensors, history } = await assertSameWhereverCut(backend, spec, NOISE, EVERY_STEP);
  assert.deepEqual(Object.keys(history[0]?.main ?? {}), ["loss", "accuracy", "surprise"]);
  for (const state of ["l2.mean", "l2.variance"]) {
    const { data } = tensors.get(state) ?? {};
    assert.ok(data?.some((each) => each !== 0 && each !== 1), `${state} was never changed`);
  }
}

/** Cuts the training of MNIST with activations in 16 bits. */
export async function checkMnistInHalf(backend: Backend): Promise<void> {
  const data = { training: stripedImages(TRAINING), validation: stripedImages(VALIDATION) };
  await assertSameWhereverCut(backend, mnistSharedF16, data, [2, 3, 7]);
}
