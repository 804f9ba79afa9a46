/**
 * What elements of arrays can be in files, and how each kind becomes a dtype.
 *
 * @module
 */
import type { TensorData } from "../backend.ts";
import type { Dtype } from "../spec.ts";
import { viewOf } from "../tensor_data.ts";

/** Says where an element stands that the dtype cannot hold, and throws. */
type Refuse = (index: number, value: number | bigint, reason: string) => never;

/** A kind of element in a file. */
export interface ElementKind {
  /** Bytes of one element. */
  readonly bytes: number;
  /** What it becomes. */
  readonly dtype: Dtype;
  /** Elements out of their bytes, least significant byte first; absent where the bytes stay as they are. */
  convert?(bytes: ArrayBuffer, refuse: Refuse): TensorData;
}

/** The kinds that can be read; those without a conversion are written, too. */
export const ELEMENT_KINDS = {
  f32: { bytes: 4, dtype: "f32" },
  f16: { bytes: 2, dtype: "f16" },
  u32: { bytes: 4, dtype: "u32" },
  i32: { bytes: 4, dtype: "i32" },
  u8: { bytes: 1, dtype: "u8" },
  bool: { bytes: 1, dtype: "u8", convert: truths },
  i8: { bytes: 1, dtype: "i32", convert: (bytes) => Int32Array.from(new Int8Array(bytes)) },
  i16: { bytes: 2, dtype: "i32", convert: (bytes) => Int32Array.from(new Int16Array(bytes)) },
  u16: { bytes: 2, dtype: "u32", convert: (bytes) => Uint32Array.from(new Uint16Array(bytes)) },
  i64: {
    bytes: 8,
    dtype: "i32",
    convert: (bytes, refuse) =>
      narrowed(new BigInt64Array(bytes), new Int32Array(bytes.byteLength / 8), "i32", refuse),
  },
  u64: {
    bytes: 8,
    dtype: "u32",
    convert: (bytes, refuse) =>
      narrowed(new BigUint64Array(bytes), new Uint32Array(bytes.byteLength / 8), "u32", refuse),
  },
  f64: { bytes: 8, dtype: "f32", convert: rounded },
  bf16: { bytes: 2, dtype: "f32", convert: widened },
} as const satisfies Readonly<Record<string, ElementKind>>;

/** The name of a kind. */
export type ElementKindName = keyof typeof ELEMENT_KINDS;

/**
 * Elements out of a copy of their bytes, least significant byte first.
 *
 * @param bytes a whole number of elements; not kept
 */
export function elementsOf(
  name: ElementKindName,
  bytes: Uint8Array,
  refuse: Refuse,
): TensorData {
  const kind: ElementKind = ELEMENT_KINDS[name];
  const copy = new Uint8Array(bytes).buffer; // Aligned, and no part of the file.
  return kind.convert?.(copy, refuse) ?? viewOf(kind.dtype, copy, 0, bytes.length / kind.bytes);
}

function truths(buffer: ArrayBuffer, refuse: Refuse): TensorData {
  const bytes = new Uint8Array(buffer);
  const index = bytes.findIndex((byte) => byte > 1);
  return index < 0 ? bytes : refuse(index, bytes[index] ?? NaN, "which is neither 0 nor 1");
}

function narrowed(
  from: BigInt64Array | BigUint64Array,
  to: Int32Array<ArrayBuffer> | Uint32Array<ArrayBuffer>,
  dtype: Dtype,
  refuse: Refuse,
): TensorData {
  for (let index = 0; index < to.length; index++) {
    const value = from[index] ?? 0n;
    to[index] = Number(value);
    if (BigInt(to[index] ?? NaN) !== value) refuse(index, value, `which does not fit ${dtype}`);
  }
  return to;
}

function rounded(buffer: ArrayBuffer, refuse: Refuse): TensorData {
  const from = new Float64Array(buffer);
  const to = Float32Array.from(from);
  const index = to.findIndex((value, at) => Math.abs(value) === Infinity && value !== from[at]);
  return index < 0 ? to : refuse(index, from[index] ?? NaN, "which does not fit f32");
}

/** Bfloat16 is the upper half of f32. */
function widened(buffer: ArrayBuffer): TensorData {
  const bits = Uint32Array.from(new Uint16Array(buffer), (half) => half << 16);
  return new Float32Array(bits.buffer);
}
