/**
 * Trains a loaded model and tells about it. Knows no device: every backend's {@linkcode LoadedModule} will do.
 *
 * A step queues its batch and a run that learns from it. Nothing is read back: the host waits for the device
 * only after the first step, for each report that is asked for, once every hundred steps (so that the queue
 * stays short) and at the end of an epoch, where parameters and states are read, found to be finite, and kept, so that training can go on from
 * there.
 *
 * @module
 */
import { DeviceLostError } from "../device_lost.ts";
import type { NamedArrays } from "../formats/named_array.ts";
import { captureKernel } from "./capture.ts";
import {
  type Checkpoint,
  isSamePosition,
  type Position,
  requireSameTraining,
  type RunSettings,
} from "./checkpoint.ts";
import { Clock } from "./clock.ts";
import { lossError } from "./device_loss.ts";
import type {
  Callbacks,
  DeviceLost,
  Done,
  EpochEnd,
  KernelCaptured,
  Means,
  Progress,
  TrainerEvent,
} from "./events.ts";
import type { Batches, Use } from "./feed.ts";
import { findFault, findValidationFault } from "./fault.ts";
import { faultError } from "./fault_error.ts";
import { requireFinite } from "./finite.ts";
import { readArrays } from "./model_arrays.ts";
import { Reports } from "./reports.ts";
import { type BatchProgram, Runs } from "./runs.ts";
import type { MetricName, TrainableSpec } from "./totals.ts";
import { checkOptions, type TrainerOptions } from "./trainer_options.ts";
import { NotFiniteError, TrainingError } from "./training_error.ts";

/** Runs that may be queued before the host waits for the device. */
const RUNS_BETWEEN_READS = 100;
/** A device that is lost so often after the same moment is lost by what it is given to do. */
const MOST_LOSSES = 3;

/** What a part of training tells, and what it results in. */
export type Events<M extends TrainableSpec, R = void> = AsyncGenerator<
  TrainerEvent<MetricName<M>>,
  R,
  void
>;

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
export class Trainer<M extends TrainableSpec = TrainableSpec> {
  readonly #options: TrainerOptions<M>;
  readonly #settings: RunSettings;
  readonly #totalSteps: number;
  /** Undefined where none are wanted. */
  readonly #reports: Reports<M> | undefined;
  #runs: Runs<M>;
  #position: Position = { epoch: 1, batch: 0, step: 0 };
  #history: readonly EpochEnd<MetricName<M>>[] = [];
  /** The last moment that training can go on from. */
  #kept: Checkpoint | undefined;
  #saved: Position | undefined;
  /** Where training went on after the last loss of a device, and how often it did there. */
  #lost: { readonly position: Position; readonly times: number } | undefined;
  #phase: Use = "training";
  #hasRun = false;
  /** Steps that this run has taken. */
  #taken = 0;
  #clock = new Clock(0);

  /**
   * Prepares a run.
   *
   * @throws {TrainingError} if a number is out of range, if data is empty or does not fit, or if `resume` is of
   * another training
   */
  constructor(options: TrainerOptions<M>) {
    checkOptions(options);
    const { model, epochs, stepLimit = Infinity, seed, reports, resume } = options;
    this.#options = options;
    this.#runs = new Runs(model, options);
    const batches = this.#runs.feed.batches.training;
    const batchSize = "batchSize" in options ? { batchSize: options.batchSize } : {};
    this.#settings = { seed, batches, ...batchSize };
    this.#totalSteps = Math.min(stepLimit, epochs * batches);
    this.#reports = reports && new Reports(reports);
    if (resume === undefined) return;
    requireSameTraining(resume, model.spec, this.#settings);
    this.#kept = resume;
    this.#saved = resume.position;
  }

  /**
   * Copies samples to the device, and trains; the time of training begins after the copy. The iteration ends
   * after the `done` event; leaving it early stops training too.
   *
   * @throws {TrainingError} if a loss or a parameter is not finite, if the device is lost, or if this trainer has
   * run before
   * @throws whatever reading the samples or saving a checkpoint throws, and whatever the backend reports for a
   * failed run
   */
  async *run(): Events<M> {
    if (this.#hasRun) throw new TrainingError("A trainer can run only once.");
    this.#hasRun = true;
    if (this.#kept === undefined) {
      this.#runs.totals.clear();
    } else {
      this.#goBack(this.#kept);
    }
    let outcome = this.#outcome();
    if (outcome === undefined) await this.#runs.feed.fill();
    this.#clock = new Clock(this.#kept?.seconds ?? 0);
    while (outcome === undefined) {
      try {
        yield* this.#epoch();
      } catch (error) {
        if (error instanceof NotFiniteError) throw await this.#explained(error);
        if (!(error instanceof DeviceLostError)) throw error;
        yield await this.#moveOn(error);
      }
      outcome = this.#outcome();
    }
    const { step: steps } = this.#position;
    yield { kind: "done", reason: outcome, steps, seconds: this.#clock.runSeconds };
  }

  /**
   * Trains, and calls back.
   *
   * @returns how it ended
   * @throws what {@linkcode Trainer.run} and the callbacks throw
   */
  async train(callbacks: Callbacks<MetricName<M>> = {}): Promise<Done> {
    let done: Done | undefined;
    for await (const event of this.run()) {
      if (event.kind === "done") done = event;
      // The callback that goes by an event's kind takes such events.
      await (callbacks[event.kind] as ((event: TrainerEvent) => unknown) | undefined)?.(event);
    }
    if (done === undefined) throw new TrainingError("Training ended without an outcome.");
    return done;
  }

  async *#epoch(): Events<M> {
    const { feed: { batches }, totals, model } = this.#runs;
    const { epoch, batch, step } = this.#position;
    const before = this.#clock.seconds;
    const planned = Math.max(0, Math.min(batches.training - batch, this.#totalSteps - step));
    yield { kind: "epoch_start", epoch, steps: planned };
    this.#kept ??= this.#checkpoint(await this.#read());
    yield* this.#train(planned);
    const { batch: steps, step: last } = this.#position;
    if (steps < batches.training) {
      yield* this.#save();
      if (steps === batch) return;
    }
    if (steps % RUNS_BETWEEN_READS !== 0) await totals.drain(describeSteps(epoch, steps));
    const { sums } = totals;
    const tensors = await this.#read();
    requireFinite(model.spec, tensors, `after epoch ${epoch}, step ${last}`);
    const main = totals.take();
    const validation = yield* this.#validate();
    const elapsedSeconds = this.#clock.seconds;
    const seconds = elapsedSeconds - before;
    const end = {
      kind: "epoch_end",
      epoch,
      steps,
      seconds,
      elapsedSeconds,
      main,
      validation,
    } as const;
    if (steps === batches.training) {
      const isJudged = validation !== null || batches.validation === 0;
      if (isJudged) {
        this.#history = [...this.#history, end];
        this.#position = { epoch: epoch + 1, batch: 0, step: last };
      } else {
        totals.resume(sums);
      }
      this.#kept = this.#checkpoint(tensors);
    }
    yield end;
    if (steps === batches.training) yield* this.#save();
  }

  /** Takes up to `planned` steps. */
  async *#train(planned: number): Events<M> {
    const { model, feed, totals } = this.#runs;
    const { epoch, batch: first } = this.#position;
    const { minutes = Infinity } = this.#options.checkpoints ?? {};
    const reports = this.#reports;
    await reports?.begin(this.#runs, this.#position);
    const batches = feed.open("training", epoch, first);
    this.#phase = "training";
    try {
      for (let taken = 1; taken <= planned && !this.#isCancelled; taken++) {
        const captured = await this.#next(batches, "step");
        if (captured !== undefined) yield captured;
        if (++this.#taken === 1) {
          await model.read("loss_total");
          yield { kind: "first_step", seconds: performance.now() / 1000 };
        }
        const { batch } = this.#position;
        if (batch % RUNS_BETWEEN_READS === 0) await totals.drain(describeSteps(epoch, batch));
        if (reports?.step()) yield await reports.tell(this.#runs, this.#position, this.#clock);
        if (this.#clock.saveIsDue(minutes)) yield* this.#save();
        if (this.#clock.turnIsDue) {
          yield this.#progress("training", batch);
          await this.#clock.turn();
        }
      }
      if (reports?.isBehind) yield await reports.tell(this.#runs, this.#position, this.#clock);
    } finally {
      await batches.close();
    }
  }

  /** Judges all validation data; null if there is none, or if cancelled before the end. */
  async *#validate(): Events<M, Means<MetricName<M>> | null> {
    const { feed, totals } = this.#runs;
    const { epoch, step } = this.#position;
    const count = feed.batches.validation;
    if (count === 0) return null;
    const where = `on validation data after epoch ${epoch}, step ${step}`;
    const batches = feed.open("validation", epoch, 0);
    this.#phase = "validation";
    try {
      for (let done = 1; done <= count; done++) {
        if (this.#isCancelled) return null;
        await this.#next(batches, "evaluate");
        if (done % RUNS_BETWEEN_READS === 0) await totals.drain(where);
        if (this.#clock.turnIsDue) {
          yield this.#progress("validation", done);
          await this.#clock.turn();
        }
      }
    } finally {
      await batches.close();
    }
    await totals.drain(where);
    return totals.take();
  }

  /** Queues a program on the next batch; a step of which a kernel is to be captured is run at once. */
  async #next(batches: Batches, program: BatchProgram): Promise<KernelCaptured | undefined> {
    const size = await batches.next();
    const { epoch, batch, step } = this.#position;
    if (program === "step") this.#position = { epoch, batch: batch + 1, step: step + 1 };
    const { captures } = this.#options;
    if (program === "evaluate" || captures?.at?.step !== step + 1) {
      this.#runs.queue(program, size, this.#position.step);
      return undefined;
    }
    const { kernel } = captures.at;
    const { model, totals } = this.#runs;
    const values = this.#runs.values(program, size, step + 1);
    const place = await captures.save(
      await captureKernel(model, program, values, kernel),
      step + 1,
    );
    totals.count(size);
    return { kind: "captured", kernel, step: step + 1, place };
  }

  /** Parameters and states as they are now. */
  #read(): Promise<NamedArrays> {
    return readArrays(this.#runs.model, ["parameter", "state"]);
  }

  /** This moment, for a trainer to go on from. */
  #checkpoint(tensors: NamedArrays): Checkpoint {
    const { name, declaration } = this.#runs.model.spec;
    return {
      module: name,
      declaration,
      position: this.#position,
      settings: this.#settings,
      sums: this.#runs.totals.sums,
      seconds: this.#clock.seconds,
      history: this.#history,
      config: this.#options.checkpoints?.config ?? null,
      tensors,
    };
  }

  /** Saves this moment, unless it is saved already or none are wanted; never one that is spoilt. */
  async *#save(): Events<M> {
    const { checkpoints } = this.#options;
    const position = this.#position;
    if (checkpoints === undefined || isSamePosition(position, this.#saved)) return;
    const before = performance.now();
    if (this.#kept === undefined || !isSamePosition(position, this.#kept.position)) {
      const tensors = await this.#read();
      requireFinite(this.#runs.model.spec, tensors, `after step ${position.step}`);
      this.#kept = this.#checkpoint(tensors);
    }
    await this.#put(this.#kept);
    this.#clock.saved();
    yield { kind: "checkpoint", position, seconds: (performance.now() - before) / 1000 };
  }

  /** Puts a moment where checkpoints are saved, if they are. */
  async #put(moment: Checkpoint): Promise<void> {
    const { checkpoints } = this.#options;
    if (checkpoints === undefined) return;
    await checkpoints.save(moment);
    this.#saved = moment.position;
  }

  /** Brings the model, and this trainer, back to a moment that was kept. */
  #goBack(kept: Checkpoint): void {
    this.#runs.restore(kept);
    this.#position = kept.position;
    // It is of the same declaration, which has the same metrics.
    this.#history = kept.history as readonly EpochEnd<MetricName<M>>[];
  }

  /** After the loss of a device: goes on from the last moment that was kept on another one, or fails. */
  async #moveOn(error: DeviceLostError): Promise<DeviceLost> {
    const { onDeviceLoss } = this.#options;
    const kept = this.#kept;
    if (kept === undefined) throw error;
    const { position } = kept;
    const failures: unknown[] = [];
    const note = (thrown: unknown) => void failures.push(thrown);
    const times = isSamePosition(position, this.#lost?.position) ? (this.#lost?.times ?? 0) + 1 : 1;
    this.#lost = { position, times };
    const model = times < MOST_LOSSES ? await onDeviceLoss?.(error).catch(note) : undefined;
    if (model === undefined) {
      if (!isSamePosition(position, this.#saved)) await this.#put(kept).catch(note);
      throw lossError(error, this.#position, this.#saved, failures);
    }
    requireSameTraining(kept, model.spec, this.#settings);
    this.#runs = new Runs(model, this.#options);
    this.#goBack(kept);
    await this.#runs.feed.fill();
    return { kind: "device_lost", message: error.message, position };
  }

  /** The error with what is found out when the same steps are taken again. */
  async #explained({ message }: NotFiniteError): Promise<NotFiniteError> {
    const [kept, runs] = [this.#kept, this.#runs];
    if (kept === undefined) return new NotFiniteError(`${message}; training has stopped.`);
    const find = () =>
      this.#phase === "training"
        ? findFault(runs, kept, this.#position)
        : findValidationFault(runs, this.#position);
    return await faultError(message, find, runs.model, this.#options.captures);
  }

  get #isCancelled(): boolean {
    return this.#options.signal?.aborted ?? false;
  }

  /** How training has ended; undefined while it has not. Asks `stopWhen`. */
  #outcome(): Done["reason"] | undefined {
    const { epochs, stopWhen } = this.#options;
    const { batch, step } = this.#position;
    const { training } = this.#runs.feed.batches;
    if (this.#isCancelled) return "cancelled";
    if (batch === training) return undefined; // Its validation is still to come.
    if (batch === 0 && this.#history.length > 0 && stopWhen?.(this.#history)) return "stopped";
    if (step < this.#totalSteps) return undefined;
    return step >= epochs * training ? "finished" : "step_limit";
  }

  #progress(phase: Use, batches: number): Progress {
    const { epoch, step } = this.#position;
    const batchesInPhase = this.#runs.feed.batches[phase];
    const totalSteps = this.#totalSteps;
    const seconds = this.#clock.seconds;
    return { kind: "progress", phase, epoch, batches, batchesInPhase, step, totalSteps, seconds };
  }
}

/** The steps of an epoch since the last time that totals were drained, up to its step `last`. */
function describeSteps(epoch: number, last: number): string {
  return `in epoch ${epoch}, steps ${last - (last - 1) % RUNS_BETWEEN_READS} to ${last}`;
}
