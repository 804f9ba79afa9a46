import assert from "node:assert/strict";
import { encodeNpz } from "../formats/npz.ts";
import { separableSamples } from "../testing/separable_samples.ts";
import { SoftmaxRegression } from "../testing/softmax_regression.ts";
import type { Checkpoint } from "./checkpoint.ts";
import { decodeCheckpoint, encodeCheckpoint } from "./checkpoint_file.ts";
import type { TrainerEvent } from "./events.ts";
import { Trainer } from "./trainer.ts";
import type { RunOptions, TableOptions } from "./trainer_options.ts";

type Options = RunOptions & TableOptions;
/** Three batches an epoch, the last one smaller: nine steps. */
const NUMBERS = { batchSize: 4, epochs: 3, seed: 5 };

/** The outcome of a run: its model, what it told without times, and the checkpoints that it saved. */
interface Outcome {
  readonly weights: readonly number[];
  readonly told: readonly unknown[];
  readonly saved: readonly Checkpoint[];
  /** The steps of each epoch, as told when it began. */
  readonly promised: readonly number[];
  readonly reason: string;
}

async function run(changes: Partial<Options> = {}): Promise<Outcome> {
  const model = new SoftmaxRegression(4);
  const saved: Checkpoint[] = [];
  const trainer = new Trainer({
    model,
    training: separableSamples(10),
    validation: separableSamples(7),
    ...NUMBERS,
    checkpoints: { save: (checkpoint) => void saved.push(checkpoint) },
    ...changes,
  });
  const events: TrainerEvent[] = [];
  for await (const event of trainer.run()) events.push(event);
  const promised = events.flatMap((event) => event.kind === "epoch_start" ? [event.steps] : []);
  const done = events.at(-1);
  const reason = done?.kind === "done" ? done.reason : "";
  return { weights: [...await model.read("W")], told: epochsOf(events), saved, promised, reason };
}

/** What was told about epochs, without their times. */
function epochsOf(events: readonly TrainerEvent[]): readonly unknown[] {
  return events.flatMap((event) => {
    if (event.kind !== "epoch_end") return [];
    const { epoch, steps, main, validation } = event;
    return [{ epoch, steps, main, validation }];
  });
}

/** A checkpoint as another process reads it. */
const copied = (checkpoint: Checkpoint): Checkpoint =>
  decodeCheckpoint(encodeCheckpoint(checkpoint), "checkpoint.safetensors");

Deno.test("k steps, a checkpoint and the rest give the same bits as all at once, wherever the cut is", async () => {
  const whole = await run();
  for (let cut = 1; cut <= 8; cut++) {
    const first = await run({ stepLimit: cut });
    const last = first.saved.at(-1);
    assert.ok(last !== undefined);
    assert.equal(last.position.step, cut);
    const second = await run({ resume: copied(last) });
    assert.deepEqual(second.weights, whole.weights, `cut after step ${cut}`);
    const before = Math.floor(cut / 3);
    assert.deepEqual(second.told, whole.told.slice(before), `cut after step ${cut}`);
    assert.deepEqual(second.saved.at(-1)?.history.map(({ main }) => main.loss).length, 3);
  }
});

Deno.test("sums that the host has taken over already are kept too", async () => {
  const changes = { training: separableSamples(250), batchSize: 1, epochs: 1 };
  const whole = await run(changes);
  const last = (await run({ ...changes, stepLimit: 130 })).saved.at(-1);
  assert.ok(last !== undefined && (last.sums.totals["loss"] ?? 0) > 0);
  const second = await run({ ...changes, resume: copied(last) });
  assert.deepEqual(second.told, whole.told);
  assert.deepEqual(second.weights, whole.weights);
});

Deno.test("a run that is cancelled within an epoch, or while it is judged, goes on with the same bits", async () => {
  const whole = await run();
  for (let runs = 1; runs <= 14; runs++) {
    const cancel = new AbortController();
    const model = new SoftmaxRegression(4);
    model.afterRun = () => model.runs.length === runs && cancel.abort();
    const first = await run({ model, signal: cancel.signal });
    const last = first.saved.at(-1);
    assert.ok(last !== undefined, `cancelled after run ${runs}`);
    const second = await run({ resume: copied(last) });
    assert.deepEqual(second.weights, whole.weights, `cancelled after run ${runs}`);
    const missing = 3 - last.history.length;
    assert.deepEqual(second.told, whole.told.slice(-missing), `cancelled after run ${runs}`);
  }
});

Deno.test("checkpoints are saved after each epoch, and within it when minutes have passed", async () => {
  const { saved } = await run();
  assert.deepEqual(saved.map(({ position }) => position), [
    { epoch: 2, batch: 0, step: 3 },
    { epoch: 3, batch: 0, step: 6 },
    { epoch: 4, batch: 0, step: 9 },
  ]);
  const often: Checkpoint[] = [];
  const save = (checkpoint: Checkpoint) => void often.push(checkpoint);
  await run({ checkpoints: { save, minutes: 1e-9, config: { name: "x" } } });
  assert.ok(often.some(({ position }) => position.batch === 2));
  assert.deepEqual(often[0]?.config, { name: "x" });
});

Deno.test("what has ended goes on with more epochs, and with none is over at once", async () => {
  const whole = await run({ epochs: 4 });
  const last = (await run()).saved.at(-1);
  assert.ok(last !== undefined);
  assert.deepEqual((await run({ epochs: 4, resume: copied(last) })).weights, whole.weights);
  const none = await run({ resume: copied(last) });
  assert.deepEqual([none.told, none.saved], [[], []]);
  const fewer = await run({ epochs: 1, resume: copied(last) });
  assert.deepEqual([fewer.reason, fewer.told], ["finished", []]);
});

Deno.test("of an epoch that nothing but its validation is missing of, no step is promised", async () => {
  const cancel = new AbortController();
  const model = new SoftmaxRegression(4);
  model.afterRun = () => model.runs.length === 9 && cancel.abort();
  const last = (await run({ model, signal: cancel.signal })).saved.at(-1);
  assert.ok(last !== undefined);
  assert.deepEqual(last.position, { epoch: 2, batch: 3, step: 6 });
  const { promised, reason } = await run({ resume: copied(last), epochs: 1 });
  assert.deepEqual([promised, reason], [[0], "finished"]);
});

Deno.test("checkpoints of another training are refused, naming both", async () => {
  const [checkpoint] = (await run()).saved;
  assert.ok(checkpoint !== undefined);
  const tensors = new Map(checkpoint.tensors);
  tensors.set("W", { dtype: "f32", shape: [4, 2], data: new Float32Array(8) });
  const cases: readonly (readonly [Partial<Options>, RegExp])[] = [
    [{ seed: 6 }, /made with 5 as seed, but this run has 6 as seed/],
    [{ batchSize: 3 }, /made with 4 samples per step, but this run has 3/],
    [{ training: separableSamples(13) }, /made with 3 batches per epoch, but this run has 4/],
    [
      { resume: { ...checkpoint, module: "other" } },
      /of model "other", but this is "softmax_regression"/,
    ],
    [
      { resume: { ...checkpoint, declaration: "0123456789abcdef" } },
      /another declaration of "softmax_regression" \(01234567…, now …\)/,
    ],
    [
      { resume: { ...checkpoint, position: { epoch: 1, batch: 5, step: 5 } } },
      /of epoch 1, batch 5, step 5, which no training of 3 batches per epoch comes to; it is damaged/,
    ],
    [
      { resume: { ...checkpoint, position: { epoch: 2, batch: 1, step: 3 } } },
      /of epoch 2, batch 1, step 3, which no training of 3 batches/,
    ],
    [
      { resume: { ...checkpoint, tensors } },
      /tensor "W" is f32 \[4, 2\] in the file, but f32 \[3, 2\]/,
    ],
  ];
  for (const [changes, message] of cases) {
    await assert.rejects(run({ resume: checkpoint, ...changes }), message);
  }
});

Deno.test("a damaged checkpoint is refused with what is wrong", async () => {
  const [checkpoint] = (await run()).saved;
  assert.ok(checkpoint !== undefined);
  const bytes = encodeCheckpoint(checkpoint);
  assert.throws(() => decodeCheckpoint(bytes.subarray(0, bytes.length - 1), "a.safetensors"), {
    name: "FormatError",
    message: /^a\.safetensors is damaged/,
  });
  assert.throws(() => decodeCheckpoint(encodeNpz(checkpoint.tensors), "a.npz"), {
    name: "FormatError",
    message: /^a\.npz holds weights but is no checkpoint: /,
  });
  assert.throws(() => decodeCheckpoint(new Uint8Array(), "a"), {
    name: "FormatError",
    message: /^a is no file of arrays: it is empty; /,
  });
  const broken = { ...checkpoint, position: { ...checkpoint.position, batch: -1 } };
  assert.throws(() => decodeCheckpoint(encodeCheckpoint(broken), "a.safetensors"), {
    name: "FormatError",
    message:
      "a.safetensors is damaged: state.position.batch is -1 and not a count in its metadata; " +
      "use an older checkpoint.",
  });
});
