/** Runs all programs of a loaded module on given values. @module */
import type { DimValues } from "../../dsl/dim.ts";
import type { LoadedModule, TensorData } from "../../runtime/backend.ts";
import { ARRAY_TYPES } from "../../runtime/tensor_data.ts";
import type { Value } from "../graph/interpret.ts";
import { LOADED } from "../kernel/storage.ts";
import { SCALARS } from "./run_kernels.ts";

/** Writes NaN (or all bits) everywhere, so that an element nobody writes shows. */
function poison(loaded: LoadedModule, dims: DimValues): void {
  for (const [name, tensor] of Object.entries(loaded.spec.tensors)) {
    if (tensor.kind !== "output" && tensor.kind !== "temporary") continue;
    const count = tensor.shape(dims).reduce((a, b) => a * b, 1);
    const isReal = LOADED[tensor.dtype] === "f32";
    const poisoned = new ARRAY_TYPES[tensor.dtype](count).fill(isReal ? NaN : -1);
    loaded.write(name, poisoned);
  }
}

/**
 * What each program computes and overwrites, by name, from the same values of all leaves. What a program does
 * not write is NaN.
 */
export async function resultsOf(
  loaded: LoadedModule,
  leaves: ReadonlyMap<string, Value>,
  dims: DimValues,
): Promise<ReadonlyMap<string, ReadonlyMap<string, TensorData>>> {
  const { spec } = loaded;
  const programs = new Map<string, ReadonlyMap<string, TensorData>>();
  for (const [name, { outputs, updates, scalars }] of Object.entries(spec.programs)) {
    poison(loaded, dims);
    for (const [leaf, tensor] of Object.entries(spec.tensors)) {
      const value = leaves.get(leaf);
      if (value !== undefined) loaded.write(leaf, ARRAY_TYPES[tensor.dtype].from(value.data));
    }
    const given = [...spec.callDims.map((dim) => [dim, dims[dim]] as const), ...scalarsOf(scalars)];
    loaded.run(name, Object.fromEntries(given.map(([key, value]) => [key, value ?? NaN])));
    const results = new Map<string, TensorData>();
    for (const result of [...outputs, ...updates]) results.set(result, await loaded.read(result));
    programs.set(name, results);
  }
  return programs;
}

const scalarsOf = (names: readonly string[]): readonly (readonly [string, number | undefined])[] =>
  names.map((name) => [name, SCALARS[name]]);
