/**
 * What a trainer tells while it works.
 *
 * @module
 */

/** Means over samples. */
export interface Means {
  /** Mean loss per sample. */
  readonly loss: number;
  /** Fraction of samples classified correctly, 0 to 1. */
  readonly accuracy: number;
}

/** An epoch begins. */
export interface EpochStart {
  /** Tells this event from others. */
  readonly kind: "epoch_start";
  /** Counted from 1. */
  readonly epoch: number;
  /** Steps this epoch will take: one for each batch, or fewer when the run ends within it. */
  readonly steps: number;
}

/** The first step of a run is done on the device, and its loss was read. */
export interface FirstStep {
  /** Tells this event from others. */
  readonly kind: "first_step";
  /**
   * From the start of the program (`performance.timeOrigin`): loading, compiling, and copying the samples
   * included.
   */
  readonly seconds: number;
}

/** Sent about twenty times a second; costs the device nothing. */
export interface Progress {
  /** Tells this event from others. */
  readonly kind: "progress";
  /** Whether steps are taken or validation data is judged. */
  readonly phase: "training" | "validation";
  /** Counted from 1. */
  readonly epoch: number;
  /** Batches of this phase handed to the device so far. */
  readonly batches: number;
  /** Batches this phase has in this epoch. */
  readonly batchesInPhase: number;
  /** Training steps handed to the device since the start of the run. */
  readonly step: number;
  /** Training steps the whole run will take. */
  readonly totalSteps: number;
  /** From the start of the run. */
  readonly seconds: number;
}

/** An epoch is over; its numbers are read from the device. */
export interface EpochEnd {
  /** Tells this event from others. */
  readonly kind: "epoch_end";
  /** Counted from 1. */
  readonly epoch: number;
  /** Steps taken in this epoch; fewer than it has batches if the run ended within it. */
  readonly steps: number;
  /** Of this epoch, validation included. */
  readonly seconds: number;
  /** From the start of the run. */
  readonly elapsedSeconds: number;
  /** Over the samples of this epoch's steps, each judged just before its step. */
  readonly main: Means;
  /** Over all validation data; null if the run was cancelled before it was known. */
  readonly validation: Means | null;
}

/** The run is over. */
export interface Done {
  /** Tells this event from others. */
  readonly kind: "done";
  /** `finished`: all epochs; `step_limit`: the number of steps asked for; `cancelled`: by signal. */
  readonly reason: "finished" | "step_limit" | "cancelled";
  /** Training steps taken. */
  readonly steps: number;
  /** Of the whole run. */
  readonly seconds: number;
}

/** Everything a trainer tells, in order of time. */
export type TrainerEvent = EpochStart | FirstStep | Progress | EpochEnd | Done;
