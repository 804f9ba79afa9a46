/**
 * Schedules that were found by timing on a machine (`deno task tune`), as a file keeps them.
 *
 * A kernel is known by its plain twin: a schedule that was tuned for other mathematics, or for an older
 * form of a kernel, fits no kernel any more and is left alone.
 *
 * @module
 */
import type { Access, Dims, KernelSpec, LaunchesSpec, LaunchSpec, ShaderSpec } from "../spec.ts";
import { gridOf } from "../grid.ts";
import { messageOf } from "../wording.ts";
import type { MachineFacts } from "./choose_schedule.ts";
import { withoutComments } from "./pipelines.ts";

/** A size as data: a number times dims. */
export interface StoredExtent {
  /** The number. */
  readonly count: number;
  /** The dims, by name. */
  readonly dims: readonly string[];
}

/** A launch as data. */
export interface StoredLaunch {
  /** A name for messages. */
  readonly file: string;
  /** The text of the shader. */
  readonly source: string;
  /** Workgroups: the product of how many pieces of `per` cover each extent. */
  readonly grid: readonly (StoredExtent & { readonly per: number })[];
  /** Invocations of a workgroup, by direction. */
  readonly workgroupSize: readonly [number, number, number];
  /** Bytes that the invocations of a workgroup share. */
  readonly workgroupMemory?: number;
  /** Constants of the shader that are given when it is compiled, by name. */
  readonly overrides?: Readonly<Record<string, string>>;
  /** What the shader binds, in order: a tensor, or nothing for what launches hand on. */
  readonly bindings?: readonly { readonly tensor: string | null; readonly access: Access }[];
}

/** A kernel's fastest schedule, and how fast it was. */
export interface StoredKernel {
  /** {@linkcode kernelKey} of the kernel. */
  readonly key: string;
  /** Where it was first met, e.g. `mnist_shared.step: relu1`. */
  readonly name: string;
  /** The schedule in a few words. */
  readonly schedule: string;
  /** Of one call. */
  readonly milliseconds: number;
  /** What has to be launched, in order. */
  readonly launches: readonly StoredLaunch[];
  /** Elements that the launches hand on; absent for a single launch. */
  readonly partials?: StoredExtent;
}

/** The machine that schedules were tuned on. */
export interface TunedMachine extends MachineFacts {
  /** The adapter's own description. */
  readonly adapter: string;
}

/** The version of the form of these files. */
export const TUNED_FORMAT = 1;

/** The content of a file of tuned schedules. */
export interface TunedSchedules {
  /** The version of this form. */
  readonly format: typeof TUNED_FORMAT;
  /** What they were tuned on. */
  readonly machine: TunedMachine;
  /** The fastest schedule of each kernel. */
  readonly kernels: readonly StoredKernel[];
}

/**
 * Reads a file of tuned schedules.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * const text = JSON.stringify({ format: 1, machine: { adapter: "a GPU" }, kernels: [] });
 * assert.equal(readTuned(text).machine.adapter, "a GPU");
 * assert.throws(() => readTuned("{}"), /deno task tune/);
 * ```
 *
 * @throws {TypeError} if the text is none, or of another version.
 */
export function readTuned(text: string): TunedSchedules {
  const next = `run "deno task tune" to write it anew, or remove it`;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new TypeError(`Cannot read tuned schedules: ${messageOf(cause)}; ${next}`, { cause });
  }
  if (!isTuned(value)) {
    throw new TypeError(
      `Cannot read tuned schedules: the file is not of format ${TUNED_FORMAT}; ${next}`,
    );
  }
  return value;
}

/** The command writes the file whole, so that its version vouches for what is inside. */
function isTuned(value: unknown): value is TunedSchedules {
  if (typeof value !== "object" || value === null) return false;
  if (!("format" in value && "machine" in value && "kernels" in value)) return false;
  const { format, machine, kernels } = value;
  return format === TUNED_FORMAT && Array.isArray(kernels) && typeof machine === "object" &&
    machine !== null && "adapter" in machine && typeof machine.adapter === "string";
}

/** What a kernel is known by: a digest of its plain twin, without comments. */
export async function kernelKey({ source }: Pick<ShaderSpec<string>, "source">): Promise<string> {
  const text = new TextEncoder().encode(withoutComments(source));
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", text));
  return Array.from(digest.subarray(0, 16), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Tuned schedules for one machine. */
export class Tuned {
  readonly #kernels: ReadonlyMap<string, StoredKernel>;
  /** What there is to say of them: how many, or why none. */
  readonly note: string;

  /** Takes those that were tuned on a machine like this one; without any, the model of cost decides. */
  constructor(schedules: TunedSchedules | undefined, machine: TunedMachine) {
    const fits = schedules !== undefined && sameMachine(schedules.machine, machine);
    const kernels = fits ? schedules.kernels : [];
    this.#kernels = new Map(kernels.map((kernel) => [kernel.key, kernel]));
    this.note = schedules === undefined
      ? "schedules chosen by a model of their cost"
      : fits
      ? `schedules of ${kernels.length} kernels chosen by timing`
      : `schedules chosen by a model of their cost, as those at hand were tuned on ${schedules.machine.adapter}`;
  }

  /** The tuned launches of a kernel. */
  async launchesOf(kernel: KernelSpec<string>): Promise<LaunchesSpec<string> | undefined> {
    if (this.#kernels.size === 0) return undefined;
    const stored = this.#kernels.get(await kernelKey(kernel.plain));
    return stored === undefined ? undefined : launchesFrom(stored);
  }
}

function sameMachine(a: TunedMachine, b: TunedMachine): boolean {
  return a.adapter === b.adapter && a.isFallbackAdapter === b.isFallbackAdapter &&
    a.subgroupMaxSize === b.subgroupMaxSize;
}

/** Launches as the runtime takes them. */
export function launchesFrom(
  { launches, partials }: Pick<StoredKernel, "launches" | "partials">,
): LaunchesSpec<string> {
  return {
    launches: launches.map(({ grid, ...launch }): LaunchSpec<string> => ({
      ...launch,
      workgroups: (dims) =>
        gridOf(
          grid.reduce(
            (count, { per, ...extent }) => count * Math.ceil(sizeOf(extent, dims) / per),
            1,
          ),
          1,
        ),
    })),
    ...(partials === undefined ? {} : { partialBytes: (dims) => 4 * sizeOf(partials, dims) }),
  };
}

function sizeOf({ count, dims }: StoredExtent, sizes: Dims<string>): number {
  return dims.reduce((size, dim) => size * (sizes[dim] ?? NaN), count);
}
