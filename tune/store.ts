/** Keeps choices in a file. @module */
import { dirname } from "node:path";
import { writeAtomically } from "../runtime/files/atomic_file.ts";
import {
  kernelKey,
  readTuned,
  type StoredKernel,
  TUNED_FORMAT,
  type TunedMachine,
  type TunedSchedules,
} from "../runtime/webgpu/tuned.ts";
import { plainSpec } from "./tuning_module.ts";
import type { Tuning } from "./tuner.ts";

/** The fastest schedule of a kernel as a file keeps it; none if every schedule was refused. */
export async function storedKernel({ task, trials }: Tuning): Promise<StoredKernel | undefined> {
  const [best] = trials;
  if (best?.milliseconds === undefined) return undefined;
  const { schedule, launches, partials } = best.candidate;
  return {
    key: await kernelKey(plainSpec(task)),
    name: `${task.module.name}.${task.program.name}: ${task.kernel.name}`,
    schedule,
    milliseconds: best.milliseconds,
    launches,
    ...(partials === undefined ? {} : { partials }),
  };
}

/** New choices beside those that were there before, of other kernels on the same machine. */
export function merged(
  before: TunedSchedules | undefined,
  machine: TunedMachine,
  kernels: readonly StoredKernel[],
): TunedSchedules {
  const isSame = before?.machine.adapter === machine.adapter;
  const old = isSame ? before.kernels : [];
  const kept = old.filter(({ key }) => kernels.every((each) => each.key !== key));
  return { format: TUNED_FORMAT, machine, kernels: [...kept, ...kernels] };
}

/** Writes choices to a file, beside those that it has already. */
export async function store(
  path: string,
  machine: TunedMachine,
  kernels: readonly StoredKernel[],
): Promise<void> {
  await Deno.mkdir(dirname(path), { recursive: true });
  const content = merged(await readBefore(path), machine, kernels);
  // Whole or not at all: a training run may read it at the same time.
  await writeAtomically(path, `${JSON.stringify(content, undefined, 1)}\n`);
}

async function readBefore(path: string): Promise<TunedSchedules | undefined> {
  try {
    return readTuned(await Deno.readTextFile(path));
  } catch (cause) {
    // Not there yet, or of an older form: it is written anew.
    if (cause instanceof Deno.errors.NotFound || cause instanceof TypeError) return undefined;
    throw cause;
  }
}
