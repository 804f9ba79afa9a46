/**
 * The training of one of the experiment's models, epoch by epoch.
 *
 * @module
 */
import { rm } from "node:fs/promises";
import { join, resolve } from "node:path";
import type { MnistData } from "../../examples/mnist/mnist_files.ts";
import { MODELS } from "../../examples/mnist/models.ts";
import type { Backend, LoadedModule } from "../../runtime/backend.ts";
import {
  checkpointAt,
  loadCheckpoint,
  saveCheckpoint,
} from "../../runtime/files/checkpoint_folder.ts";
import { FormatError } from "../../runtime/formats/format_error.ts";
import { openBackend } from "../../runtime/open_backend.ts";
import { initialiseModule } from "../../runtime/parameters.ts";
import type { ModuleSpec } from "../../runtime/spec.ts";
import type { Checkpoint } from "../../runtime/train/checkpoint.ts";
import type { EpochEnd, TrainerEvent } from "../../runtime/train/events.ts";
import { Trainer } from "../../runtime/train/trainer.ts";
import { asWrittenModule } from "./as_written.ts";
import type { ExperimentOptions } from "./options.ts";
import type { Epoch, ExperimentRun, Variant } from "./results.ts";

/** Samples per step, as in the experiment of 2016. */
export const BATCH = 100;

/** Where checkpoints of runs lie while an experiment is under way, so that an interrupted one goes on. */
const RUNS = ".tilewright/experiment";

type Spec = typeof MODELS.shared | typeof MODELS.original;

/** A training that is under way. */
export class VariantRun {
  /** Which model. */
  readonly variant: Variant;
  /** Where it runs, in words. */
  readonly place: string;
  readonly #seed: number;
  readonly #epochCount: number;
  readonly #folder: string;
  readonly #backend: Backend;
  readonly #model: LoadedModule<Spec>;
  readonly #events: AsyncGenerator<TrainerEvent<"accuracy">, void, void>;
  readonly #epochs: EpochEnd<"accuracy">[];

  private constructor(
    variant: Variant,
    seed: number,
    parts: {
      readonly epochCount: number;
      readonly folder: string;
      readonly backend: Backend;
      readonly place: string;
      readonly model: LoadedModule<Spec>;
      readonly trainer: Trainer<Spec>;
      readonly before: readonly EpochEnd<"accuracy">[];
    },
  ) {
    this.variant = variant;
    this.place = parts.place;
    this.#seed = seed;
    this.#epochCount = parts.epochCount;
    this.#folder = parts.folder;
    this.#backend = parts.backend;
    this.#model = parts.model;
    this.#events = parts.trainer.run();
    this.#epochs = [...parts.before];
  }

  /**
   * Loads a model with the first weights of a seed, or as it was when an attempt was interrupted.
   *
   * @param runs the folder that checkpoints lie in
   */
  static async open(
    variant: Variant,
    seed: number,
    options: Pick<ExperimentOptions, "epochs" | "backend" | "threads" | "data">,
    data: MnistData,
    runs = RUNS,
  ): Promise<VariantRun> {
    const spec = variant === "as-written" ? await asWrittenModule() : MODELS[variant];
    const { backend, reason: place } = await openBackend(options);
    const dims = { B: BATCH, samples: data.training.count + data.validation.count };
    const model = await backend.load<Spec>(spec, dims);
    initialiseModule(model, dims, seed);
    const { name, threads } = backend.info;
    const folder = join(runs, `${variant}-${seed}-${name}-${threads}`);
    const source = options.data === undefined ? null : resolve(options.data);
    const resume = await lastCheckpoint(folder, spec, source);
    const { epochs: epochCount } = options;
    const trainer = new Trainer({
      model,
      ...data,
      batchSize: BATCH,
      epochs: epochCount,
      seed,
      checkpoints: { save: (moment) => saveCheckpoint(folder, moment), config: source },
      ...(resume === undefined ? {} : { resume }),
    });
    const before = historyOf(resume);
    const parts = { epochCount, folder, backend, place, model, trainer, before };
    return new VariantRun(variant, seed, parts);
  }

  /** Epochs that are over. */
  get epochs(): number {
    return this.#epochs.length;
  }

  /**
   * Trains for an epoch, and saves a checkpoint; `undefined` if all are over.
   *
   * @param tell called with every event
   */
  async nextEpoch(
    tell: (event: TrainerEvent<"accuracy">) => void,
  ): Promise<EpochEnd<"accuracy"> | undefined> {
    let end: EpochEnd<"accuracy"> | undefined;
    for (;;) {
      const { done, value } = await this.#events.next();
      if (done === true) return end;
      tell(value);
      if (value.kind === "epoch_end") this.#epochs.push(end = value);
      if (value.kind === "checkpoint") return end;
    }
  }

  /** What was measured so far. */
  get result(): ExperimentRun {
    const epochs = this.#epochs.slice(0, this.#epochCount).map(essence);
    return { variant: this.variant, seed: this.#seed, ...costOf(this.#model), epochs };
  }

  /** Removes the checkpoint, if no more epochs are in it than were asked for: the next attempt measures anew. */
  async forget(): Promise<void> {
    if (this.epochs <= this.#epochCount) await rm(this.#folder, { recursive: true, force: true });
  }

  /** Gives memory and threads back. */
  async close(): Promise<void> {
    await this.#events.return();
    await this.#backend.dispose();
  }
}

/** The checkpoint of an interrupted attempt, unless it is of another declaration or other data. */
async function lastCheckpoint(
  folder: string,
  { declaration }: ModuleSpec,
  source: string | null,
): Promise<Checkpoint | undefined> {
  try {
    const checkpoint = await loadCheckpoint(await checkpointAt(folder));
    const isSame = checkpoint.declaration === declaration && checkpoint.config === source;
    return isSame ? checkpoint : undefined;
  } catch (error) {
    if (error instanceof FormatError) return undefined;
    throw error;
  }
}

/** The epochs of a checkpoint of these models, which have an accuracy. */
function historyOf(checkpoint: Checkpoint | undefined): readonly EpochEnd<"accuracy">[] {
  return (checkpoint?.history ?? []) as readonly EpochEnd<"accuracy">[];
}

function essence({ epoch, seconds, main, validation }: EpochEnd<"accuracy">): Epoch {
  return { epoch, seconds, main, validation };
}

/** How many numbers a model trains, and what a step costs. */
function costOf({ spec, dims }: LoadedModule): Pick<ExperimentRun, "parameters" | "flops"> {
  const sum = (numbers: readonly number[]) => numbers.reduce((a, b) => a + b, 0);
  const sizes = Object.values(spec.tensors).filter(({ kind }) => kind === "parameter")
    .map((tensor) => tensor.shape(dims).reduce((a, b) => a * b, 1));
  const kernels = spec.programs["step"]?.kernels ?? [];
  return { parameters: sum(sizes), flops: sum(kernels.map((kernel) => kernel.flops(dims))) };
}
