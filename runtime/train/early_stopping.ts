/**
 * Early stopping, as functions of the epochs so far.
 *
 * @module
 */
import { listed } from "../wording.ts";
import type { EpochEnd } from "./events.ts";
import { TrainingError } from "./training_error.ts";

/** When progress counts as such. */
export interface ProgressOptions {
  /** Epochs without progress after which to stop, at least 1. */
  readonly epochs: number;
  /** What is watched; "loss" if absent. */
  readonly metric?: string;
  /** Whether less or more is better; "less" if absent. */
  readonly better?: "less" | "more";
  /** How much better it must be; 0 if absent: at all. */
  readonly by?: number;
}

/**
 * Stops when so many epochs brought nothing better on validation data, or on training data where there is no
 * validation. For a trainer's `stopWhen`.
 *
 * @throws {TrainingError} if `epochs` is no whole number from 1; as `stopWhen`, if the model has no such metric
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * const stopWhen = stopWithoutProgress({ epochs: 2 });
 * const numbers = { kind: "epoch_end", steps: 1, seconds: 0, elapsedSeconds: 0, validation: null } as const;
 * const history = (...losses: readonly number[]) =>
 *   losses.map((loss, i) => ({ ...numbers, epoch: i + 1, main: { loss } }));
 * assert.equal(stopWhen(history(3, 2, 2.5)), false);
 * assert.equal(stopWhen(history(3, 2, 2.5, 2)), true);
 * ```
 */
export function stopWithoutProgress(
  { epochs, metric = "loss", better = "less", by = 0 }: ProgressOptions,
): (history: readonly EpochEnd[]) => boolean {
  if (!Number.isSafeInteger(epochs) || epochs < 1) {
    throw new TrainingError(
      `Cannot stop after ${epochs} epochs without progress: expected a whole number of at least 1.`,
    );
  }
  const sign = better === "less" ? 1 : -1;
  return (history) => {
    let best = Infinity, since = 0;
    for (const { main, validation } of history) {
      const means = validation ?? main;
      if (!(metric in means)) {
        throw new TrainingError(
          `Cannot stop without progress of "${metric}": the model has ${
            listed(Object.keys(means))
          }.`,
        );
      }
      const value = sign * (means[metric] ?? NaN); // A checkpoint has null for what is not finite.
      if (value < best - by) {
        best = value;
        since = 0;
      } else {
        since++;
      }
    }
    return since >= epochs;
  };
}
