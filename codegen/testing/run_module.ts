/** Runs all programs of a loaded layer on given values. @module */
import type { DimValues } from "../../dsl/dim.ts";
import type { LoadedModule, TensorData } from "../../runtime/backend.ts";
import type { Dtype } from "../../runtime/spec.ts";
import type { Value } from "../graph/interpret.ts";

function toDevice({ data }: Value, dtype: Dtype): TensorData {
  return dtype === "f32" ? Float32Array.from(data) : Uint32Array.from(data);
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

/** The outputs of each program, by name. What a program does not write is NaN. */
export async function outputsOf(
  loaded: LoadedModule,
  leaves: ReadonlyMap<string, Value>,
  dims: DimValues,
): Promise<ReadonlyMap<string, ReadonlyMap<string, TensorData>>> {
  const { spec } = loaded;
  for (const [name, tensor] of Object.entries(spec.tensors)) {
    const value = leaves.get(name);
    if (value !== undefined) loaded.write(name, toDevice(value, tensor.dtype));
  }
  const call = Object.fromEntries(spec.callDims.map((dim) => [dim, dims[dim] ?? NaN]));
  const programs = new Map<string, ReadonlyMap<string, TensorData>>();
  for (const [name, program] of Object.entries(spec.programs)) {
    poison(loaded, dims);
    loaded.run(name, call);
    const outputs = new Map<string, TensorData>();
    for (const output of program.outputs) outputs.set(output, await loaded.read(output));
    programs.set(name, outputs);
  }
  return programs;
}
