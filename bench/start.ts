/**
 * Writes what all contestants start from: the same first weights, and the same order of samples. So
 * every contestant computes the same steps, and a wrong one shows by its losses.
 *
 * @module
 */
import { join } from "node:path";
import { mnistOriginal } from "../generated/mnist_original/mnist_original.ts";
import { mnistShared } from "../generated/mnist_shared/mnist_shared.ts";
import type { TensorData } from "../runtime/backend.ts";
import { fillEpochOrder } from "../runtime/data/batches.ts";
import { initialValues } from "../runtime/parameters.ts";
import type { ModuleSpec } from "../runtime/spec.ts";

/** Decides first weights and the order of samples, by the rules of `runtime/`. */
export const SEED = 2016;

/** Samples of a step, where a size is not what is measured. */
export const BATCH = 100;

/** Images that steps learn from. */
const SAMPLES = 60_000;

const MODELS: Readonly<Record<string, ModuleSpec>> = {
  shared: mnistShared,
  original: mnistOriginal,
};

/** The parameters of a model, layer by layer, each weight before its bias. */
function firstParameters(spec: ModuleSpec): readonly TensorData[] {
  const parts = Object.entries(spec.tensors).flatMap(([name, { kind, dtype, shape, init }]) => {
    if (kind !== "parameter" || init === undefined) return [];
    const count = shape({}).reduce((product, size) => product * size, 1);
    return [{ name, values: initialValues(name, dtype, count, init({}), SEED) }];
  });
  return parts.toSorted((a, b) => a.name < b.name ? -1 : 1).map(({ values }) => values);
}

/** A file may take less than all at once. */
async function write(file: Deno.FsFile, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length;) at += await file.write(bytes.subarray(at));
}

/** Writes `<model>.f32` for each model and `order.u32` into a folder. */
export async function writeStart(folder: string): Promise<void> {
  await Deno.mkdir(folder, { recursive: true });
  for (const [model, spec] of Object.entries(MODELS)) {
    using file = await Deno.create(join(folder, `${model}.f32`));
    for (const { buffer } of firstParameters(spec)) await write(file, new Uint8Array(buffer));
  }
  const order = fillEpochOrder(new Uint32Array(SAMPLES), SEED, 1);
  await Deno.writeFile(join(folder, "order.u32"), new Uint8Array(order.buffer));
}
