/**
 * First values of a loaded module's tensors. They are computed on the host from (seed, tensor name)
 * and written to the device, so they have the same bits on every backend.
 *
 * @module
 */
import type { LoadedModule, TensorData, TensorName } from "./backend.ts";
import { fillNormal, fillUniform } from "./random.ts";
import type { Initialiser, ModuleSpec, TensorSpec } from "./spec.ts";

/** A module's dims: each fixed dim, and each call dim at the largest value it was loaded with. */
export type LoadedDims = Readonly<Record<string, number>>;

/**
 * The first values of one tensor.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 *
 * const values = initialValues("l1.b", "f32", 3, { kind: "constant", value: 0.5 }, 1);
 * assert.deepEqual(values, new Float32Array([0.5, 0.5, 0.5]));
 * ```
 *
 * @param count number of elements
 * @param seed a whole number from 0 to 2^53 - 1
 * @throws {Error} if a tensor of whole numbers is to be filled with random reals
 */
export function initialValues(
  tensor: string,
  dtype: TensorSpec<string>["dtype"],
  count: number,
  initialiser: Initialiser,
  seed: number,
): TensorData {
  if (dtype === "u32") {
    if (initialiser.kind !== "constant") {
      throw new Error(
        `Cannot initialise ${tensor} with ${initialiser.kind} numbers: its elements are u32.`,
      );
    }
    return new Uint32Array(count).fill(initialiser.value);
  }
  const values = new Float32Array(count);
  const stream = { seed, name: tensor };
  switch (initialiser.kind) {
    case "constant":
      return values.fill(initialiser.value);
    case "normal":
      return fillNormal(values, stream, initialiser.mean, initialiser.std);
    case "uniform":
      return fillUniform(values, stream, initialiser.low, initialiser.high);
  }
}

/**
 * Gives every parameter and every state of a module its first values.
 *
 * @param dims the dims the module was loaded with
 * @param seed a whole number from 0 to 2^53 - 1; the same seed gives the same bits everywhere
 */
export function initialiseModule<M extends ModuleSpec>(
  model: LoadedModule<M>,
  dims: LoadedDims,
  seed: number,
): void {
  writeInitialValues(model, dims, seed, ["parameter", "state"]);
}

/**
 * Gives every state (moments of an optimizer, totals of a metric) its first values again and leaves
 * the parameters as they are.
 *
 * @param dims the dims the module was loaded with
 * @param seed the seed that {@linkcode initialiseModule} was given
 */
export function resetState<M extends ModuleSpec>(
  model: LoadedModule<M>,
  dims: LoadedDims,
  seed: number,
): void {
  writeInitialValues(model, dims, seed, ["state"]);
}

function writeInitialValues<M extends ModuleSpec>(
  model: LoadedModule<M>,
  dims: LoadedDims,
  seed: number,
  kinds: readonly TensorSpec<string>["kind"][],
): void {
  for (const [name, tensor] of Object.entries(model.spec.tensors)) {
    if (tensor.init === undefined || !kinds.includes(tensor.kind)) continue;
    const count = tensor.shape(dims).reduce((product, size) => product * size, 1);
    const values = initialValues(name, tensor.dtype, count, tensor.init(dims), seed);
    // Object.entries forgets that a key of M["tensors"] is a TensorName<M>.
    model.write(name as TensorName<M>, values);
  }
}
