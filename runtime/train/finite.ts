/**
 * The check that a model's parameters are finite. A device may hide what is not: WGSL lets `max(x, 0)`
 * of a NaN be 0, so that a broken weight in front of a ReLU leaves the loss finite.
 *
 * @module
 */
import type { TensorData } from "../backend.ts";
import type { NamedArrays } from "../formats/named_array.ts";
import type { ModuleSpec } from "../spec.ts";
import { NotFiniteError } from "./training_error.ts";

/**
 * Refuses parameters, and a total of the loss, that are not finite.
 *
 * @param arrays among them those of a model
 * @param where after what, for the message, e.g. `after epoch 2, step 1200`
 * @throws {NotFiniteError} if an element is not finite
 */
export function requireFinite({ tensors }: ModuleSpec, arrays: NamedArrays, where: string): void {
  for (const [name, { dtype, data }] of arrays) {
    const isParameter = tensors[name]?.kind === "parameter";
    if (dtype !== "f32" || !(isParameter || name === "loss_total")) continue;
    const bad = firstNotFinite(data);
    if (bad === undefined) continue;
    const what = isParameter ? `Parameter ${name}` : "The total of the loss";
    throw new NotFiniteError(
      `${what} holds ${data[bad]} at index ${bad} of ${data.length} ${where}`,
    );
  }
}

/**
 * The index of the first infinity or NaN, found by its bits: all bits of an exponent are set in infinities and
 * NaNs, and only there. Whole numbers are finite.
 */
export function firstNotFinite(values: TensorData): number | undefined {
  const { bits, exponent } = bitsOf(values);
  const at = bits.findIndex((each) => (each & exponent) === exponent);
  return at < 0 ? undefined : at;
}

/** How many elements are infinite or NaN. */
export function notFiniteCount(values: TensorData): number {
  const { bits, exponent } = bitsOf(values);
  let count = 0;
  for (const each of bits) if ((each & exponent) === exponent) count++;
  return count;
}

/** The bits of each element, and those that are its exponent. */
function bitsOf(
  values: TensorData,
): { readonly bits: Uint32Array | Uint16Array; readonly exponent: number } {
  const { buffer, byteOffset, length } = values;
  if (values instanceof Float32Array) {
    return { bits: new Uint32Array(buffer, byteOffset, length), exponent: 0x7f80_0000 };
  }
  return values.BYTES_PER_ELEMENT === 2
    ? { bits: new Uint16Array(buffer, byteOffset, length), exponent: 0x7c00 }
    : { bits: new Uint32Array(), exponent: 1 };
}
