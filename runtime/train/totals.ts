/**
 * Sums of loss and correct answers that a model keeps on its device, and their means.
 *
 * @module
 */
import type { LoadedModule } from "../backend.ts";
import type { ProgramSpec, TensorSpec } from "../spec.ts";
import type { Means } from "./events.ts";
import type { DrawnSpec } from "./tables.ts";
import { TrainingError } from "./training_error.ts";

/**
 * A model that can be trained: `step` and `evaluate` work on the batch that was drawn last, and add the sums
 * over its samples of the loss and of correct answers to `loss_total` and `accuracy_total`. Of scalars they may
 * ask for `step`, counted from 1, and `seed`.
 */
export type TrainableSpec = DrawnSpec & {
  /** Among them those that a trainer reads by name. */
  readonly tensors: Readonly<Record<"loss_total" | "accuracy_total", TensorSpec<string>>>;
  /** Among them those that a trainer runs. */
  readonly programs: Readonly<Record<"step" | "evaluate", ProgramSpec<string>>>;
};

const ZERO = new Float32Array(1);

/**
 * The totals of one model. The device adds in float32; each {@linkcode Totals.drain} moves its sums
 * into float64 on the host and starts them at zero again, so that a long epoch loses no digits.
 */
export class Totals {
  readonly #model: LoadedModule<TrainableSpec>;
  #loss = 0;
  #correct = 0;
  #samples = 0;

  constructor(model: LoadedModule<TrainableSpec>) {
    this.#model = model;
  }

  /** Forgets what has been summed, here and on the device. */
  clear(): void {
    this.#loss = this.#correct = this.#samples = 0;
    this.#model.write("loss_total", ZERO);
    this.#model.write("accuracy_total", ZERO);
  }

  /** Notes that a run was queued which adds this many samples. */
  count(samples: number): void {
    this.#samples += samples;
  }

  /**
   * Waits for the queued runs and takes their sums over.
   *
   * @param where which runs those are, for the message, e.g. `in epoch 2, steps 101 to 200`
   * @throws {TrainingError} if the loss is not finite
   */
  async drain(where: string): Promise<void> {
    const loss = (await this.#model.read("loss_total"))[0] ?? NaN;
    if (!Number.isFinite(loss)) {
      throw new TrainingError(`The loss became ${loss} ${where}; training has stopped.`);
    }
    this.#loss += loss;
    this.#correct += (await this.#model.read("accuracy_total"))[0] ?? NaN;
    this.#model.write("loss_total", ZERO);
    this.#model.write("accuracy_total", ZERO);
  }

  /** The means over all samples since the last {@linkcode Totals.take}; call after `drain`. */
  take(): Means {
    const means = { loss: this.#loss / this.#samples, accuracy: this.#correct / this.#samples };
    this.#loss = this.#correct = this.#samples = 0;
    return means;
  }
}
