/**
 * The tensors of a loaded model as arrays that files hold: out of the device, and into it.
 *
 * @module
 */
import type { LoadedModule, TensorName } from "../backend.ts";
import { FormatError } from "../formats/format_error.ts";
import type { NamedArray, NamedArrays } from "../formats/named_array.ts";
import { shapeText } from "../formats/shapes.ts";
import type { Dims, Dtype, ModuleSpec, TensorSpec } from "../spec.ts";
import { listed } from "../wording.ts";

/** What a model keeps from one run to the next. */
export type KeptKind = "parameter" | "state";

/**
 * Waits for everything queued, and copies a model's tensors of some kinds, in the order of their declaration.
 */
export async function readArrays<M extends ModuleSpec>(
  model: LoadedModule<M>,
  kinds: readonly KeptKind[],
): Promise<NamedArrays> {
  const arrays = new Map<string, NamedArray>();
  for (const [name, { dtype, shape }] of wanted(model.spec, model.dims, kinds)) {
    // Object.entries forgets that a key of M["tensors"] is a TensorName<M>.
    arrays.set(name, { dtype, shape, data: await model.read(name as TensorName<M>) });
  }
  return arrays;
}

/**
 * Copies arrays into a model: all of its tensors of some kinds, or nothing.
 *
 * @param file where the arrays come from, for messages
 * @throws {FormatError} if a tensor is missing, if an array is no such tensor, or if dtypes or shapes differ
 */
export function writeArrays<M extends ModuleSpec>(
  model: LoadedModule<M>,
  arrays: NamedArrays,
  kinds: readonly KeptKind[],
  file: string,
): void {
  requireFitting(model.spec, model.dims, arrays, kinds, file);
  for (const [name, { data }] of arrays) model.write(name as TensorName<M>, data);
}

/**
 * Refuses arrays that are not exactly a model's tensors of some kinds.
 *
 * @param dims the dims that the model has, or will have, when it is loaded
 * @param file where the arrays come from, for messages
 * @throws {FormatError} naming the first tensor that is wrong, with what there is and what there should be
 */
export function requireFitting(
  spec: ModuleSpec,
  dims: Dims<string>,
  arrays: NamedArrays,
  kinds: readonly KeptKind[],
  file: string,
): void {
  const places = wanted(spec, dims, kinds);
  const refuse = (why: string) => {
    throw new FormatError(`${file} does not fit model "${spec.name}": ${why}.`);
  };
  const missing = [...places.keys()].filter((name) => !arrays.has(name));
  const unknown = [...arrays.keys()].filter((name) => !places.has(name));
  if (missing.length > 0 || unknown.length > 0) {
    refuse([
      ...missing.length > 0 ? [`it lacks ${listed(missing)}`] : [],
      ...unknown.length > 0 ? [`the model has no ${kinds.join(" or ")} ${listed(unknown)}`] : [],
    ].join(", and "));
  }
  for (const [name, { dtype, shape }] of arrays) {
    const place = places.get(name);
    const found = `${dtype} ${shapeText(shape)}`;
    const expected = place && `${place.dtype} ${shapeText(place.shape)}`;
    if (found !== expected) {
      refuse(`tensor "${name}" is ${found} in the file, but ${expected} in the model`);
    }
  }
}

interface Place {
  readonly dtype: Dtype;
  readonly shape: readonly number[];
}

function wanted(
  spec: ModuleSpec,
  dims: Dims<string>,
  kinds: readonly TensorSpec<string>["kind"][],
): ReadonlyMap<string, Place> {
  return new Map(
    Object.entries(spec.tensors).flatMap(([name, tensor]) =>
      kinds.includes(tensor.kind)
        ? [[name, { dtype: tensor.dtype, shape: tensor.shape(dims) }] as const]
        : []
    ),
  );
}
