import assert from "node:assert/strict";
import type { TensorData } from "../backend.ts";
import { separableSamples } from "../testing/separable_samples.ts";
import { SoftmaxRegression } from "../testing/softmax_regression.ts";
import type { Checkpoint } from "./checkpoint.ts";
import type { Report, TrainerEvent } from "./events.ts";
import { nextSteps } from "./reports.ts";
import { Trainer } from "./trainer.ts";
import type { RunOptions } from "./trainer_options.ts";
import { TrainingError } from "./training_error.ts";

type Model = SoftmaxRegression;
type Spec = Model["spec"];

function trainer(model: Model, changes: Partial<RunOptions<Spec>> = {}): Trainer<Spec> {
  const data = { training: separableSamples(10), validation: separableSamples(7), batchSize: 4 };
  return new Trainer({ model, ...data, epochs: 2, seed: 1, reports: { seconds: 0 }, ...changes });
}

async function collect(trainer: Trainer<Spec>): Promise<readonly TrainerEvent<"accuracy">[]> {
  return await Array.fromAsync(trainer.run());
}

const reportsOf = (events: readonly TrainerEvent<"accuracy">[]): readonly Report<"accuracy">[] =>
  events.filter((event) => event.kind === "report");

Deno.test("reports tell of every sample once, and their means are those of the epoch", async () => {
  const events = await collect(trainer(new SoftmaxRegression(4)));
  const reports = reportsOf(events);
  assert.deepEqual(reports.map(({ epoch, step, samples }) => [epoch, step, samples]), [
    [1, 1, 4],
    [1, 2, 4],
    [1, 3, 2],
    [2, 4, 4],
    [2, 5, 4],
    [2, 6, 2],
  ]);
  for (const end of events.filter((event) => event.kind === "epoch_end")) {
    const own = reports.filter(({ epoch }) => epoch === end.epoch);
    for (const name of ["loss", "accuracy"] as const) {
      const mean = own.reduce((sum, { samples, main }) => sum + samples * main[name], 0) / 10;
      assert.ok(Math.abs(mean - end.main[name]) < 1e-6, name);
    }
  }
});

Deno.test("who asks for reports trains the same numbers", async () => {
  const numbers = async (reports?: { readonly seconds: number }) => {
    const model = new SoftmaxRegression(4);
    const events = await collect(trainer(model, reports === undefined ? {} : { reports }));
    const ends = events.flatMap((event) => event.kind === "epoch_end" ? [event.main] : []);
    return { W: await model.read("W"), ends };
  };
  const wanted = await numbers({ seconds: 1e9 });
  assert.deepEqual(await numbers({ seconds: 0 }), wanted);
});

/** A model that is slow to read, and notes how many reads were under way when each began. */
class SlowModel extends SoftmaxRegression {
  waits = 0;
  #reading = 0;

  override async read(name: Parameters<SoftmaxRegression["read"]>[0]): Promise<TensorData> {
    if (this.#reading++ === 0) this.waits++;
    await Promise.resolve();
    this.#reading--;
    return await super.read(name);
  }
}

Deno.test("the host waits for the device once for each report", async () => {
  const model = new SlowModel(4);
  const waits: number[] = [];
  for await (
    const event of trainer(model, { epochs: 1, reports: { seconds: 0, tensors: ["W"] } }).run()
  ) {
    if (event.kind === "report") waits.push(model.waits);
    if (event.kind === "report") assert.deepEqual(event.tensors.get("W"), await model.read("W"));
    if (event.kind === "report") model.waits = 0;
    if (event.kind === "first_step") model.waits = 0;
  }
  assert.deepEqual(waits, [1, 1, 1]);
});

Deno.test("reports go on after a resume within an epoch", async () => {
  const model = new SoftmaxRegression(4);
  const whole = reportsOf(await collect(trainer(new SoftmaxRegression(4))));
  let resume: Checkpoint | undefined;
  const save = (moment: Checkpoint) => void (resume = moment);
  const first = await collect(trainer(model, { stepLimit: 2, checkpoints: { save } }));
  assert.ok(resume !== undefined);
  const rest = await collect(trainer(new SoftmaxRegression(4), { resume }));
  const both = [...reportsOf(first), ...reportsOf(rest)];
  assert.deepEqual(both.map(({ step }) => step), whole.map(({ step }) => step));
  both.forEach(({ main }, at) => {
    assert.ok(Math.abs(main.loss - (whole[at]?.main.loss ?? NaN)) < 1e-6, `${at}`);
  });
});

Deno.test("a run that is ended reports its last step", async () => {
  const ending = new AbortController();
  const options = { signal: ending.signal, reports: { seconds: 1e9 } };
  const steps: number[] = [];
  for await (const event of trainer(new SoftmaxRegression(4), options).run()) {
    if (event.kind === "first_step") ending.abort();
    if (event.kind === "report") steps.push(event.step);
  }
  assert.deepEqual(steps, [1]);
});

Deno.test("the steps of a report follow from how long they take", () => {
  assert.equal(nextSteps(1, 0.5, 0.5), 1);
  assert.equal(nextSteps(10, 0.2, 0.5), 25);
  assert.equal(nextSteps(10, 0.001, 0.5), 40, "no more than four times as many");
  assert.equal(nextSteps(60, 0.01, 0.5), 100, "nor more than are queued");
  assert.equal(nextSteps(4, 60, 0.5), 1);
  assert.equal(nextSteps(3, 0, 0.5), 12);
  assert.equal(nextSteps(3, 0.1, 0), 1);
});

Deno.test("reports that cannot be given are refused", () => {
  const model = new SoftmaxRegression(4);
  for (const seconds of [-1, NaN]) {
    assert.throws(() => trainer(model, { reports: { seconds } }), TrainingError);
  }
  const wrong = ["W", "V"] as unknown as readonly "W"[]; // As from a program without types.
  assert.throws(
    () => trainer(model, { reports: { seconds: 1, tensors: wrong } }),
    /^TrainingError: Cannot report "?V"?: softmax_regression has no such tensor; give names/,
  );
});
