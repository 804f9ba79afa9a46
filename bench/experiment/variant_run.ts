/**
 * The training of one of the experiment's models, epoch by epoch.
 *
 * @module
 */
import { join } from "node:path";
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

/** Where checkpoints of runs lie, so that an interrupted experiment goes on. */
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
  readonly #backend: Backend;
  readonly #model: LoadedModule<Spec>;
  readonly #events: AsyncGenerator<TrainerEvent<"accuracy">, void, void>;
  readonly #epochs: EpochEnd<"accuracy">[];

  private constructor(
    variant: Variant,
    seed: number,
    parts: {
      readonly epochCount: number;
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
    this.#backend = parts.backend;
    this.#model = parts.model;
    this.#events = parts.trainer.run();
    this.#epochs = [...parts.before];
  }

  /** Loads a model with the first weights of a seed, or as it was when the last attempt ended. */
  static async open(
    variant: Variant,
    seed: number,
    options: ExperimentOptions,
    data: MnistData,
  ): Promise<VariantRun> {
    const spec = variant === "as-written" ? await asWrittenModule() : MODELS[variant];
    const { backend, reason: place } = await openBackend(options);
    const dims = { B: BATCH, samples: data.training.count + data.validation.count };
    const model = await backend.load<Spec>(spec, dims);
    initialiseModule(model, dims, seed);
    const { name, threads } = backend.info;
    const folder = join(RUNS, `${variant}-${seed}-${name}-${threads}`);
    const resume = await lastCheckpoint(folder, spec);
    const { epochs: epochCount } = options;
    const trainer = new Trainer({
      model,
      ...data,
      batchSize: BATCH,
      epochs: epochCount,
      seed,
      checkpoints: { save: (moment) => saveCheckpoint(folder, moment) },
      ...(resume === undefined ? {} : { resume }),
    });
    const before = historyOf(resume);
    return new VariantRun(variant, seed, { epochCount, backend, place, model, trainer, before });
  }

  /** Epochs that are over. */
  get epochs(): number {
    return this.#epochs.length;
  }

  /**
   * Trains for an epoch; `undefined` if all are over.
   *
   * @param tell called with every event
   */
  async nextEpoch(
    tell: (event: TrainerEvent<"accuracy">) => void,
  ): Promise<EpochEnd<"accuracy"> | undefined> {
    for (;;) {
      const { done, value } = await this.#events.next();
      if (done === true) return undefined;
      tell(value);
      if (value.kind !== "epoch_end") continue;
      this.#epochs.push(value);
      return value;
    }
  }

  /** What was measured so far. */
  get result(): ExperimentRun {
    const epochs = this.#epochs.slice(0, this.#epochCount).map(essence);
    return { variant: this.variant, seed: this.#seed, ...costOf(this.#model), epochs };
  }

  /** Gives memory and threads back. */
  async close(): Promise<void> {
    await this.#events.return();
    await this.#backend.dispose();
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
