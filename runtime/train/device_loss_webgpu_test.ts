import assert from "node:assert/strict";
import { mnistShared } from "../../generated/mnist_shared/mnist_shared.ts";
import type { Backend, LoadedModule } from "../backend.ts";
import { initialiseModule } from "../parameters.ts";
import { exposedBackend, hasAdapter } from "../testing/gpu_access.ts";
import { stripedImages } from "../testing/striped_images.ts";
import { openWasm } from "../wasm/backend.ts";
import type { Checkpoint } from "./checkpoint.ts";
import type { TrainerEvent } from "./events.ts";
import { Trainer } from "./trainer.ts";
import type { RunOptions } from "./trainer_options.ts";

const ignore = !hasAdapter;
const DIMS = { B: 4, samples: 15 };
type Spec = typeof mnistShared;

async function loaded(backend: Backend): Promise<LoadedModule<Spec>> {
  const model = await backend.load(mnistShared, DIMS);
  initialiseModule(model, DIMS, 3);
  return model;
}

function trainerOf(
  model: LoadedModule<Spec>,
  changes: Partial<RunOptions<Spec>> = {},
): Trainer<Spec> {
  const data = { training: stripedImages(12), validation: stripedImages(3), batchSize: 4 };
  return new Trainer({ model, ...data, epochs: 3, seed: 3, ...changes });
}

/** Trains; the device is destroyed once the second step of the second epoch is queued. */
async function trainUntilLost(changes: Partial<RunOptions<Spec>>): Promise<TrainerEvent[]> {
  const { backend, device } = await exposedBackend();
  const model = await loaded(backend);
  const events: TrainerEvent[] = [];
  const run = model.run.bind(model);
  let steps = 0;
  model.run = (program, values) => {
    run(program, values);
    if (program === "step" && ++steps === 5) device.destroy();
  };
  try {
    for await (const event of trainerOf(model, changes).run()) {
      if (event.kind !== "progress" && event.kind !== "first_step") events.push(event);
    }
  } finally {
    await backend.dispose();
  }
  return events;
}

/** The weights of the first layer after an undisturbed run. */
async function undisturbed(epochs: number): Promise<ArrayLike<number>> {
  const { backend } = await exposedBackend();
  const model = await loaded(backend);
  await trainerOf(model, { epochs }).train();
  const weights = await model.read("l1.W");
  await backend.dispose();
  return weights;
}

Deno.test(
  "a lost device ends training with a sentence and a checkpoint to go on from",
  { ignore },
  async () => {
    const saved: Checkpoint[] = [];
    const checkpoints = { save: (moment: Checkpoint) => void saved.push(moment) };
    await assert.rejects(trainUntilLost({ checkpoints }), {
      name: "TrainingError",
      message:
        /^The device was lost in epoch 2, at step [56] or shortly before: .*\. The last checkpoint is of step 3; resume from it\.$/,
    });
    const last = saved.at(-1);
    assert.ok(last !== undefined && last.position.step === 3);
    const { backend } = await exposedBackend();
    const model = await loaded(backend);
    await trainerOf(model, { resume: last }).train();
    assert.deepEqual(await model.read("l1.W"), await undisturbed(3));
    await backend.dispose();
  },
);

Deno.test("training goes on bit for bit on a new device", { ignore }, async () => {
  const { backend } = await exposedBackend();
  const model = await backend.load(mnistShared, DIMS);
  const events = await trainUntilLost({ onDeviceLoss: () => Promise.resolve(model) });
  assert.deepEqual(events.map(({ kind }) => kind), [
    "epoch_start",
    "epoch_end",
    "epoch_start",
    "device_lost",
    "epoch_start",
    "epoch_end",
    "epoch_start",
    "epoch_end",
    "done",
  ]);
  const lost = events.find((event) => event.kind === "device_lost");
  assert.deepEqual(lost?.position, { epoch: 2, batch: 0, step: 3 });
  assert.deepEqual(await model.read("l1.W"), await undisturbed(3));
  await backend.dispose();
});

Deno.test("training goes on on the CPU", { ignore }, async () => {
  const backend = await openWasm({ threads: 1 });
  const model = await backend.load(mnistShared, DIMS);
  const events = await trainUntilLost({ onDeviceLoss: () => Promise.resolve(model) });
  const done = events.at(-1);
  assert.ok(done?.kind === "done" && done.reason === "finished" && done.steps === 9);
  const wanted = await undisturbed(3);
  // Adam divides by the size of the gradient, so that a rounding can become a whole step of 0.001.
  const differences = (await model.read("l1.W")).map((each, i) =>
    Math.abs(each - (wanted[i] ?? NaN))
  );
  const far = differences.filter((each) => !(each < 1e-4)).length;
  assert.ok(far < differences.length / 1000, `${far} of ${differences.length} weights differ`);
  await backend.dispose();
});
