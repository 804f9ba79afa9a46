import assert from "node:assert/strict";
import { type ProgressOptions, stopWithoutProgress } from "./early_stopping.ts";
import type { EpochEnd, Means } from "./events.ts";

/** Epochs with these results. */
const epochs = (
  main: readonly Means[],
  validation?: readonly Means[],
): readonly EpochEnd[] =>
  main.map((numbers, i) => ({
    kind: "epoch_end",
    epoch: i + 1,
    steps: 1,
    seconds: 0,
    elapsedSeconds: 0,
    main: numbers,
    validation: validation?.[i] ?? null,
  }));

/** The number of epochs after which training with these results stops; undefined if it does not. */
function stopOf(
  options: ProgressOptions,
  history: readonly EpochEnd[],
): number | undefined {
  const stopWhen = stopWithoutProgress(options);
  const at = history.findIndex((_, i) => stopWhen(history.slice(0, i + 1)));
  return at < 0 ? undefined : at + 1;
}

const losses = (...values: readonly number[]) => values.map((loss) => ({ loss }));

Deno.test("training stops after as many epochs in a row as are given, not before", () => {
  const history = epochs(losses(5, 4, 4, 3, 3, 3.5, 2, 2, 2, 2));
  assert.equal(stopOf({ epochs: 1 }, history), 3);
  assert.equal(stopOf({ epochs: 2 }, history), 6);
  assert.equal(stopOf({ epochs: 3 }, history), 10);
  assert.equal(stopOf({ epochs: 4 }, history), undefined);
  assert.equal(stopWithoutProgress({ epochs: 1 })([]), false);
});

Deno.test("validation counts where there is one, training does not then", () => {
  const falling = losses(5, 4, 3, 2), rising = losses(1, 2, 3, 4);
  assert.equal(stopOf({ epochs: 2 }, epochs(falling, rising)), 3);
  assert.equal(stopOf({ epochs: 2 }, epochs(rising, falling)), undefined);
  assert.equal(stopOf({ epochs: 2 }, epochs(rising)), 3);
});

Deno.test("another metric is watched, of which more may be better", () => {
  const history = epochs([0.5, 0.6, 0.55, 0.6, 0.7].map((accuracy) => ({ loss: 1, accuracy })));
  const accuracy = { metric: "accuracy", better: "more" } as const;
  assert.equal(stopOf({ epochs: 2, ...accuracy }, history), 4);
  assert.equal(stopOf({ epochs: 3, ...accuracy }, history), undefined);
  assert.equal(stopOf({ epochs: 1, ...accuracy, better: "less" }, history), 2);
});

Deno.test("small progress does not count, but adds up", () => {
  const history = epochs(losses(1, 0.75, 0.5, 0.25));
  assert.equal(stopOf({ epochs: 2, by: 0.5 }, history), 3);
  // Each is compared with the best that counted: the third with the first.
  assert.equal(stopOf({ epochs: 2, by: 0.375 }, history), undefined);
});

Deno.test("what is no number is no progress, from the first epoch on", () => {
  assert.equal(stopOf({ epochs: 2 }, epochs(losses(3, NaN, NaN))), 3);
  assert.equal(stopOf({ epochs: 2 }, epochs(losses(NaN, NaN))), 2);
  assert.equal(stopOf({ epochs: 2 }, epochs(losses(Infinity, Infinity))), 2);
});

Deno.test("metrics that no model has, and numbers of epochs that never pass, are refused", () => {
  assert.throws(() => stopOf({ epochs: 1, metric: "acuracy" }, epochs(losses(1))), {
    name: "TrainingError",
    message: 'Cannot stop without progress of "acuracy": the model has "loss".',
  });
  for (const wrong of [0, 1.5, NaN]) {
    assert.throws(() => stopWithoutProgress({ epochs: wrong }), {
      name: "TrainingError",
      message:
        `Cannot stop after ${wrong} epochs without progress: expected a whole number of at least 1.`,
    });
  }
});
