/** Runs a random program's generated module on devices and compares with exact values. @module */
import type { LoadedModule, TensorData } from "../../runtime/backend.ts";
import type { ModuleSpec } from "../../runtime/spec.ts";
import type { Accuracy } from "./accuracy.ts";
import { withFreshModule } from "../../explain/temporary_module.ts";
import { resultsOf } from "./run_module.ts";
import type { Tally } from "./tally.ts";
import { differenceOf, expectedOf, type Trial } from "./trial.ts";

/** Results by name, of each program by name. */
type Results = ReadonlyMap<string, ReadonlyMap<string, TensorData>>;

/** A way to run modules. */
export interface Device {
  readonly name: string;
  /** How exactly it computes. */
  readonly accuracy: Accuracy;
  readonly load: (
    module: ModuleSpec,
    dims: Readonly<Record<string, number>>,
  ) => Promise<LoadedModule>;
  /** The name of an earlier device whose results must be the same, bit for bit. */
  readonly like?: string;
}

/** Where a device computes something else than a program declares, in words. */
export async function checkDevices(
  trial: Trial,
  devices: readonly Device[],
  tally: Tally,
): Promise<string | undefined> {
  return await withFreshModule(
    trial.declaration,
    (module) => checkModule(trial, module, devices, tally),
    trial.rules,
  );
}

/** The same for the module that was generated from it. */
export async function checkModule(
  trial: Trial,
  module: ModuleSpec,
  devices: readonly Device[],
  tally: Tally,
): Promise<string | undefined> {
  const results = new Map<string, Results>();
  for (const device of devices) {
    const found = await checkDevice(trial, module, device, results, tally);
    if (found !== undefined) return found;
  }
  return undefined;
}

async function checkDevice(
  trial: Trial,
  module: ModuleSpec,
  { name, accuracy, load, like }: Device,
  results: Map<string, Results>,
  tally: Tally,
): Promise<string | undefined> {
  const { leaves } = trial;
  const used = [...module.fixedDims, ...module.callDims];
  const dims = Object.fromEntries(used.map((dim) => [dim, trial.dims[dim] ?? NaN]));
  // Memory is for one sample at least; a call may have none.
  const memory = module.callDims.map((dim) => [dim, Math.max(1, dims[dim] ?? 1)]);
  const loaded = await load(module, { ...dims, ...Object.fromEntries(memory) });
  try {
    const got = await resultsOf(loaded, leaves, dims);
    results.set(name, got);
    const other = like === undefined ? undefined : results.get(like);
    return other === undefined
      ? differenceFrom(trial, accuracy, got, name, tally)
      : bitDifference(got, other, `${name} beside ${like}`);
  } finally {
    loaded.dispose();
  }
}

function differenceFrom(
  trial: Trial,
  accuracy: Accuracy,
  got: Results,
  what: string,
  tally: Tally,
): string | undefined {
  for (const each of expectedOf(trial, accuracy)) {
    const found = differenceOf(each, got.get(each.program)?.get(each.name) ?? [], what, tally);
    if (found !== undefined) return found;
  }
  return undefined;
}

function bitDifference(
  got: Results,
  wanted: Results,
  what: string,
): string | undefined {
  for (const [program, results] of got) {
    for (const [name, data] of results) {
      const other = wanted.get(program)?.get(name);
      const at = data.findIndex((value, i) => !Object.is(value, other?.[i]));
      if (at < 0) continue;
      return `${what}: ${program}: ${name}[${at}] is ${data[at]}, wanted the bits of ${
        other?.[at]
      }`;
    }
  }
  return undefined;
}
