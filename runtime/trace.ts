/**
 * Looking into a run while it happens, kernel by kernel.
 *
 * @module
 */
import type { TensorData } from "./backend.ts";
import type { KernelSpec } from "./spec.ts";

/** A kernel of a run that is traced. */
export interface TracedKernel {
  /** What it is. */
  readonly spec: KernelSpec<string>;
  /** Its place among the kernels of its program. */
  readonly index: number;
}

/** Whether a kernel is about to run, or has run. */
export type Moment = "before" | "after";

/** Looks at tensors between kernels, where temporaries still hold what the next kernel will write over. */
export interface Probe {
  /** Names of the tensors to look at in this moment; any of the module. */
  wants(kernel: TracedKernel, moment: Moment): readonly string[];
  /** Takes copies of them, of the sizes that they have for the dims of the run. Not called for none. */
  take(kernel: TracedKernel, moment: Moment, tensors: ReadonlyMap<string, TensorData>): void;
}

/** The names that a probe wants to look at, and what it does with them. */
export interface Look {
  /** Names of tensors, at least one. */
  readonly names: readonly string[];
  /** Hands copies to the probe. */
  take(tensors: ReadonlyMap<string, TensorData>): void;
}

/** What a probe wants in a moment; nothing where it wants none. */
export function lookOf(probe: Probe, kernel: TracedKernel, moment: Moment): Look | undefined {
  const names = probe.wants(kernel, moment);
  if (names.length === 0) return undefined;
  return { names, take: (tensors) => probe.take(kernel, moment, tensors) };
}
