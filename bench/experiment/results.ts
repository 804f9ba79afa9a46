/**
 * What the experiment measures, as its file of results holds it.
 *
 * @module
 */
import type { EpochEnd } from "../../runtime/train/events.ts";
import type { Machine } from "../results.ts";

/** The models, in the order of the page. */
export const VARIANTS = ["shared", "as-written", "original"] as const;
/** See {@linkcode VARIANTS}. */
export type Variant = (typeof VARIANTS)[number];

/** The end of an epoch of these models. */
export type Epoch = Pick<EpochEnd<"accuracy">, "epoch" | "seconds" | "main" | "validation">;

/** One training. */
export interface ExperimentRun {
  readonly variant: Variant;
  readonly seed: number;
  /** Trainable numbers. */
  readonly parameters: number;
  /** Multiplications, additions and subtractions of contractions and reductions in one step. */
  readonly flops: number;
  readonly epochs: readonly Epoch[];
}

/** Trainings on one machine. */
export interface ExperimentResults {
  readonly machine: Machine;
  /** Where the models ran, in words. */
  readonly place: string;
  /** Samples per step. */
  readonly batch: number;
  readonly runs: readonly ExperimentRun[];
}
