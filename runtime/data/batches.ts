/**
 * Batches: the order of samples in an epoch, and how it is cut.
 *
 * @module
 */
import { fillPermutation } from "../random.ts";

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

/** Number of batches that hold `count` samples; the last one may be partial. */
export function batchCount(count: number, batchSize: number): number {
  return Math.ceil(count / batchSize);
}
