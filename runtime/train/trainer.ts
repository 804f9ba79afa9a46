/**
 * Trains a loaded model on labelled data and tells about it. Knows no device: every backend's
 * {@linkcode LoadedModule} will do.
 *
 * All samples are copied to the device once. A step queues two runs, one that draws a batch there and one
 * that learns from it: nothing is uploaded and nothing is read back. The host waits for the device only
 * after the first step, once every hundred steps (so that the queue stays short) and at the end of an
 * epoch, where every parameter is read and found to be finite.
 *
 * @module
 */
import type { LoadedModule } from "../backend.ts";
import { batchCount } from "../data/batches.ts";
import type { LabelledBytes } from "../data/labelled_bytes.ts";
import type { Done, Means, Progress, TrainerEvent } from "./events.ts";
import { checkParameters } from "./finite.ts";
import { SampleTables } from "./tables.ts";
import { Totals, type TrainableSpec } from "./totals.ts";
import { TrainingError } from "./training_error.ts";

/** What to train, on what, and for how long. */
export interface TrainerOptions {
  /**
   * Loaded with a batch of at least `batchSize`, and with `samples` of at least those of training and
   * validation together; its parameters and states have first values.
   */
  readonly model: LoadedModule<TrainableSpec>;
  /** What steps learn from. */
  readonly training: LabelledBytes;
  /** What the model is judged by after each epoch; it learns nothing from it. */
  readonly validation: LabelledBytes;
  /** Samples per step, at least 1; the last batch of an epoch may hold fewer. */
  readonly batchSize: number;
  /** At least 1. */
  readonly epochs: number;
  /**
   * Decides the order of samples in every epoch, and what a model draws at random, as dropouts do, for which
   * its lower 32 bits count; a whole number from 0 to 2^53 - 1.
   */
  readonly seed: number;
  /** Ends the run after this many steps, at least 1, even within an epoch. */
  readonly stepLimit?: number;
  /** Ends the run after the step in progress. */
  readonly signal?: AbortSignal;
}

/** Runs that may be queued before the host waits for the device. */
const RUNS_BETWEEN_READS = 100;
/** After this time the event loop gets a turn: for timers, signals and the screen. */
const TURN_MILLISECONDS = 50;

/**
 * One training run.
 *
 * @example A run that prints one line per epoch
 * ```ts ignore
 * const trainer = new Trainer({ model, training, validation, batchSize: 100, epochs: 5, seed: 1 });
 * for await (const event of trainer.run()) {
 *   if (event.kind === "epoch_end") console.log(event.epoch, event.main.loss);
 * }
 * ```
 */
export class Trainer {
  readonly #options: TrainerOptions;
  readonly #totals: Totals;
  readonly #tables: SampleTables;
  /** Batches of an epoch. */
  readonly #batches: number;
  readonly #totalSteps: number;
  /** Values of each program's call dims and scalars; the same objects for every run. */
  readonly #values: Readonly<Record<"step" | "evaluate", Record<string, number>>>;
  /** Training steps queued since the start of the run. */
  #step = 0;
  #hasRun = false;
  #startedAt = 0;
  #turnAt = 0;

  /**
   * Prepares a run.
   *
   * @throws {TrainingError} if a number is out of range, a data set is empty or does not fit
   */
  constructor(options: TrainerOptions) {
    requireCount("batch size", options.batchSize);
    requireCount("number of epochs", options.epochs);
    if (options.stepLimit !== undefined) requireCount("number of steps", options.stepLimit);
    requireFittingData("training", options.training, options);
    requireFittingData("validation", options.validation, options);
    this.#options = options;
    this.#values = valuesOf(options);
    this.#totals = new Totals(options.model);
    this.#tables = new SampleTables(options.model, options.training, options.validation);
    this.#batches = batchCount(options.training.count, options.batchSize);
    this.#totalSteps = Math.min(options.stepLimit ?? Infinity, options.epochs * this.#batches);
  }

  /**
   * Copies the samples to the device, and trains; the time of training begins after the copy. The
   * iteration ends after the `done` event; leaving it early stops training too.
   *
   * @throws {TrainingError} if a loss or a parameter is not finite, or if this trainer has run before
   * @throws whatever reading the samples throws, and whatever the backend reports for a failed run
   */
  async *run(): AsyncGenerator<TrainerEvent, void, void> {
    if (this.#hasRun) throw new TrainingError("A trainer can run only once.");
    this.#hasRun = true;
    this.#totals.clear();
    if (!this.#cancelled) await this.#tables.fill();
    this.#startedAt = this.#turnAt = performance.now();
    for (let epoch = 1; this.#step < this.#totalSteps && !this.#cancelled; epoch++) {
      yield* this.#epoch(epoch);
    }
    const seconds = this.#seconds();
    yield { kind: "done", reason: this.#outcome(), steps: this.#step, seconds };
  }

  async *#epoch(epoch: number): AsyncGenerator<TrainerEvent, void, void> {
    const { seed } = this.#options;
    const before = this.#seconds();
    const planned = Math.min(this.#batches, this.#totalSteps - this.#step);
    yield { kind: "epoch_start", epoch, steps: planned };
    this.#tables.shuffle(seed, epoch);
    const steps = yield* this.#train(epoch, planned);
    if (steps === 0) return;
    await checkParameters(this.#options.model, `after epoch ${epoch}, step ${this.#step}`);
    const main = this.#totals.take();
    const validation = yield* this.#validate(epoch);
    const elapsedSeconds = this.#seconds();
    const seconds = elapsedSeconds - before;
    yield { kind: "epoch_end", epoch, steps, seconds, elapsedSeconds, main, validation };
  }

  /** Takes up to `planned` steps; returns how many it took. Their totals are drained. */
  async *#train(epoch: number, planned: number): AsyncGenerator<TrainerEvent, number, void> {
    const { model, training } = this.#options;
    let taken = 0, drained = 0;
    while (taken < planned && !this.#cancelled) {
      this.#step++;
      if (this.#values.step.step !== undefined) this.#values.step.step = this.#step;
      this.#queue("step", taken, 0, training.count);
      taken++;
      if (this.#step === 1) {
        await model.read("loss_total");
        yield { kind: "first_step", seconds: performance.now() / 1000 };
      }
      if (taken - drained === RUNS_BETWEEN_READS) {
        await this.#totals.drain(describeSteps(epoch, drained, taken));
        drained = taken;
      }
      if (this.#turnIsDue()) {
        yield this.#progress("training", epoch, taken, planned);
        await this.#turn();
      }
    }
    if (taken > drained) await this.#totals.drain(describeSteps(epoch, drained, taken));
    return taken;
  }

  /** Judges all validation data; null if cancelled before the end. */
  async *#validate(epoch: number): AsyncGenerator<TrainerEvent, Means | null, void> {
    const { count } = this.#options.validation;
    const batches = batchCount(count, this.#options.batchSize);
    const where = `on validation data after epoch ${epoch}, step ${this.#step}`;
    for (let index = 0; index < batches; index++) {
      if (this.#cancelled) return null;
      this.#queue("evaluate", index, this.#tables.validationStart, count);
      if ((index + 1) % RUNS_BETWEEN_READS === 0) await this.#totals.drain(where);
      if (this.#turnIsDue()) {
        yield this.#progress("validation", epoch, index + 1, batches);
        await this.#turn();
      }
    }
    await this.#totals.drain(where);
    return this.#totals.take();
  }

  /** Draws batch `index` of the `count` samples that begin at `first` in the order, and runs a program. */
  #queue(program: "step" | "evaluate", index: number, first: number, count: number): void {
    const { model, batchSize } = this.#options;
    const start = index * batchSize;
    const size = Math.min(batchSize, count - start);
    this.#tables.draw(first + start, size);
    this.#values[program].B = size;
    model.run(program, this.#values[program]);
    this.#totals.count(size);
  }

  get #cancelled(): boolean {
    return this.#options.signal?.aborted ?? false;
  }

  #outcome(): Done["reason"] {
    if (this.#cancelled) return "cancelled";
    const finished = this.#step === this.#options.epochs * this.#batches;
    return finished ? "finished" : "step_limit";
  }

  #progress(
    phase: Progress["phase"],
    epoch: number,
    batches: number,
    batchesInPhase: number,
  ): Progress {
    const step = this.#step;
    const totalSteps = this.#totalSteps;
    const seconds = this.#seconds();
    return { kind: "progress", phase, epoch, batches, batchesInPhase, step, totalSteps, seconds };
  }

  #seconds(): number {
    return (performance.now() - this.#startedAt) / 1000;
  }

  #turnIsDue(): boolean {
    return performance.now() - this.#turnAt >= TURN_MILLISECONDS;
  }

  async #turn(): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve, 0));
    this.#turnAt = performance.now();
  }
}

/** The values of each program's runs: the batch, and those scalars that it asks for and a trainer knows. */
function valuesOf(
  { model, seed }: TrainerOptions,
): Readonly<Record<"step" | "evaluate", Record<string, number>>> {
  const known: Readonly<Record<string, number>> = { step: 0, seed: seed >>> 0 };
  const values = (program: "step" | "evaluate"): Record<string, number> => {
    const asked = model.spec.programs[program].scalars.filter((name) => Object.hasOwn(known, name));
    return { B: 0, ...Object.fromEntries(asked.map((name) => [name, known[name] ?? 0])) };
  };
  return { step: values("step"), evaluate: values("evaluate") };
}

function describeSteps(epoch: number, before: number, last: number): string {
  return `in epoch ${epoch}, steps ${before + 1} to ${last}`;
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
  { model, batchSize }: TrainerOptions,
): void {
  if (data.count === 0) {
    throw new TrainingError(
      `Cannot train ${model.spec.name}: the ${use} data is empty; expected at least one sample.`,
    );
  }
  const [, ...row] = model.spec.tensors.x_data.shape({ B: batchSize, samples: data.count });
  const width = row.reduce((product, size) => product * size, 1);
  if (data.width !== width) {
    throw new TrainingError(
      `Cannot train ${model.spec.name}: a sample of the ${use} data has ${data.width} features; ` +
        `expected ${width}.`,
    );
  }
}
