/**
 * The check that a model's parameters are finite. A device may hide what is not: WGSL lets `max(x, 0)`
 * of a NaN be 0, so that a broken weight in front of a ReLU leaves the loss finite.
 *
 * @module
 */
import type { LoadedModule, TensorData } from "../backend.ts";
import type { TrainableSpec } from "./totals.ts";
import { TrainingError } from "./training_error.ts";

/** The bits of a float32's exponent: all of them are set in infinities and NaNs, and only there. */
const EXPONENT = 0x7f80_0000;

/**
 * Reads every parameter once.
 *
 * @param where after what, for the message, e.g. `after epoch 2, step 1200`
 * @throws {TrainingError} if an element of a parameter is not finite
 */
export async function checkParameters(
  model: LoadedModule<TrainableSpec>,
  where: string,
): Promise<void> {
  for (const [name, { kind, dtype }] of Object.entries(model.spec.tensors)) {
    if (kind !== "parameter" || dtype !== "f32") continue;
    const values = await model.read(name);
    const bad = firstNotFinite(values);
    if (bad === undefined) continue;
    throw new TrainingError(
      `Parameter ${name} holds ${values[bad]} at index ${bad} of ${values.length} ${where}; ` +
        `training has stopped.`,
    );
  }
}

/** The index of the first infinity or NaN, found by its bits. */
function firstNotFinite(values: TensorData): number | undefined {
  const bits = new Uint32Array(values.buffer, values.byteOffset, values.length);
  const at = bits.findIndex((each) => (each & EXPONENT) === EXPONENT);
  return at < 0 ? undefined : at;
}
