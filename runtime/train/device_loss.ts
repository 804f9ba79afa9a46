/** What a user is told when a device is lost and training cannot go on elsewhere. @module */
import { sentenceOf } from "../wording.ts";
import type { Position } from "./checkpoint.ts";
import { TrainingError } from "./training_error.ts";

/**
 * The error that ends training.
 *
 * @param error what the backend said
 * @param reached how far training had come
 * @param saved where the last checkpoint is of; absent if there is none
 * @param failures what was thrown by attempts to go on elsewhere, and to save what was kept
 */
export function lossError(
  error: Error,
  { epoch, step }: Position,
  saved: Position | undefined,
  failures: readonly unknown[],
): TrainingError {
  return new TrainingError(
    [
      `The device was lost in epoch ${epoch}, at step ${step} or shortly before: ${
        sentenceOf(error)
      }`,
      ...failures.map(sentenceOf),
      saved === undefined
        ? "No checkpoint was saved, so training has to start anew."
        : `The last checkpoint is of step ${saved.step}; resume from it.`,
    ].join(" "),
    { cause: error },
  );
}
