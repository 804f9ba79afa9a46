/**
 * Puts batches before a model: drawn on its device from tables, or made by the host.
 *
 * @module
 */
import type { LoadedModule, TensorName } from "../backend.ts";
import { batchCount } from "../data/batches.ts";
import type { Batch, BatchSource } from "../data/batch_source.ts";
import type { LabelledBytes } from "../data/labelled_bytes.ts";
import { prefetched } from "../data/prefetch.ts";
import type { ModuleSpec } from "../spec.ts";
import { counted, listed } from "../wording.ts";
import { batchDim, type DrawnSpec, SampleTables } from "./tables.ts";
import { TrainingError } from "./training_error.ts";

/** What batches are for. */
export type Use = "training" | "validation";

/** The batches of an epoch, one after the other. */
export interface Batches {
  /** Puts the next batch before the model; tells how many samples it has. */
  next(): number | Promise<number>;
  /** No more are asked for. */
  close(): void | Promise<void>;
}

/** Where the batches of a model come from. */
export interface Feed {
  /** Batches of an epoch; 0 where there is no validation data. */
  readonly batches: Readonly<Record<Use, number>>;
  /** Copies to the device what every epoch needs. */
  fill(): void | Promise<void>;
  /** Begins with batch `from` of an epoch. */
  open(use: Use, epoch: number, from: number): Batches;
}

/** Samples that lie on the device, and what they are drawn with. */
export interface TableFeedOptions {
  readonly training: LabelledBytes;
  readonly validation?: LabelledBytes | undefined;
  readonly batchSize: number;
  readonly seed: number;
}

/** Batches that the program `draw` takes from tables on the device. */
export class TableFeed implements Feed {
  readonly batches: Readonly<Record<Use, number>>;
  readonly #options: TableFeedOptions;
  readonly #tables: SampleTables;

  constructor(model: LoadedModule<DrawnSpec>, options: TableFeedOptions) {
    const { training, validation = NO_SAMPLES, batchSize } = options;
    this.#options = options;
    this.#tables = new SampleTables(model, training, validation);
    this.batches = {
      training: batchCount(training.count, batchSize),
      validation: batchCount(validation.count, batchSize),
    };
  }

  fill(): Promise<void> {
    return this.#tables.fill();
  }

  open(use: Use, epoch: number, from: number): Batches {
    const { training, validation = NO_SAMPLES, batchSize, seed } = this.#options;
    const tables = this.#tables;
    if (use === "training") tables.shuffle(seed, epoch);
    const { count } = use === "training" ? training : validation;
    const first = use === "training" ? 0 : tables.validationStart;
    let start = from * batchSize;
    return {
      next: () => {
        const size = Math.min(batchSize, count - start);
        tables.draw(first + start, size);
        start += size;
        return size;
      },
      close: () => {},
    };
  }
}

const NO_SAMPLES: LabelledBytes = { count: 0, width: 0, features: () => [], labels: () => [] };

/** Batches that the host makes; each is copied to the device before its run. */
export class SourceFeed<M extends ModuleSpec> implements Feed {
  readonly batches: Readonly<Record<Use, number>>;
  readonly #model: LoadedModule<M>;
  readonly #sources: Readonly<Record<Use, BatchSource>>;
  readonly #ahead: number;

  /** @param ahead how many batches are made before they are needed */
  constructor(
    model: LoadedModule<M>,
    training: BatchSource,
    validation: BatchSource = NO_BATCHES,
    ahead: number,
  ) {
    this.#model = model;
    this.#sources = { training, validation };
    this.#ahead = ahead;
    this.batches = { training: training.batches, validation: validation.batches };
  }

  fill(): void {}

  open(use: Use, epoch: number, from: number): Batches {
    const items = prefetched(this.#sources[use].epoch(epoch, from), this.#ahead);
    let taken = from;
    return {
      next: async () => {
        const { done, value } = await items.next();
        if (done === true) {
          throw new TrainingError(
            `The ${use} data ended in epoch ${epoch} after ${taken} of ${
              this.batches[use]
            } batches.`,
          );
        }
        taken++;
        this.#write(value, use);
        return value.size;
      },
      close: async () => void await items.return(),
    };
  }

  #write({ size, inputs }: Batch, use: Use): void {
    const { programs, tensors, name } = this.#model.spec;
    const wanted = programs[use === "training" ? "step" : "evaluate"]?.inputs ?? [];
    const missing = wanted.filter((each) => inputs[each] === undefined);
    if (missing.length > 0) {
      throw new TrainingError(
        `Cannot use a batch of the ${use} data: model "${name}" needs ${
          listed(wanted)
        }, but the batch lacks ` +
          `${listed(missing)}.`,
      );
    }
    const dim = batchDim(this.#model.spec);
    for (const input of wanted) {
      const data = inputs[input];
      const elements = tensors[input]?.shape({ ...this.#model.dims, [dim]: size })
        .reduce((product, each) => product * each, 1);
      if (data === undefined || data.length !== elements) {
        throw new TrainingError(
          `Cannot use a batch of the ${use} data: "${input}" has ${data?.length} elements; ` +
            `expected ${elements} for ${counted(size, "sample")}.`,
        );
      }
      this.#model.write(input as TensorName<M>, data); // A name that the model's own program gives.
    }
  }
}

const NO_BATCHES: BatchSource = { batches: 0, epoch: () => [] };
