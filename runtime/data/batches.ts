/**
 * Batches: the order of samples in an epoch, and a fixed pair of arrays into which a batch is
 * gathered. Nothing is allocated per batch.
 *
 * @module
 */
import { fillPermutation } from "../random.ts";
import type { LabelledBytes } from "./labelled_bytes.ts";

/**
 * The order in which an epoch visits its samples: a permutation of 0 … out.length - 1 that depends on
 * the seed, the epoch and the number of samples alone, so that a run can go on at any epoch.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 *
 * const order = fillEpochOrder(new Uint32Array(4), 1, 2);
 * assert.deepEqual([...order].sort(), [0, 1, 2, 3]);
 * assert.deepEqual(fillEpochOrder(new Uint32Array(4), 1, 2), order);
 * ```
 *
 * @param seed a whole number from 0 to 2^53 - 1
 * @param epoch counted from 1
 */
export function fillEpochOrder<T extends Uint32Array>(out: T, seed: number, epoch: number): T {
  return fillPermutation(out, { seed, name: `order of epoch ${epoch}` });
}

/** The order of samples as they stand in the file: 0 … count - 1. */
export function fileOrder(count: number): Uint32Array<ArrayBuffer> {
  return Uint32Array.from({ length: count }, (_, index) => index);
}

/** Number of batches that hold `count` samples; the last one may be partial. */
export function batchCount(count: number, batchSize: number): number {
  return Math.ceil(count / batchSize);
}

/** A byte as a number in [0, 1], in float32. */
const SCALED = Float32Array.from({ length: 256 }, (_, byte) => byte / 255);

/**
 * One batch of a data set, gathered by index and scaled to [0, 1]. The arrays are allocated once, and
 * each {@linkcode BatchBuffer.gather} fills them anew.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 *
 * const data = {
 *   count: 3,
 *   width: 2,
 *   features: Uint8Array.of(0, 255, 51, 0, 255, 255),
 *   labels: Uint8Array.of(7, 8, 9),
 * };
 * const batch = new BatchBuffer(data, 2);
 * batch.gather(Uint32Array.of(2, 0, 1), 1); // the last batch holds one sample
 * assert.equal(batch.size, 1);
 * assert.deepEqual(batch.features, Float32Array.of(0.2, 0));
 * assert.deepEqual(batch.labels, Uint32Array.of(8));
 * ```
 */
export class BatchBuffer {
  /** Samples in the batch: the batch size, or less in the last batch. */
  size = 0;
  /** Shape [size, width], row-major, in [0, 1]. */
  features: Float32Array<ArrayBuffer>;
  /** Shape [size]. */
  labels: Uint32Array<ArrayBuffer>;

  readonly #data: LabelledBytes;
  readonly #batchSize: number;
  readonly #fullFeatures: Float32Array<ArrayBuffer>;
  readonly #fullLabels: Uint32Array<ArrayBuffer>;
  readonly #lastFeatures: Float32Array<ArrayBuffer>;
  readonly #lastLabels: Uint32Array<ArrayBuffer>;

  /**
   * Allocates the arrays of a full batch, which the last batch uses in part.
   *
   * @param batchSize samples in a full batch, at least 1
   */
  constructor(data: LabelledBytes, batchSize: number) {
    this.#data = data;
    this.#batchSize = batchSize;
    const lastSize = data.count % batchSize;
    this.#fullFeatures = new Float32Array(batchSize * data.width);
    this.#fullLabels = new Uint32Array(batchSize);
    this.#lastFeatures = this.#fullFeatures.subarray(0, lastSize * data.width);
    this.#lastLabels = this.#fullLabels.subarray(0, lastSize);
    this.features = this.#fullFeatures;
    this.labels = this.#fullLabels;
  }

  /** Number of batches in one pass over the data. */
  get batches(): number {
    return batchCount(this.#data.count, this.#batchSize);
  }

  /**
   * Gathers a batch.
   *
   * @param order indices of samples, one for each sample of the data set
   * @param index which batch of the pass, counted from 0, below {@linkcode BatchBuffer.batches}
   */
  gather(order: Uint32Array, index: number): void {
    const { width, count } = this.#data;
    const start = index * this.#batchSize;
    const full = start + this.#batchSize <= count;
    this.size = full ? this.#batchSize : count - start;
    this.features = full ? this.#fullFeatures : this.#lastFeatures;
    this.labels = full ? this.#fullLabels : this.#lastLabels;
    for (let row = 0; row < this.size; row++) {
      const sample = order[start + row] ?? 0;
      this.labels[row] = this.#data.labels[sample] ?? 0;
      scaleRow(this.#data.features, sample * width, this.features, row * width, width);
    }
  }
}

function scaleRow(
  bytes: Uint8Array,
  from: number,
  out: Float32Array,
  to: number,
  width: number,
): void {
  for (let i = 0; i < width; i++) out[to + i] = SCALED[bytes[from + i] ?? 0] ?? 0;
}
