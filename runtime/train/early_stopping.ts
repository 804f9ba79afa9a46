/**
 * Early stopping, as functions of the epochs so far.
 *
 * @module
 */
import type { EpochEnd } from "./events.ts";

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
  const sign = better === "less" ? 1 : -1;
  return (history) => {
    let best = Infinity, since = 0;
    for (const { main, validation } of history) {
      const value = sign * ((validation ?? main)[metric] ?? NaN);
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
