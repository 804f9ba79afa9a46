/** Random arrays for tests of file formats, and damage to files. @module */
import assert from "node:assert/strict";
import fc from "fast-check";
import type { Dtype } from "../spec.ts";
import { FormatError } from "../formats/format_error.ts";
import type { NamedArray } from "../formats/named_array.ts";
import { ELEMENT_BYTES } from "../module_layout.ts";
import { viewOf } from "../tensor_data.ts";

/** Every dtype. */
export const DTYPES: readonly Dtype[] = ["f32", "f16", "u32", "i32", "u8"];

/** An array with elements of any bits, not-a-numbers among them. */
export function arrayOf(dtype: Dtype, shape: readonly number[], seed: number): NamedArray {
  const elements = shape.reduce((product, size) => product * size, 1);
  const bytes = Uint8Array.from(
    { length: elements * ELEMENT_BYTES[dtype] },
    (_, at) => Math.imul(seed + at, 0x9e3779b1) >>> 24,
  );
  return { dtype, shape, data: viewOf(dtype, bytes.buffer, 0, elements) };
}

/** Arrays of every dtype: single numbers, empty ones, and such with sizes of 1 and primes. */
export const arrays: fc.Arbitrary<NamedArray> = fc.tuple(
  fc.constantFrom(...DTYPES),
  fc.array(fc.constantFrom(0, 1, 1, 2, 3, 5, 7, 11), { maxLength: 4 }),
  fc.nat(),
).map(([dtype, shape, seed]) => arrayOf(dtype, shape, seed));

/** The bits of an array's elements; values alone say nothing about those of not-a-numbers. */
export function bitsOf({ data }: NamedArray): Uint8Array {
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}

/** Fails unless two arrays have the same dtype, shape and bits. */
export function assertSameArray(got: NamedArray | undefined, wanted: NamedArray): void {
  assert.deepEqual({ dtype: got?.dtype, shape: got?.shape }, {
    dtype: wanted.dtype,
    shape: wanted.shape,
  });
  assert.ok(got !== undefined && got.data.constructor === wanted.data.constructor);
  assert.deepEqual(bitsOf(got), bitsOf(wanted));
}

/** All beginnings of a file, without the whole. */
export function* truncations(bytes: Uint8Array): Generator<Uint8Array> {
  for (let length = 0; length < bytes.length; length++) yield bytes.slice(0, length);
}

/** A file with one byte between `from` and `to` changed: each of them into each other value. */
export function changedBytes(
  bytes: Uint8Array,
  from: number,
  to: number,
): Generator<Uint8Array> {
  return damaged(bytes, from, to, Array.from({ length: 255 }, (_, change) => change + 1));
}

/** A file with one bit changed: each of its bits. */
export function changedBits(bytes: Uint8Array): Generator<Uint8Array> {
  return damaged(bytes, 0, bytes.length, Array.from({ length: 8 }, (_, bit) => 1 << bit));
}

function* damaged(
  bytes: Uint8Array,
  from: number,
  to: number,
  changes: readonly number[],
): Generator<Uint8Array> {
  for (let at = from; at < to; at++) {
    for (const change of changes) {
      const copy = bytes.slice();
      copy[at] = (copy[at] ?? 0) ^ change;
      yield copy;
    }
  }
}

/**
 * What a decoder makes of a damaged file: nothing where it refuses it, with the file's name and a sentence. It
 * may throw nothing else.
 */
export function decodedOrRefused<T>(
  decode: (bytes: Uint8Array, file: string) => T,
  bytes: Uint8Array,
): T | undefined {
  try {
    return decode(bytes, "some/file");
  } catch (error) {
    assert.ok(error instanceof FormatError, String(error));
    assert.match(error.message, /^some\/file .*\.$/s);
    return undefined;
  }
}
