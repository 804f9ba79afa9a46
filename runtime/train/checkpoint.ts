/**
 * Everything that training needs to go on where it was, bit for bit.
 *
 * Random numbers need no state of their own: the order of samples follows from seed and epoch, and what a
 * model draws follows from seed and step.
 *
 * @module
 */
import type { NamedArrays } from "../formats/named_array.ts";
import type { ModuleSpec } from "../spec.ts";
import type { EpochEnd } from "./events.ts";
import type { Sums } from "./totals.ts";
import { TrainingError } from "./training_error.ts";

/** How far training has come. */
export interface Position {
  /** The epoch in progress, counted from 1. */
  readonly epoch: number;
  /** Its steps that were taken; as many as it has batches where only its validation is still to come. */
  readonly batch: number;
  /** Steps taken since the start of training. */
  readonly step: number;
}

/** True for positions with the same steps behind them and the same things to come. */
export function isSamePosition(a: Position, b: Position | undefined): boolean {
  return a.epoch === b?.epoch && a.batch === b.batch;
}

/** What must be the same for training to go on as it would have. */
export interface RunSettings {
  /** The trainer's seed. */
  readonly seed: number;
  /** Samples per step, where the trainer draws batches itself. */
  readonly batchSize?: number;
  /** Batches of an epoch. */
  readonly batches: number;
}

/** A value that JSON can hold. */
export type Json =
  | string
  | number
  | boolean
  | null
  | readonly Json[]
  | { readonly [key: string]: Json };

/** A moment of training. */
export interface Checkpoint {
  /** Name of the model's declaration. */
  readonly module: string;
  /** {@linkcode ModuleSpec.declaration} of the model. */
  readonly declaration: string;
  /** Where training goes on. */
  readonly position: Position;
  /** What the trainer was given. */
  readonly settings: RunSettings;
  /** Sums over the samples of this epoch that the device does not hold any more. */
  readonly sums: Sums;
  /** Spent on training so far. */
  readonly seconds: number;
  /** The epochs that are over. */
  readonly history: readonly EpochEnd[];
  /** What the program that trains wants to know again, such as its options. */
  readonly config: Json;
  /** Parameters and states: weights, moments of the optimizer, totals that the device holds. */
  readonly tensors: NamedArrays;
}

/**
 * Refuses to go on from a checkpoint of something else.
 *
 * @throws {TrainingError} if it was made by another model, by another declaration of it, or with settings that
 * lead to other numbers, or if no training comes to its position
 */
export function requireSameTraining(
  checkpoint: Checkpoint,
  { name, declaration }: ModuleSpec,
  settings: RunSettings,
): void {
  const refuse = (why: string, next: string) => {
    throw new TrainingError(`Cannot go on from this checkpoint: ${why}; ${next}.`);
  };
  if (checkpoint.module !== name) {
    refuse(`it is of model "${checkpoint.module}", but this is "${name}"`, "load that model");
  }
  if (checkpoint.declaration !== declaration) {
    refuse(
      `it was made by another declaration of "${name}" (${
        checkpoint.declaration.slice(0, 8)
      }…, now ` +
        `${
          declaration.slice(0, 8)
        }…): its layers, loss, metrics, optimizer or storage were changed since`,
      "start anew from its weights alone, or restore the declaration",
    );
  }
  for (const [key, what] of SETTINGS) {
    const [then, now] = [checkpoint.settings[key], settings[key]];
    if (then === now) continue;
    refuse(
      `it was made with ${then ?? "no"} ${what}, but this run has ${now ?? "no"} ${what}`,
      "use the same, for only then do the same numbers follow",
    );
  }
  const { epoch, batch, step } = checkpoint.position;
  const { batches } = settings;
  if (epoch < 1 || batch > batches || step !== (epoch - 1) * batches + batch) {
    refuse(
      `it is of epoch ${epoch}, batch ${batch}, step ${step}, which no training of ${batches} batches per epoch ` +
        "comes to",
      "it is damaged, so use an older one",
    );
  }
}

/** The settings in words, as they follow a number. */
const SETTINGS: readonly (readonly [keyof RunSettings, string])[] = [
  ["seed", "as seed"],
  ["batchSize", "samples per step"],
  ["batches", "batches per epoch"],
];
