/**
 * What a trainer tells while it works.
 *
 * @module
 */

import type { TensorData } from "../backend.ts";
import type { Position } from "./checkpoint.ts";

/**
 * Means per sample of the loss and of each metric that the model declares, by its name; an accuracy is a
 * fraction from 0 to 1.
 *
 * @typeParam Metric names of metrics
 */
export type Means<Metric extends string = string> =
  & { readonly loss: number }
  & Readonly<
    Record<Metric, number>
  >;

/** An epoch begins. */
export interface EpochStart {
  /** Tells this event from others. */
  readonly kind: "epoch_start";
  /** Counted from 1. */
  readonly epoch: number;
  /**
   * Steps this epoch will take: one for each batch, or fewer when the run ends, or was resumed, within it.
   */
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
  /** Training steps handed to the device since the start of training. */
  readonly step: number;
  /** Training steps since the start of training when the run will end. */
  readonly totalSteps: number;
  /** From the start of the run. */
  readonly seconds: number;
}

/** How training goes within an epoch; sent where the trainer was asked for `reports`. */
export interface Report<Metric extends string = string> {
  /** Tells this event from others. */
  readonly kind: "report";
  /** Counted from 1. */
  readonly epoch: number;
  /** Training steps that the device has taken since the start of training. */
  readonly step: number;
  /** Samples since the last report, or since the run began. */
  readonly samples: number;
  /** From the start of training, as in {@linkcode Progress}. */
  readonly seconds: number;
  /** Over these samples, each judged just before its step. */
  readonly main: Means<Metric>;
  /** The tensors that were asked for, by name, as they are after this step. */
  readonly tensors: ReadonlyMap<string, TensorData>;
}

/** An epoch is over; its numbers are read from the device. */
export interface EpochEnd<Metric extends string = string> {
  /** Tells this event from others. */
  readonly kind: "epoch_end";
  /** Counted from 1. */
  readonly epoch: number;
  /** Steps taken in this epoch; fewer than it has batches if the run ended within it. */
  readonly steps: number;
  /** Of this epoch, validation included, without what came before the run was resumed. */
  readonly seconds: number;
  /** From the start of training; the time of the runs before it was resumed counts too. */
  readonly elapsedSeconds: number;
  /** Over the samples of this epoch's steps, each judged just before its step. */
  readonly main: Means<Metric>;
  /** Over all validation data; null if there is none, or if the run was cancelled before it was known. */
  readonly validation: Means<Metric> | null;
}

/** A checkpoint was saved. */
export interface CheckpointSaved {
  /** Tells this event from others. */
  readonly kind: "checkpoint";
  /** Where training goes on from it. */
  readonly position: Position;
  /** What reading it from the device and saving it took. */
  readonly seconds: number;
}

/** The device was lost; training goes on elsewhere. */
export interface DeviceLost {
  /** Tells this event from others. */
  readonly kind: "device_lost";
  /** What the backend said. */
  readonly message: string;
  /** Where training goes on; steps after it are taken again. */
  readonly position: Position;
}

/** A kernel of a step was captured, as asked for. */
export interface KernelCaptured {
  /** Tells this event from others. */
  readonly kind: "captured";
  /** The kernel's name. */
  readonly kernel: string;
  /** Counted from 1. */
  readonly step: number;
  /** Where it was saved. */
  readonly place: string;
}

/** The run is over. */
export interface Done {
  /** Tells this event from others. */
  readonly kind: "done";
  /**
   * `finished`: all epochs; `step_limit`: the number of steps asked for; `stopped`: by
   * the trainer's `stopWhen`; `cancelled`: by signal.
   */
  readonly reason: "finished" | "step_limit" | "stopped" | "cancelled";
  /** Training steps taken since the start of training. */
  readonly steps: number;
  /** Of the whole run. */
  readonly seconds: number;
}

/** Everything a trainer tells, in order of time. */
export type TrainerEvent<Metric extends string = string> =
  | EpochStart
  | FirstStep
  | Progress
  | Report<Metric>
  | EpochEnd<Metric>
  | CheckpointSaved
  | DeviceLost
  | KernelCaptured
  | Done;

/** A function for each kind of event that one wants to hear of; a promise is awaited. */
export type Callbacks<Metric extends string = string> = {
  readonly [K in TrainerEvent["kind"]]?: (
    event: Extract<TrainerEvent<Metric>, { readonly kind: K }>,
  ) => void | Promise<void>;
};
