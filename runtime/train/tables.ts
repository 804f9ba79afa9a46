/**
 * Samples that live on a model's device: a table of features and one of labels, and the order in which
 * its program `draw` takes rows from them. Nothing is copied to the device for a batch.
 *
 * @module
 */
import type { LoadedModule } from "../backend.ts";
import { fillEpochOrder } from "../data/batches.ts";
import type { ByteChunks } from "../data/byte_file.ts";
import type { LabelledBytes } from "../data/labelled_bytes.ts";
import type { ModuleSpec, ProgramSpec, TensorSpec } from "../spec.ts";
import { listed } from "../wording.ts";
import { TrainingError } from "./training_error.ts";

/**
 * A model whose inputs are drawn: `draw` (scalars: `start`) takes the rows `order[start]`,
 * `order[start + 1]`, … of `x_data` [samples, …] and `label_data` [samples] for a batch.
 */
export type DrawnSpec = ModuleSpec & {
  /** Among them the tables and the order. */
  readonly tensors: Readonly<
    Record<"x_data" | "label_data" | "order", TensorSpec<string>>
  >;
  /** Among them the one that draws. */
  readonly programs: Readonly<Record<"draw", ProgramSpec<string>>>;
};

/** True for models whose inputs are drawn. */
export function isDrawn<M extends ModuleSpec>(
  model: LoadedModule<M>,
): model is LoadedModule<M & DrawnSpec> {
  const { programs, tensors } = model.spec;
  return "draw" in programs && ["x_data", "label_data", "order"].every((name) => name in tensors);
}

/**
 * The dim that counts the samples of a run.
 *
 * @throws {TrainingError} if there are several such dims, or none
 */
export function batchDim({ name, callDims }: ModuleSpec): string {
  const [dim, ...others] = callDims;
  if (dim !== undefined && others.length === 0) return dim;
  throw new TrainingError(
    `Cannot train ${name}: each run chooses ${
      listed(callDims)
    }, but a trainer knows one such dim, the ` +
      `batch; run its programs yourself.`,
  );
}

/** The tables of a model, filled with training samples first and validation samples after them. */
export class SampleTables {
  readonly #model: LoadedModule<DrawnSpec>;
  readonly #training: LabelledBytes;
  readonly #validation: LabelledBytes;
  /** One place for each row; rows of validation keep the order of their files. */
  readonly #order: Uint32Array<ArrayBuffer>;
  /** The places of training rows, in the same memory. */
  readonly #trainingOrder: Uint32Array<ArrayBuffer>;
  readonly #batchDim: string;
  /** Values of a run of `draw`; the same object for every run. */
  readonly #values: Record<string, number> = { start: 0 };

  /**
   * Tables for the samples of both sets; {@linkcode SampleTables.fill} copies them to the device.
   *
   * @param model loaded with `samples` of at least both counts together
   */
  constructor(
    model: LoadedModule<DrawnSpec>,
    training: LabelledBytes,
    validation: LabelledBytes,
  ) {
    this.#model = model;
    this.#batchDim = batchDim(model.spec);
    this.#training = training;
    this.#validation = validation;
    this.#order = Uint32Array.from(
      { length: training.count + validation.count },
      (_, row) => row,
    );
    this.#trainingOrder = this.#order.subarray(0, training.count);
  }

  /** The place in the order where the samples of validation begin. */
  get validationStart(): number {
    return this.#training.count;
  }

  /**
   * Copies all samples to the device, one file after the other and each in pieces.
   *
   * @throws whatever reading the samples throws, and a {@linkcode TrainingError} if they are not as many
   * as they should be
   */
  async fill(): Promise<void> {
    let row = 0;
    for (const samples of [this.#training, this.#validation]) {
      const { count, width } = samples;
      await this.#copy("x_data", samples.features(), row * width, count * width);
      await this.#copy("label_data", samples.labels(), row, count);
      row += count;
    }
    this.#model.write("order", this.#order, 0);
  }

  /** Puts the training samples in the order of an epoch, counted from 1. */
  shuffle(seed: number, epoch: number): void {
    this.#model.write("order", fillEpochOrder(this.#trainingOrder, seed, epoch), 0);
  }

  /** Queues the draw of `size` samples: those in the order from `start` on. */
  draw(start: number, size: number): void {
    this.#values["start"] = start;
    this.#values[this.#batchDim] = size;
    this.#model.run("draw", this.#values);
  }

  async #copy(
    table: "x_data" | "label_data",
    chunks: ByteChunks,
    from: number,
    expected: number,
  ): Promise<void> {
    let at = from;
    for await (const chunk of chunks) {
      this.#model.write(table, chunk, at);
      at += chunk.length;
    }
    if (at - from === expected) return;
    throw new TrainingError(
      `Cannot fill ${table} of ${this.#model.spec.name}: the samples have ${at - from} bytes; ` +
        `expected ${expected}.`,
    );
  }
}
