/**
 * Trains one of the experiment's models.
 *
 * @module
 */
import { join } from "node:path";
import { MODELS } from "../../examples/mnist/models.ts";
import type { MnistData } from "../../examples/mnist/mnist_files.ts";
import {
  checkpointAt,
  loadCheckpoint,
  saveCheckpoint,
} from "../../runtime/files/checkpoint_folder.ts";
import { FormatError } from "../../runtime/formats/format_error.ts";
import type { LoadedModule } from "../../runtime/backend.ts";
import { openBackend } from "../../runtime/open_backend.ts";
import { initialiseModule } from "../../runtime/parameters.ts";
import type { ModuleSpec } from "../../runtime/spec.ts";
import type { Checkpoint } from "../../runtime/train/checkpoint.ts";
import type { EpochEnd, TrainerEvent } from "../../runtime/train/events.ts";
import { Trainer } from "../../runtime/train/trainer.ts";
import type { ExperimentOptions } from "./options.ts";
import { asWrittenModule } from "./as_written.ts";
import type { Epoch, ExperimentRun, Variant } from "./results.ts";

/** Samples per step, as in the experiment of 2016. */
export const BATCH = 100;

/** Where checkpoints of runs lie, so that an interrupted experiment goes on. */
const RUNS = ".tilewright/experiment";

type Spec = typeof MODELS.shared | typeof MODELS.original;

/** The module of a model. */
async function moduleOf(variant: Variant): Promise<Spec> {
  return variant === "as-written" ? await asWrittenModule() : MODELS[variant];
}

/** A training and where it ran, in words. */
export interface Trained {
  readonly run: ExperimentRun;
  readonly place: string;
}

/**
 * Trains a model from a seed, or goes on where the last attempt ended.
 *
 * @param tell called with every event
 */
export async function trainVariant(
  variant: Variant,
  seed: number,
  options: ExperimentOptions,
  data: MnistData,
  tell: (event: TrainerEvent<"accuracy">) => void,
): Promise<Trained> {
  const { backend, reason: place } = await openBackend(options);
  try {
    const dims = { B: BATCH, samples: data.training.count + data.validation.count };
    const model = await backend.load(await moduleOf(variant), dims);
    initialiseModule(model, dims, seed);
    const { name: where, threads } = backend.info;
    const folder = join(RUNS, `${variant}-${seed}-${where}-${threads}`);
    const resume = await lastCheckpoint(folder, model.spec);
    const epochs: EpochEnd<"accuracy">[] = [...historyOf(resume)];
    const trainer = new Trainer({
      model,
      ...data,
      batchSize: BATCH,
      epochs: options.epochs,
      seed,
      checkpoints: { save: (moment) => saveCheckpoint(folder, moment) },
      ...(resume === undefined ? {} : { resume }),
    });
    for await (const event of trainer.run()) {
      tell(event);
      if (event.kind === "epoch_end") epochs.push(event);
    }
    const counted = epochs.slice(0, options.epochs).map(essence);
    return { run: { variant, seed, ...costOf(model), epochs: counted }, place };
  } finally {
    await backend.dispose();
  }
}

/** The checkpoint of the last attempt, unless there is none or it is of another declaration. */
async function lastCheckpoint(
  folder: string,
  { declaration }: ModuleSpec,
): Promise<Checkpoint | undefined> {
  try {
    const checkpoint = await loadCheckpoint(await checkpointAt(folder));
    return checkpoint.declaration === declaration ? checkpoint : undefined;
  } catch (error) {
    if (error instanceof FormatError) return undefined;
    throw error;
  }
}

/** The epochs of a checkpoint of these models, which have an accuracy. */
function historyOf(checkpoint: Checkpoint | undefined): readonly EpochEnd<"accuracy">[] {
  return (checkpoint?.history ?? []) as readonly EpochEnd<"accuracy">[];
}

function essence({ epoch, elapsedSeconds, main, validation }: EpochEnd<"accuracy">): Epoch {
  return { epoch, elapsedSeconds, main, validation };
}

/** How many numbers a model trains, and what a step costs. */
function costOf({ spec, dims }: LoadedModule): Pick<ExperimentRun, "parameters" | "flops"> {
  const sum = (numbers: readonly number[]) => numbers.reduce((a, b) => a + b, 0);
  const sizes = Object.values(spec.tensors).filter(({ kind }) => kind === "parameter")
    .map((tensor) => tensor.shape(dims).reduce((a, b) => a * b, 1));
  const kernels = spec.programs["step"]?.kernels ?? [];
  return { parameters: sum(sizes), flops: sum(kernels.map((kernel) => kernel.flops(dims))) };
}
