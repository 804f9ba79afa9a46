/**
 * First values of a loaded module's tensors. They are computed on the host from (seed, tensor name)
 * and written to the device, so they have the same bits on every backend.
 *
 * @module
 */
import type { LoadedModule, TensorData, TensorName } from "./backend.ts";
import { fillOrthogonal } from "./orthogonal.ts";
import { fillNormal, fillUniform } from "./random.ts";
import { ELEMENT_BYTES } from "./module_layout.ts";
import type { Initialiser, ModuleSpec, TensorSpec } from "./spec.ts";
import { viewOf } from "./tensor_data.ts";

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
  const values = viewOf(dtype, new ArrayBuffer(count * ELEMENT_BYTES[dtype]), 0, count);
  fill(values, { name: tensor, dtype }, initialiser, seed);
  return values;
}

/** Fills a tensor's elements with its first values. */
function fill(
  values: TensorData,
  { name, dtype }: { readonly name: string; readonly dtype: TensorSpec<string>["dtype"] },
  initialiser: Initialiser,
  seed: number,
): void {
  if (initialiser.kind === "constant") {
    values.fill(initialiser.value);
    return;
  }
  if (!(values instanceof Float32Array)) {
    throw new Error(
      `Cannot initialise ${name} with ${initialiser.kind} numbers: its elements are ${dtype}.`,
    );
  }
  const stream = { seed, name };
  switch (initialiser.kind) {
    case "normal":
      fillNormal(values, stream, initialiser.mean, initialiser.std);
      break;
    case "uniform":
      fillUniform(values, stream, initialiser.low, initialiser.high);
      break;
    case "orthogonal":
      fillOrthogonal(values, stream, initialiser);
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
  const wanted = Object.entries(model.spec.tensors).flatMap(([name, tensor]) => {
    if (tensor.init === undefined || !kinds.includes(tensor.kind)) return [];
    const count = tensor.shape(dims).reduce((product, size) => product * size, 1);
    return [{ name, dtype: tensor.dtype, count, initialiser: tensor.init(dims) }];
  });
  // A backend copies what it is given: one piece of memory serves all tensors.
  const bytes = wanted.map(({ dtype, count }) => count * ELEMENT_BYTES[dtype]);
  const memory = new ArrayBuffer(Math.max(0, ...bytes));
  for (const { name, dtype, count, initialiser } of wanted) {
    const values = viewOf(dtype, memory, 0, count);
    fill(values, { name, dtype }, initialiser, seed);
    // Object.entries forgets that a key of M["tensors"] is a TensorName<M>.
    model.write(name as TensorName<M>, values);
  }
}
