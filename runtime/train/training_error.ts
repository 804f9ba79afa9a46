/** The error of training. @module */

/** Training cannot go on, or cannot begin; the message is a sentence for the user. */
export class TrainingError extends Error {
  /** What kind of error this is. */
  override readonly name = "TrainingError";
}
