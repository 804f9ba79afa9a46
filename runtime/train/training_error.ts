/** The errors of training. @module */
import type { Fault } from "./fault.ts";

/** Training cannot go on, or cannot begin; the message is a sentence for the user. */
export class TrainingError extends Error {
  /** What kind of error this is. */
  override readonly name: string = "TrainingError";
}

/** A loss or a parameter is infinite or not a number. */
export class NotFiniteError extends TrainingError {
  /** What kind of error this is. */
  override readonly name = "NotFiniteError";
  /** Where it began, as far as that could be found. */
  readonly fault: Fault | undefined;

  /** A sentence, and where it began, as far as that could be found. */
  constructor(message: string, fault?: Fault) {
    super(message);
    this.fault = fault;
  }
}
