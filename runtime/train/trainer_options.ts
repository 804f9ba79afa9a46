/**
 * What a trainer takes, and which of it is refused.
 *
 * @module
 */
import type { LoadedModule, TensorName } from "../backend.ts";
import type { BatchSource } from "../data/batch_source.ts";
import type { LabelledBytes } from "../data/labelled_bytes.ts";
import { listed } from "../wording.ts";
import { type Capture, type CaptureRequest, requireCapturable } from "./capture.ts";
import type { Checkpoint, Json } from "./checkpoint.ts";
import type { EpochEnd } from "./events.ts";
import { type Feed, SourceFeed, TableFeed } from "./feed.ts";
import { batchDim, isDrawn } from "./tables.ts";
import type { MetricName, TrainableSpec } from "./totals.ts";
import { TrainingError } from "./training_error.ts";

/** What to train, on what, and for how long. */
export type TrainerOptions<M extends TrainableSpec = TrainableSpec> =
  & RunOptions<M>
  & DataOptions;

/** The samples: tables on the device, or batches that the host makes. */
export type DataOptions = TableOptions | SourceOptions;

/** Samples of bytes, for models whose inputs are drawn from bytes: they are copied to the device once. */
export interface TableOptions {
  /** What steps learn from; each epoch has an order of its own. */
  readonly training: LabelledBytes;
  /** What the model is judged by after each epoch; it learns nothing from it. */
  readonly validation?: LabelledBytes;
  /**
   * Samples per step, at least 1; the last batch of an epoch may hold fewer. The model is loaded with as many or
   * more, and with `samples` of at least those of training and validation together.
   */
  readonly batchSize: number;
}

/** Batches that the host makes: each is copied to the device before its step. */
export interface SourceOptions {
  /** What steps learn from. */
  readonly training: BatchSource;
  /** What the model is judged by after each epoch; it learns nothing from it. */
  readonly validation?: BatchSource;
  /** Batches that are made before they are needed, while the device works; 2 if absent. */
  readonly prefetch?: number;
}

/** Saves checkpoints somewhere. */
export interface CheckpointOptions {
  /** Called after each epoch, where the run ends, and as often as `minutes` says; training waits for it. */
  save(checkpoint: Checkpoint): void | Promise<void>;
  /** Saves within an epoch too when so many minutes have passed since the last time. */
  readonly minutes?: number;
  /** What to keep in the checkpoint for the program that trains, such as its options. */
  readonly config?: Json;
}

/** Tells how training goes within epochs. */
export interface ReportOptions<M extends TrainableSpec = TrainableSpec> {
  /**
   * How often, about. The host waits for the device once per report: at least every step, where one takes
   * longer, and at most every hundred.
   */
  readonly seconds: number;
  /** Tensors to read with each report, such as weights to look at. */
  readonly tensors?: readonly TensorName<M>[];
}

/** Captures kernels. */
export interface CaptureOptions {
  /**
   * Saves a captured kernel; tells where, for messages. Called for what `at` asks for, and for the kernel that
   * first wrote a number that is not finite.
   */
  save(capture: Capture, step: number): string | Promise<string>;
  /** Which kernel of which training step to capture, though nothing is wrong. */
  readonly at?: CaptureRequest;
}

/** What to train and for how long, wherever samples come from. */
export interface RunOptions<M extends TrainableSpec = TrainableSpec> {
  /** Its parameters and states have first values; those of `resume`, if it is given, take their place. */
  readonly model: LoadedModule<M>;
  /** At least 1; those before `resume` count too. */
  readonly epochs: number;
  /**
   * Decides the order of samples in tables, and what the model draws at random, such as what dropout drops; a
   * whole number from 0 to 2^53 - 1.
   */
  readonly seed: number;
  /** Ends the run after this many steps, at least 1, even within an epoch; those before `resume` count too. */
  readonly stepLimit?: number;
  /**
   * Early stopping: asked after each epoch, with all epochs so far; true ends the run. See
   * {@linkcode stopWithoutProgress}.
   */
  readonly stopWhen?: (history: readonly EpochEnd<MetricName<M>>[]) => boolean;
  /** Ends the run after the step in progress. */
  readonly signal?: AbortSignal;
  /** Sends a `report` every so often, and after the last step of an epoch or of the run. */
  readonly reports?: ReportOptions<M>;
  /** Saves checkpoints. */
  readonly checkpoints?: CheckpointOptions;
  /** Captures kernels. */
  readonly captures?: CaptureOptions;
  /** Goes on from a checkpoint: 2k steps give the same bits as k, a checkpoint, and k more. */
  readonly resume?: Checkpoint;
  /**
   * Where to go on when a device is lost: the same model, loaded on another one. Training fails if it is absent,
   * or gives nothing, or if a device is lost for the third time before training gets any further.
   */
  readonly onDeviceLoss?: (error: Error) => Promise<LoadedModule<M> | undefined>;
}

/** The feed of a model, after everything about the options that can be checked was checked. */
export function feedOf<M extends TrainableSpec>(
  model: LoadedModule<M>,
  options: TrainerOptions<M>,
): Feed {
  if (!isTables(options)) {
    const { training, validation, prefetch = 2 } = options;
    requireCount("prefetch", prefetch);
    requireCount("number of batches", training.batches);
    if (validation !== undefined) {
      requireCount("number of validation batches", validation.batches);
    }
    return new SourceFeed(model, training, validation, prefetch);
  }
  const { training, validation, batchSize, seed } = options;
  const { name } = model.spec;
  if (!isDrawn(model)) {
    throw new TrainingError(
      `Cannot train ${name} on tables of bytes: it has no program "draw"; declare its inputs ` +
        `x and label with .fromBytes(), or give batches.`,
    );
  }
  requireFittingData("training", training, model);
  if (validation !== undefined) requireFittingData("validation", validation, model);
  return new TableFeed(model, { training, validation, batchSize, seed });
}

/** Refuses numbers that are out of range, and models that a trainer cannot run. */
export function checkOptions<M extends TrainableSpec>(options: TrainerOptions<M>): void {
  const { model: { spec }, epochs, stepLimit, seed, checkpoints, captures, reports } = options;
  if (isTables(options)) requireCount("batch size", options.batchSize);
  requireCount("number of epochs", epochs);
  if (stepLimit !== undefined) requireCount("number of steps", stepLimit);
  if (!Number.isSafeInteger(seed) || seed < 0) {
    throw new TrainingError(`Cannot train with a seed of ${seed}: expected a whole number from 0.`);
  }
  const minutes = checkpoints?.minutes;
  if (minutes !== undefined && !(minutes > 0)) {
    throw new TrainingError(
      `Cannot save checkpoints every ${minutes} minutes: expected a number above 0.`,
    );
  }
  if (reports !== undefined) requireReports(reports, spec);
  if (captures?.at !== undefined) requireCapturable(captures.at, spec);
  batchDim(spec);
  const known = ["step", "seed"];
  for (const program of ["step", "evaluate"] as const) {
    const unknown = spec.programs[program].scalars.filter((name) => !known.includes(name));
    if (unknown.length === 0) continue;
    throw new TrainingError(
      `Cannot train ${spec.name}: its program "${program}" asks for ${
        listed(unknown)
      }, which a trainer ` +
        `does not know; run its programs yourself.`,
    );
  }
}

function requireReports<M extends TrainableSpec>(
  { seconds, tensors = [] }: ReportOptions<M>,
  spec: M,
): void {
  if (!(seconds >= 0)) {
    throw new TrainingError(
      `Cannot report every ${seconds} seconds: expected a number of at least 0.`,
    );
  }
  const unknown = tensors.filter((name) => !Object.hasOwn(spec.tensors, name));
  if (unknown.length === 0) return;
  throw new TrainingError(
    `Cannot report ${listed(unknown)}: ${spec.name} has no such tensor; give names of its tensors.`,
  );
}

function isTables(options: DataOptions): options is TableOptions {
  return "batchSize" in options;
}

function requireCount(what: string, value: number): void {
  if (Number.isSafeInteger(value) && value >= 1) return;
  throw new TrainingError(
    `Cannot train with a ${what} of ${value}: expected a whole number of at least 1.`,
  );
}

function requireFittingData(
  use: "training" | "validation",
  data: LabelledBytes,
  { spec, dims }: LoadedModule,
): void {
  if (data.count === 0) {
    throw new TrainingError(
      `Cannot train ${spec.name}: the ${use} data is empty; expected at least one sample.`,
    );
  }
  const [, ...row] = spec.tensors["x_data"]?.shape(dims) ?? [];
  const width = row.reduce((product, size) => product * size, 1);
  if (data.width !== width) {
    throw new TrainingError(
      `Cannot train ${spec.name}: a sample of the ${use} data has ${data.width} features; ` +
        `expected ${width}.`,
    );
  }
}
