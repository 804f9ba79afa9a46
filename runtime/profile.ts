/**
 * Where a program's time goes: the times of kernels joined with the work that a module's spec states
 * for them, and with what the machine could do.
 *
 * @module
 */
import type { KernelTime } from "./backend.ts";
import type { Dims, KernelSpec } from "./spec.ts";

/** The most that a machine was measured to do. */
export interface MeasuredPeak {
  /** Billions of floating-point operations per second. */
  readonly gflops: number;
  /** Billions of bytes read and written per second. */
  readonly gbytes: number;
}

/** What one kernel of a program costs. */
export interface ProfileRow {
  /** The program that calls it. */
  readonly program: string;
  /** The kernel's name, unique within its program. */
  readonly kernel: string;
  /** Calls that were timed. */
  readonly calls: number;
  /** Of one call, on average. */
  readonly milliseconds: number;
  /** Its part of the time of all rows, from 0 to 1. */
  readonly share: number;
  /** Billions of counted operations per second; 0 for a kernel that only moves data. */
  readonly gflops: number;
  /** Billions of bytes per second, of those that it must move at least. */
  readonly gbytes: number;
  /** The time that the peak would need, over the time it took; absent where no peak was given. */
  readonly attained?: number;
}

/** A kernel's name, and how much it does. */
export type WorkOfKernel = Pick<KernelSpec<string>, "name" | "flops" | "bytes">;

/** As much of a module's spec as a profile needs. */
export interface WorkSpec {
  /** The declaration's name. */
  readonly name: string;
  /** Programs by name, each with the work of its kernels. */
  readonly programs: Readonly<Record<string, { readonly kernels: readonly WorkOfKernel[] }>>;
}

/** What {@linkcode profileRows} joins. */
export interface ProfileInput {
  /** What a loaded module tells. */
  readonly times: readonly KernelTime[];
  /** The spec of that module. */
  readonly spec: WorkSpec;
  /** The dims of the runs: fixed dims, and those call dims that all runs had. */
  readonly dims: Dims<string>;
  /** What the machine can do at most. */
  readonly peak?: MeasuredPeak;
}

/**
 * Rows of a profile, slowest first: the kernel first that took the most time in all its calls. Kernels
 * that were never called have no row.
 *
 * What a kernel could attain is the roofline of Williams, Waterman and Patterson, "Roofline: An
 * Insightful Visual Performance Model for Multicore Architectures", CACM 52 (2009): the lesser of the
 * peak of arithmetic and of intensity times bandwidth. Said as a time, it is the greater of
 * `operations / peak` and `bytes / bandwidth`, which holds for kernels without arithmetic too.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 *
 * const product = { name: "product", flops: () => 4e6, bytes: () => 1e6 };
 * const rows = profileRows({
 *   times: [{ program: "forward", kernel: "product", calls: 2, seconds: 0.004 }],
 *   spec: { name: "layer", programs: { forward: { kernels: [product] } } },
 *   dims: {},
 *   peak: { gflops: 4, gbytes: 10 },
 * });
 * assert.equal(rows[0]?.milliseconds, 2);
 * assert.equal(rows[0]?.gflops, 2);
 * assert.equal(rows[0]?.attained, 0.5); // 1 ms would do: 4 MFLOP at 4 GFLOP/s
 * ```
 *
 * @throws {Error} if a time is of a kernel that the spec does not have.
 */
export function profileRows({ times, spec, dims, peak }: ProfileInput): readonly ProfileRow[] {
  const called = times.filter(({ calls }) => calls > 0);
  const total = called.reduce((sum, { seconds }) => sum + seconds, 0);
  return called.toSorted((a, b) => b.seconds - a.seconds).map((time) => {
    const { program, kernel, calls, seconds } = time;
    const work = kernelOf(spec, time);
    const [flops, bytes] = [work.flops(dims), work.bytes(dims)];
    const perCall = seconds / calls;
    return {
      program,
      kernel,
      calls,
      milliseconds: 1e3 * perCall,
      share: ratio(seconds, total),
      gflops: ratio(flops, perCall) / 1e9,
      gbytes: ratio(bytes, perCall) / 1e9,
      ...(peak === undefined
        ? {}
        : { attained: ratio(secondsAtPeak(flops, bytes, peak), perCall) }),
    };
  });
}

/** A clock may be too coarse to see a short kernel; then nothing is known of its speed. */
function ratio(part: number, whole: number): number {
  return whole === 0 ? 0 : part / whole;
}

function secondsAtPeak(flops: number, bytes: number, peak: MeasuredPeak): number {
  return Math.max(flops / (peak.gflops * 1e9), bytes / (peak.gbytes * 1e9));
}

function kernelOf(spec: WorkSpec, { program, kernel }: KernelTime): WorkOfKernel {
  const kernels = spec.programs[program]?.kernels ?? [];
  const found = kernels.find((each) => each.name === kernel);
  if (found !== undefined) return found;
  throw new Error(
    `Cannot profile kernel "${kernel}" of program "${program}": module "${spec.name}" has no such ` +
      `kernel; give the spec of the module that was timed`,
  );
}
