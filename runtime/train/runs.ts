/**
 * Runs the programs of a model on its batches, one by one.
 *
 * @module
 */
import type { LoadedModule } from "../backend.ts";
import type { Checkpoint } from "./checkpoint.ts";
import type { Feed } from "./feed.ts";
import { writeArrays } from "./model_arrays.ts";
import { batchDim } from "./tables.ts";
import { Totals, type TrainableSpec } from "./totals.ts";
import { feedOf, type TrainerOptions } from "./trainer_options.ts";

/** The programs that work on batches. */
export type BatchProgram = "step" | "evaluate";

/** A model on its device, with what feeds it and what sums its losses. */
export class Runs<M extends TrainableSpec> {
  /** What runs. */
  readonly model: LoadedModule<M>;
  /** Where its batches come from. */
  readonly feed: Feed;
  /** The sums of its losses and metrics. */
  readonly totals: Totals<M>;
  readonly #batchDim: string;
  /** Values of each program's call dims and scalars; the same objects for every run. */
  readonly #values: Readonly<Record<BatchProgram, Record<string, number>>>;

  /** @throws {TrainingError} if the data does not fit the model */
  constructor(model: LoadedModule<M>, options: TrainerOptions<M>) {
    this.model = model;
    this.feed = feedOf(model, options);
    this.totals = new Totals(model);
    this.#batchDim = batchDim(model.spec);
    const first = (program: BatchProgram) =>
      firstValues(model.spec.programs[program].scalars, options);
    this.#values = { step: first("step"), evaluate: first("evaluate") };
  }

  /** Brings the model to a moment that was kept. */
  restore({ tensors, sums }: Checkpoint): void {
    writeArrays(this.model, tensors, ["parameter", "state"], "The checkpoint");
    this.totals.resume(sums);
  }

  /**
   * What a run is given.
   *
   * @param size samples of the batch
   * @param step counted from 1; of an evaluation, steps taken before it
   */
  values(program: BatchProgram, size: number, step: number): Readonly<Record<string, number>> {
    const values = this.#values[program];
    values[this.#batchDim] = size;
    if (values["step"] !== undefined) values["step"] = step;
    return values;
  }

  /** Queues a run of a program on the batch that is before the model. */
  queue(program: BatchProgram, size: number, step: number): void {
    this.model.run(program, this.values(program, size, step));
    this.totals.count(size);
  }
}

/** The scalars that a program takes, of those that a trainer knows: the seed in 32 bits, as devices take it. */
function firstValues(
  scalars: readonly string[],
  { seed }: { readonly seed: number },
): Record<string, number> {
  const known = Object.entries({ step: 0, seed: seed % 2 ** 32 });
  return Object.fromEntries(known.filter(([name]) => scalars.includes(name)));
}
