/**
 * Where batches come from that the host makes: arrays in memory, or whatever a program gives one after another.
 *
 * @module
 */
import type { TensorData } from "../backend.ts";
import type { NamedArray } from "../formats/named_array.ts";
import { elementCount, shapeText } from "../formats/shapes.ts";
import { counted } from "../wording.ts";
import { batchCount, fillEpochOrder } from "./batches.ts";
import { DataError } from "./byte_file.ts";

/** Samples that are computed at once. */
export interface Batch {
  /** How many samples. */
  readonly size: number;
  /**
   * The inputs of the model by name; each has a row for every sample. Leave the arrays alone afterwards: the
   * next batches are made before this one is used.
   */
  readonly inputs: Readonly<Record<string, TensorData>>;
}

/** Gives the batches of each epoch. */
export interface BatchSource {
  /** Batches of an epoch. */
  readonly batches: number;
  /**
   * The batches of an epoch, beginning with batch `from`. The same epoch gives the same batches each time it is
   * asked for: only then can training be resumed, and a fault be found by repeating a step.
   *
   * @param epoch counted from 1
   * @param from counted from 0
   */
  epoch(epoch: number, from: number): AsyncIterable<Batch> | Iterable<Batch>;
}

/** Batches that are in memory already, so that nobody waits for them. */
export interface ArrayBatches extends BatchSource {
  /** See {@linkcode BatchSource.epoch}. */
  epoch(epoch: number, from: number): Iterable<Batch>;
}

/** How arrays become batches. */
export interface ArrayBatchesOptions {
  /** Samples of a batch; the last one of an epoch may hold fewer. */
  readonly batchSize: number;
  /**
   * Decides the order of samples in each epoch, together with its number; they keep their order in all epochs
   * if absent.
   */
  readonly seed?: number;
}

/**
 * Batches out of arrays, such as those of an NPZ file: the first axis of each counts samples.
 *
 * @param arrays the inputs of the model by name
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * const x = { dtype: "f32", shape: [3, 2], data: Float32Array.of(1, 2, 3, 4, 5, 6) } as const;
 * const source = arrayBatches({ x }, { batchSize: 2 });
 * assert.equal(source.batches, 2);
 * const [first, last] = source.epoch(1, 0);
 * assert.deepEqual(first, { size: 2, inputs: { x: Float32Array.of(1, 2, 3, 4) } });
 * assert.deepEqual(last, { size: 1, inputs: { x: Float32Array.of(5, 6) } });
 * ```
 *
 * @throws {DataError} if there is no array, if one has no samples or not the elements of its shape, or if they
 * differ in their number of samples
 */
export function arrayBatches(
  arrays: Readonly<Record<string, NamedArray>>,
  { batchSize, seed }: ArrayBatchesOptions,
): ArrayBatches {
  const samples = sampleCount(arrays);
  for (const [name, array] of Object.entries(arrays)) requireElements(name, array);
  if (!Number.isSafeInteger(batchSize) || batchSize < 1) {
    throw new DataError(`Cannot make batches of ${batchSize} samples: give a whole number from 1.`);
  }
  const order = Uint32Array.from({ length: samples }, (_, row) => row);
  const batches = batchCount(samples, batchSize);
  return {
    batches,
    *epoch(epoch, from) {
      const visited = seed === undefined ? order : fillEpochOrder(order.slice(), seed, epoch);
      for (let batch = from; batch < batches; batch++) {
        const rows = visited.subarray(batch * batchSize, (batch + 1) * batchSize);
        const inputs = Object.entries(arrays).map(([name, array]) => [name, rowsOf(array, rows)]);
        yield { size: rows.length, inputs: Object.fromEntries(inputs) };
      }
    },
  };
}

function sampleCount(arrays: Readonly<Record<string, NamedArray>>): number {
  const [first, ...others] = Object.entries(arrays);
  if (first === undefined) throw new DataError("Cannot make batches of no arrays: give one.");
  const [name, { shape }] = first;
  const [samples = 0] = shape;
  if (samples < 1) {
    throw new DataError(
      `Cannot make batches of array "${name}": its shape ${shapeText(shape)} has no samples.`,
    );
  }
  const other = others.find(([, { shape }]) => shape[0] !== samples);
  if (other === undefined) return samples;
  throw new DataError(
    `Cannot make batches: array "${name}" has ${counted(samples, "sample")}, but "${
      other[0]
    }" has the shape ` +
      `${shapeText(other[1].shape)}; the first axis of each counts the same samples.`,
  );
}

function requireElements(name: string, { shape, data }: NamedArray): void {
  const wanted = elementCount(shape);
  if (data.length === wanted) return;
  const got = counted(data.length, "element");
  throw new DataError(
    `Cannot make batches of array "${name}": it has ${got}, but its shape ${
      shapeText(shape)
    } has ${wanted}.`,
  );
}

/** Some rows of an array, in this order. */
function rowsOf({ shape, data }: NamedArray, rows: Uint32Array): TensorData {
  const width = elementCount(shape.slice(1));
  const picked = data.slice(0, rows.length * width);
  rows.forEach((row, at) => picked.set(data.subarray(row * width, (row + 1) * width), at * width));
  return picked;
}
