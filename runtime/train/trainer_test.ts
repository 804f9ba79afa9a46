import assert from "node:assert/strict";
import type { LabelledBytes } from "../data/labelled_bytes.ts";
import { fillEpochOrder } from "../data/batches.ts";
import { separableSamples } from "../testing/separable_samples.ts";
import { SoftmaxRegression } from "../testing/softmax_regression.ts";
import type { Checkpoint } from "./checkpoint.ts";
import type { EpochEnd, TrainerEvent } from "./events.ts";
import { TrainingError } from "./training_error.ts";
import { Trainer } from "./trainer.ts";
import type { RunOptions, TableOptions } from "./trainer_options.ts";

const TRAINING = separableSamples(10);
const VALIDATION = separableSamples(7);

type Options = RunOptions & TableOptions;

function options(changes: Partial<Options> = {}): Options {
  const model = new SoftmaxRegression(4);
  const numbers = { batchSize: 4, epochs: 2, seed: 1 };
  return { model, training: TRAINING, validation: VALIDATION, ...numbers, ...changes };
}

async function collect(trainer: Trainer): Promise<TrainerEvent[]> {
  const events: TrainerEvent[] = [];
  for await (const event of trainer.run()) {
    if (event.kind !== "progress") events.push(event);
  }
  return events;
}

function epochEnds(events: readonly TrainerEvent[]): EpochEnd[] {
  return events.filter((event) => event.kind === "epoch_end");
}

Deno.test("events come in order", async () => {
  const events = await collect(new Trainer(options()));
  assert.deepEqual(events.map((event) => event.kind), [
    "epoch_start",
    "first_step",
    "epoch_end",
    "epoch_start",
    "epoch_end",
    "done",
  ]);
  const done = events.at(-1);
  assert.ok(done?.kind === "done" && done.reason === "finished" && done.steps === 6);
  assert.deepEqual(epochEnds(events).map(({ epoch, steps }) => [epoch, steps]), [[1, 3], [2, 3]]);
});

Deno.test("steps are numbered from 1 and the last batch of a pass is smaller", async () => {
  const model = new SoftmaxRegression(4);
  await collect(new Trainer(options({ model })));
  const steps = model.runs.filter(({ program }) => program === "step");
  assert.deepEqual(steps.map(({ step }) => step), [1, 2, 3, 4, 5, 6]);
  assert.deepEqual(steps.map(({ B }) => B), [4, 4, 2, 4, 4, 2]);
  const evaluations = model.runs.filter(({ program }) => program === "evaluate");
  assert.deepEqual(evaluations.map(({ B }) => B), [4, 3, 4, 3]);
});

Deno.test("a model that draws at random gets the seed, in 32 bits, with each run", async () => {
  const model = new SoftmaxRegression(4, 400, ["seed"]);
  await collect(new Trainer(options({ model, epochs: 1, seed: 2 ** 32 + 7 })));
  assert.deepEqual(new Set(model.runs.map(({ seed }) => seed)), new Set([7]));
});

Deno.test("before each run, as many samples are drawn from where its batch begins", async () => {
  const model = new SoftmaxRegression(4);
  await collect(new Trainer(options({ model })));
  assert.deepEqual(model.draws.map(({ B }) => B), model.runs.map(({ B }) => B));
  // Ten samples of training, then seven of validation.
  const epoch = [0, 4, 8, 10, 14];
  assert.deepEqual(model.draws.map(({ start }) => start), [...epoch, ...epoch]);
});

Deno.test("each epoch has an order of its own for training, and validation keeps that of its files", async () => {
  const model = new SoftmaxRegression(4);
  const orders: string[] = [];
  for await (const event of new Trainer(options({ model, epochs: 3 })).run()) {
    if (event.kind !== "epoch_end") continue;
    const order = [...await model.read("order")].slice(0, 17);
    assert.deepEqual(order.slice(10), [10, 11, 12, 13, 14, 15, 16]);
    orders.push(order.slice(0, 10).join());
  }
  const wanted = [1, 2, 3].map((epoch) =>
    [...fillEpochOrder(new Uint32Array(10), 1, epoch)].join()
  );
  assert.deepEqual(orders, wanted);
});

Deno.test("means weigh every sample alike, whatever the size of its batch", async () => {
  // Zero weights give the loss ln 3 and class 0 for every sample; one step per epoch is not enough
  // to change what the first epoch's steps were judged with when the whole epoch is one batch.
  const [epoch] = epochEnds(
    await collect(
      new Trainer(options({ model: new SoftmaxRegression(10), batchSize: 10, epochs: 1 })),
    ),
  );
  assert.ok(Math.abs((epoch?.main.loss ?? NaN) - Math.log(3)) < 1e-6);
  assert.ok(Math.abs((epoch?.main.accuracy ?? NaN) - 0.4) < 1e-6);
});

Deno.test("validation does not depend on how it is cut into batches", async () => {
  const model = new SoftmaxRegression(7);
  const rest = { epochs: 1, stepLimit: 1, training: separableSamples(4) };
  const [whole] = epochEnds(
    await collect(new Trainer(options({ model, batchSize: 7, ...rest }))),
  );
  const [parts] = epochEnds(await collect(new Trainer(options({ batchSize: 4, ...rest }))));
  assert.ok(whole?.validation && parts?.validation);
  assert.equal(whole.validation.accuracy, parts.validation.accuracy);
  assert.ok(Math.abs(whole.validation.loss - parts.validation.loss) < 1e-6);
});

Deno.test("it learns, and the same seed gives the same numbers", async () => {
  const losses = async (seed: number) =>
    epochEnds(await collect(new Trainer(options({ epochs: 60, seed })))).map((end) =>
      end.main.loss
    );
  const first = await losses(1);
  assert.ok((first.at(-1) ?? NaN) < 0.5 * (first[0] ?? NaN));
  assert.deepEqual(await losses(1), first);
  assert.notDeepEqual(await losses(2), first);
});

Deno.test("validation changes no parameter", async () => {
  const weights = async (validation: LabelledBytes) => {
    const model = new SoftmaxRegression(4);
    await collect(new Trainer(options({ model, validation })));
    return model.read("W");
  };
  assert.deepEqual(await weights(separableSamples(1)), await weights(separableSamples(9)));
});

Deno.test("a step limit ends the run within an epoch, reported over the steps it took", async () => {
  const events = await collect(new Trainer(options({ stepLimit: 4, epochs: 5 })));
  assert.deepEqual(
    events.map((event) => event.kind === "epoch_start" ? event.steps : null).filter(Boolean),
    [3, 1],
  );
  const [, last] = epochEnds(events);
  assert.equal(last?.steps, 1);
  assert.ok(Number.isFinite(last?.main.loss) && Number.isFinite(last?.validation?.loss));
  const done = events.at(-1);
  assert.ok(done?.kind === "done" && done.reason === "step_limit" && done.steps === 4);
});

Deno.test("a step limit beyond the last epoch changes nothing", async () => {
  const done = (await collect(new Trainer(options({ stepLimit: 1000 })))).at(-1);
  assert.ok(done?.kind === "done" && done.reason === "finished" && done.steps === 6);
});

Deno.test("whether to stop is asked once after each epoch", async () => {
  const asked: number[] = [];
  const stopWhen = (history: readonly EpochEnd[]) => asked.push(history.length) === 2;
  const done = (await collect(new Trainer(options({ epochs: 9, stopWhen })))).at(-1);
  assert.ok(done?.kind === "done" && done.reason === "stopped" && done.steps === 6);
  assert.deepEqual(asked, [1, 2]);
});

Deno.test("cancelling ends after the step in progress and reports what is known", async () => {
  const model = new SoftmaxRegression(4);
  const controller = new AbortController();
  model.afterRun = () => model.runs.at(-1)?.step === 2 && controller.abort();
  const events = await collect(new Trainer(options({ model, signal: controller.signal })));
  assert.equal(model.runs.length, 2);
  const [end] = epochEnds(events);
  assert.equal(end?.steps, 2);
  assert.ok(Number.isFinite(end?.main.loss));
  assert.equal(end?.validation, null);
  const done = events.at(-1);
  assert.ok(done?.kind === "done" && done.reason === "cancelled" && done.steps === 2);
});

Deno.test("a run cancelled before it begins takes no step", async () => {
  const events = await collect(new Trainer(options({ signal: AbortSignal.abort() })));
  assert.deepEqual(events.map((event) => event.kind), ["done"]);
});

Deno.test("timers get their turn while a device keeps the host busy", async () => {
  const model = new SoftmaxRegression(4);
  const pause = new Int32Array(new SharedArrayBuffer(4));
  model.afterRun = () => Atomics.wait(pause, 0, 0, 20);
  const controller = new AbortController();
  setTimeout(() => controller.abort(), 1);
  const progress: TrainerEvent[] = [];
  const trainer = new Trainer(options({ model, epochs: 1000, signal: controller.signal }));
  for await (const event of trainer.run()) if (event.kind === "progress") progress.push(event);
  assert.ok(progress.length >= 1);
  assert.ok(model.runs.length < 50, `${model.runs.length} runs`);
});

/** Asserts that a run ends with this error. */
async function assertStops(changes: Partial<Options>, message: string): Promise<void> {
  await assert.rejects(collect(new Trainer(options(changes))), { name: "NotFiniteError", message });
}

Deno.test("a loss that is not finite stops training, and the step in which it began is found", async () => {
  const model = new SoftmaxRegression(4);
  model.brokenFrom = 5;
  await assertStops(
    { model, epochs: 9 },
    "The loss became NaN in epoch 2, steps 1 to 3; training has stopped. It began in step 5.",
  );
});

Deno.test("a parameter that is not finite stops training even where the loss hides it", async () => {
  for (const value of [NaN, -Infinity]) {
    const model = new SoftmaxRegression(4);
    // After the last step of the second epoch, no loss tells of the weights before the third.
    model.afterRun = () => {
      if (model.runs.at(-1)?.step !== 6) return;
      model.write("W", Float32Array.of(0, 1, 3.4e38, value, 0, value));
    };
    await assertStops(
      { model, epochs: 9 },
      `Parameter W holds ${value} at index 3 of 6 after epoch 2, step 6; training has stopped. ` +
        "It began in step 6.",
    );
  }
});

Deno.test("no checkpoint is saved of a moment that is spoilt", async () => {
  const model = new SoftmaxRegression(4);
  model.brokenFrom = 5;
  const saved: number[] = [];
  const save = ({ position }: Checkpoint) => void saved.push(position.step);
  await assertStops(
    { model, checkpoints: { save, minutes: 1e-9 } },
    "The total of the loss holds NaN at index 0 of 1 after step 5; training has stopped. It began in step 5.",
  );
  // After each step, and after the first epoch.
  assert.deepEqual(saved, [1, 2, 3, 3, 4]);
});

Deno.test("a fault that does not come again is told as such", async () => {
  const model = new SoftmaxRegression(4);
  model.afterRun = () => {
    if (model.runs.length === 2) model.write("loss_total", Float32Array.of(Infinity));
  };
  await assertStops(
    { model },
    "The loss became Infinity in epoch 1, steps 1 to 3; training has stopped. The same steps gave finite " +
      "numbers when they were taken again, so the fault is not in the mathematics: suspect the device, or data " +
      "that differ from time to time.",
  );
});

Deno.test("long epochs are watched every hundred steps", async () => {
  const model = new SoftmaxRegression(1);
  model.brokenFrom = 150;
  await assertStops(
    { model, training: separableSamples(300), batchSize: 1 },
    "The loss became NaN in epoch 1, steps 101 to 200; training has stopped. It began in step 150.",
  );
});

Deno.test("a thousand epochs write the same few arrays, and read the totals per pass and what is kept per epoch", async () => {
  const model = new SoftmaxRegression(4);
  await collect(new Trainer(options({ model, epochs: 1000 })));
  // Features and labels of both data sets, the order and its first part, and the zero of the totals.
  assert.equal(model.written.size, 7);
  // The first loss; what is kept, before the first epoch and after each: W and both totals.
  assert.equal(model.reads.length, 1 + 3 + 1000 * (4 + 3));
});

Deno.test("empty data is refused with a sentence", () => {
  for (const use of ["training", "validation"] as const) {
    assert.throws(
      () => new Trainer(options({ [use]: separableSamples(0) })),
      new TrainingError(
        `Cannot train softmax_regression: the ${use} data is empty; expected at least one sample.`,
      ),
    );
  }
});

Deno.test("samples of another width are refused", () => {
  const training = {
    count: 1,
    width: 3,
    features: () => [new Uint8Array(3)],
    labels: () => [new Uint8Array(1)],
  };
  assert.throws(
    () => new Trainer(options({ training })),
    new TrainingError(
      "Cannot train softmax_regression: a sample of the training data has 3 features; expected 2.",
    ),
  );
});

Deno.test("data that hold more or less than they say are refused before training", async () => {
  const model = new SoftmaxRegression(4);
  const training = { ...TRAINING, labels: () => [new Uint8Array(4), new Uint8Array(5)] };
  await assert.rejects(
    collect(new Trainer(options({ model, training }))),
    new TrainingError(
      "Cannot fill label_data of softmax_regression: the samples have 9 bytes; expected 10.",
    ),
  );
  assert.equal(model.runs.length, 0);
});

Deno.test("what reading the samples throws ends the run", async () => {
  const validation = {
    ...VALIDATION,
    *features() {
      yield new Uint8Array(2);
      throw new Error("The file is gone.");
    },
  };
  await assert.rejects(collect(new Trainer(options({ validation }))), /The file is gone\./);
});

Deno.test("numbers out of range are refused", () => {
  const cases = [
    [{ batchSize: 0 }, "batch size of 0"],
    [{ epochs: 1.5 }, "number of epochs of 1.5"],
    [{ stepLimit: -1 }, "number of steps of -1"],
  ] as const;
  for (const [changes, found] of cases) {
    assert.throws(
      () => new Trainer(options(changes)),
      new TrainingError(`Cannot train with a ${found}: expected a whole number of at least 1.`),
    );
  }
});

Deno.test("a trainer runs once", async () => {
  const trainer = new Trainer(options());
  await collect(trainer);
  await assert.rejects(collect(trainer), new TrainingError("A trainer can run only once."));
});
