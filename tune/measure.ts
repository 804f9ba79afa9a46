/**
 * Checks a schedule of a kernel against the kernel's plain twin, and times it.
 *
 * @module
 */
import { ARRAY_TYPES } from "../runtime/tensor_data.ts";
import type { Dims, ModuleSpec } from "../runtime/spec.ts";
import type { WebgpuBackend } from "../runtime/webgpu/backend.ts";
import type { LoadedModule, TensorData } from "../runtime/backend.ts";
import { fitsLimits } from "../runtime/webgpu/choose_schedule.ts";
import { launchesFrom } from "../runtime/webgpu/tuned.ts";
import type { Candidate } from "./candidates.ts";
import { RUN, type TunedKernel, tuningModule } from "./tuning_module.ts";

/** Values of every tensor. */
export type Values = ReadonlyMap<string, TensorData>;

/**
 * Results may differ from the plain twin's by this part of the largest: sums of a thousand terms in another
 * order differ by less than a tenth of it, and a term too few by more than ten times as much.
 */
export const TOLERANCE = 1e-4;

/** A kernel on a device, with the values that it is given and those that it has to compute. */
export class Bench {
  readonly #backend: WebgpuBackend;
  readonly #kernel: TunedKernel;
  readonly #dims: Dims<string>;
  readonly #call: Readonly<Record<string, number>>;
  readonly #given: Values;
  readonly #wanted: Values;

  private constructor(
    backend: WebgpuBackend,
    kernel: TunedKernel,
    dims: Dims<string>,
    given: Values,
    wanted: Values,
  ) {
    this.#backend = backend;
    this.#kernel = kernel;
    this.#dims = dims;
    this.#call = callOf(kernel, dims);
    this.#given = given;
    this.#wanted = wanted;
  }

  /** Draws values and lets the plain twin compute what every schedule must. */
  static async open(
    backend: WebgpuBackend,
    kernel: TunedKernel,
    dims: Dims<string>,
    random: () => number = Math.random,
  ): Promise<Bench> {
    const spec = tuningModule(kernel, { launches: [] });
    const loaded = await backend.load(spec, dims, { plain: true });
    try {
      const given = drawn(spec, dims, random);
      const wanted = await results(loaded, given, callOf(kernel, dims));
      for (const [name, values] of wanted) {
        if (values.every(Number.isFinite)) continue;
        throw new RangeError(
          `Cannot tune ${kernel.kernel.name}: its plain twin makes of random values a "${name}" ` +
            `that is not finite, which no schedule can be compared with`,
        );
      }
      return new Bench(backend, kernel, dims, given, wanted);
    } finally {
      loaded.dispose();
    }
  }

  /** Loads a schedule, or tells why it cannot count. */
  async try(candidate: Candidate): Promise<Contender | string> {
    const launches = launchesFrom(candidate);
    if (!fitsLimits(launches, this.#backend.limits)) return "it needs more than the device has";
    let loaded: LoadedModule;
    try {
      const spec = tuningModule(this.#kernel, launches);
      loaded = await this.#backend.load(spec, this.#dims, { machine: "gpu" });
    } catch (cause) {
      return cause instanceof Error ? cause.message.split("\n", 1).join() : String(cause);
    }
    const difference = firstDifference(
      await results(loaded, this.#given, this.#call),
      this.#wanted,
    );
    if (difference === undefined) return new Contender(candidate, loaded, this.#call);
    loaded.dispose();
    return difference;
  }
}

/** A schedule that computes what it must. */
export class Contender {
  /** The schedule. */
  readonly candidate: Candidate;
  readonly #loaded: LoadedModule;
  readonly #call: Readonly<Record<string, number>>;
  #seconds = 0;
  #calls = 1;
  /** Shortest time of a call so far, each taken over many calls, in milliseconds. */
  best = Infinity;

  constructor(
    candidate: Candidate,
    loaded: LoadedModule,
    call: Readonly<Record<string, number>>,
  ) {
    this.candidate = candidate;
    this.#loaded = loaded;
    this.#call = call;
  }

  /** Has the device time as many calls as fill some milliseconds. */
  async time(milliseconds: number): Promise<void> {
    // Nothing has been timed yet: a first call shows how many are needed.
    if (this.best === Infinity) await this.#sample(1);
    await this.#sample(Math.max(1, Math.min(MOST_CALLS, Math.round(milliseconds / this.best))));
  }

  /** Gives the memory back. */
  dispose(): void {
    this.#loaded.dispose();
  }

  async #sample(calls: number): Promise<void> {
    for (let call = 0; call < calls; call++) this.#loaded.run(RUN, this.#call);
    const [time] = await this.#loaded.kernelTimes();
    const { seconds = NaN, calls: all = NaN } = time ?? {};
    const milliseconds = 1000 * (seconds - this.#seconds) / (all - this.#calls);
    this.#seconds = seconds;
    this.#calls = all;
    if (milliseconds < this.best) this.best = milliseconds;
  }
}

const MOST_CALLS = 1000;

/** The values of a call: dims that each call chooses, and 1 for every scalar. */
function callOf({ module, program }: TunedKernel, dims: Dims<string>) {
  return Object.fromEntries([
    ...module.callDims.map((dim) => [dim, dims[dim] ?? NaN] as const),
    ...program.scalars.map((scalar) => [scalar, 1] as const),
  ]);
}

/** Random values for all that a kernel reads: below 1, and above 0 for what it updates, like variances. */
function drawn(spec: ModuleSpec, dims: Dims<string>, random: () => number): Values {
  const read = Object.entries(spec.tensors).filter(([, { kind }]) => kind !== "output");
  return new Map(read.map(([name, { dtype, kind, shape }]) => {
    const count = shape(dims).reduce((product, size) => product * size, 1);
    const next = () => {
      if (dtype !== "f32") return Math.floor(random() * 2);
      return kind === "input" ? 2 * random() - 1 : 0.1 + 0.9 * random();
    };
    return [name, ARRAY_TYPES[dtype].from(Array.from({ length: count }, next))];
  }));
}

/** Runs a kernel once over given values, and reads what it wrote. What it must write is poisoned before. */
async function results(
  loaded: LoadedModule,
  given: Values,
  call: Readonly<Record<string, number>>,
): Promise<Values> {
  for (const [name, data] of given) loaded.write(name, data);
  const program = loaded.spec.programs[RUN];
  for (const name of program?.outputs ?? []) {
    const { length } = await loaded.read(name);
    const { dtype } = loaded.spec.tensors[name] ?? { dtype: "f32" };
    const poison = dtype === "f32"
      ? new Float32Array(length).fill(NaN)
      : new Uint32Array(length).fill(~0);
    loaded.write(name, poison);
  }
  loaded.run(RUN, call);
  const written = new Map<string, TensorData>();
  for (const name of [...program?.outputs ?? [], ...program?.updates ?? []]) {
    written.set(name, await loaded.read(name));
  }
  return written;
}

/** The largest magnitude of some values, or 1. */
function largestOf(values: TensorData): number {
  let largest = 1;
  for (const value of values) largest = Math.max(largest, Math.abs(value));
  return largest;
}

/** Where results differ by more than the tolerance, in words. */
export function firstDifference(got: Values, wanted: Values): string | undefined {
  for (const [name, right] of wanted) {
    const values = got.get(name) ?? [];
    const most = TOLERANCE * largestOf(right);
    // A value that is not a number differs from every other.
    const at = right.findIndex((value, i) => !(Math.abs((values[i] ?? NaN) - value) <= most));
    if (at >= 0) {
      return `its ${name}[${at}] is ${values[at]}, the plain twin's is ${right[at]}`;
    }
  }
  return undefined;
}
