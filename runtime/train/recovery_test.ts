/** What goes wrong while training recovers, or looks for a fault, never takes the place of what went wrong first. */
import assert from "node:assert/strict";
import { linearRegression } from "../../generated/linear_regression/linear_regression.ts";
import { DeviceLostError } from "../device_lost.ts";
import type { Batch, BatchSource } from "../data/batch_source.ts";
import { initialiseModule } from "../parameters.ts";
import { separableSamples } from "../testing/separable_samples.ts";
import { SoftmaxRegression } from "../testing/softmax_regression.ts";
import { openWasm } from "../wasm/backend.ts";
import type { Checkpoint } from "./checkpoint.ts";
import { Trainer } from "./trainer.ts";
import type { CaptureOptions, RunOptions } from "./trainer_options.ts";

const SETTINGS = { batchSize: 4, epochs: 3, seed: 1 };
const DATA = { training: separableSamples(10), validation: separableSamples(7) };

/** A model whose device is lost in a step, counted from 1. */
function lostIn(step: number): SoftmaxRegression {
  const model = new SoftmaxRegression(4);
  model.afterRun = () => {
    if (model.runs.at(-1)?.step === step) throw new DeviceLostError("The GPU was unplugged");
  };
  return model;
}

const train = (model: SoftmaxRegression, changes: Partial<RunOptions> = {}) =>
  new Trainer({ model, ...DATA, ...SETTINGS, ...changes }).train();

const LOST = "The device was lost in epoch 1, at step 2 or shortly before: The GPU was unplugged.";

Deno.test("a lost device is told also where no checkpoint can be saved", async () => {
  const save = () => Promise.reject(new Error("Cannot write c: the disk is full."));
  await assert.rejects(train(lostIn(2), { checkpoints: { save } }), {
    name: "TrainingError",
    message: `${LOST} Cannot write c: the disk is full. ` +
      "No checkpoint was saved, so training has to start anew.",
  });
});

Deno.test("a lost device is told, and a checkpoint saved, where there is no other device", async () => {
  const saved: Checkpoint[] = [];
  const save = (moment: Checkpoint) => void saved.push(moment);
  const onDeviceLoss = () => Promise.reject(new Error("Out of memory"));
  await assert.rejects(train(lostIn(2), { checkpoints: { save }, onDeviceLoss }), {
    name: "TrainingError",
    message: `${LOST} Out of memory. The last checkpoint is of step 0; resume from it.`,
  });
  assert.deepEqual(saved.map(({ position }) => position.step), [0]);
});

Deno.test("without checkpoints, the one that training went on from is still there", async () => {
  const saved: Checkpoint[] = [];
  const save = (moment: Checkpoint) => void saved.push(moment);
  await train(new SoftmaxRegression(4), { checkpoints: { save }, stepLimit: 4 });
  await assert.rejects(
    train(lostIn(6), { ...(saved[1] === undefined ? {} : { resume: saved[1] }) }),
    /^TrainingError: The device was lost in epoch 2, .* The last checkpoint is of step 4; resume from it\.$/,
  );
});

Deno.test("training goes on from the last epoch with the same bits", async () => {
  const whole = new SoftmaxRegression(4);
  await train(whole);
  const model = new SoftmaxRegression(4);
  const { reason, steps } = await train(lostIn(8), { onDeviceLoss: () => Promise.resolve(model) });
  assert.deepEqual([reason, steps], ["finished", 9]);
  assert.deepEqual(await model.read("W"), await whole.read("W"));
  assert.deepEqual(
    model.runs.filter(({ program }) => program === "step").map(({ step }) => step),
    [7, 8, 9],
  );
});

Deno.test("training ends where every device is lost by the same step", async () => {
  let opened = 0;
  const onDeviceLoss = () => {
    if (++opened > 9) throw new Error("It never ends");
    return Promise.resolve(lostIn(5));
  };
  await assert.rejects(train(lostIn(5), { onDeviceLoss }), {
    name: "TrainingError",
    message:
      /^The device was lost in epoch 2, at step 5 or shortly before: The GPU was unplugged\./,
  });
  assert.equal(opened, 2);
  // Each epoch costs a device, and still comes to its end.
  const steps = [2, 5, 8];
  const { reason } = await train(lostIn(1), {
    onDeviceLoss: () => Promise.resolve(lostIn(steps.shift() ?? 99)),
  });
  assert.equal(reason, "finished");
});

/** Points of which those of the third batch are so large that their square is not finite. */
function largePoints(epoch: BatchSource["epoch"]): BatchSource {
  return { batches: 5, epoch };
}

function* batches(from: number): Iterable<Batch> {
  for (let batch = from; batch < 5; batch++) {
    const x = Float32Array.of(0.1, batch === 2 ? 1e30 : 0.2);
    yield { size: 1, inputs: { x, target: Float32Array.of(1) } };
  }
}

async function trainPoints(training: BatchSource, captures?: CaptureOptions): Promise<void> {
  const backend = await openWasm({ threads: 1 });
  try {
    const model = await backend.load(linearRegression, { B: 1 });
    initialiseModule(model, { B: 1 }, 1);
    const more = captures === undefined ? {} : { captures };
    await new Trainer({ model, training, epochs: 1, seed: 1, ...more }).train();
  } finally {
    await backend.dispose();
  }
}

Deno.test("a loss that is not finite is told also where the data cannot be read again", async () => {
  let asked = 0;
  const training = largePoints((_, from) => {
    if (++asked > 1) throw new Error("The file is gone.");
    return batches(from);
  });
  await assert.rejects(trainPoints(training), {
    name: "NotFiniteError",
    message:
      /^The loss became \S+ in epoch 1, steps 1 to 5; training has stopped\. Where it began could not be found out: The file is gone\.$/,
  });
});

Deno.test("a fault is told also where its kernel cannot be captured", async () => {
  const save = () => Promise.reject(new Error("Cannot write f: the disk is full."));
  await assert.rejects(trainPoints(largePoints((_, from) => batches(from)), { save }), {
    name: "NotFiniteError",
    message:
      /training has stopped\. It began in step 3\. The first number .* Kernel \S+ was not captured: Cannot write f: the disk is full\.$/,
  });
});
