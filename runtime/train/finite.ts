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

/** The bits of a float32's exponent: all of them are set in infinities and NaNs, and only there. */
const EXPONENT = 0x7f80_0000;

/**
 * Refuses parameters that are not finite.
 *
 * @param arrays parameters, and others that are not looked at
 * @param where after what, for the message, e.g. `after epoch 2, step 1200`
 * @throws {NotFiniteError} if an element of a parameter is not finite
 */
export function checkParameters({ tensors }: ModuleSpec, arrays: NamedArrays, where: string): void {
  for (const [name, { dtype, data }] of arrays) {
    if (tensors[name]?.kind !== "parameter" || dtype !== "f32") continue;
    const bad = firstNotFinite(data);
    if (bad === undefined) continue;
    throw new NotFiniteError(
      `Parameter ${name} holds ${data[bad]} at index ${bad} of ${data.length} ${where}`,
    );
  }
}

/** The index of the first infinity or NaN, found by its bits. */
function firstNotFinite(values: TensorData): number | undefined {
  const bits = new Uint32Array(values.buffer, values.byteOffset, values.length);
  const at = bits.findIndex((each) => (each & EXPONENT) === EXPONENT);
  return at < 0 ? undefined : at;
}
