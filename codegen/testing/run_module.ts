/** Runs all programs of a loaded module on given values. @module */
import type { DimValues } from "../../dsl/dim.ts";
import type { LoadedModule, TensorData } from "../../runtime/backend.ts";
import type { Dtype } from "../../runtime/spec.ts";
import type { Value } from "../graph/interpret.ts";
import { SCALARS } from "./run_kernels.ts";

function toDevice({ data }: Value, dtype: Dtype): TensorData {
  const types = { f32: Float32Array, u32: Uint32Array, u8: Uint8Array };
  return types[dtype].from(data);
}

/** Writes NaN (or the largest u32) everywhere, so that an element nobody writes shows. */
function poison(loaded: LoadedModule, dims: DimValues): void {
  for (const [name, tensor] of Object.entries(loaded.spec.tensors)) {
    if (tensor.kind !== "output" && tensor.kind !== "temporary") continue;
    const count = tensor.shape(dims).reduce((a, b) => a * b, 1);
    const data = tensor.dtype === "u32"
      ? new Uint32Array(count).fill(0xffffffff)
      : new Float32Array(count).fill(NaN);
    loaded.write(name, data);
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
      if (value !== undefined) loaded.write(leaf, toDevice(value, tensor.dtype));
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
