/**
 * Chooses among the schedules that a kernel comes with, from facts that an adapter states and never
 * from its name.
 *
 * @module
 */
import type { KernelSpec, LaunchesSpec } from "../spec.ts";
import type { Limits } from "./limits.ts";

/** What an adapter tells of how it runs a workgroup. Some platforms leave some of it out. */
export interface MachineFacts {
  /** True if the adapter is a program on the CPU. */
  readonly isFallbackAdapter?: boolean;
  /** Most invocations that run in step with one another; 0 is as good as absent. */
  readonly subgroupMaxSize?: number;
}

/**
 * How a machine runs a workgroup:
 * - `vector`: one vector of a CPU at a time, its elements being invocations side by side. Loads are
 *   dear, registers are plentiful, and workgroup memory is memory like any other.
 * - `gpu`: many invocations at a time, which share fast memory.
 */
export type MachineKind = "vector" | "gpu";

/** The widest vector of a CPU in f32 elements; only few and small GPUs have subgroups as narrow. */
const WIDEST_VECTOR = 8;

/**
 * The kind of a machine. Where a fact is missing it is taken to be a GPU: nearly all are, and a GPU that
 * runs a vector's schedule leaves most of its lanes idle, while a CPU that runs a GPU's only copies
 * more than it needs to. GPUs of narrow subgroups count as vectors; those there are have no fast memory
 * to share either.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * assert.equal(machineKind({ isFallbackAdapter: true }), "vector");
 * assert.equal(machineKind({ isFallbackAdapter: false, subgroupMaxSize: 8 }), "vector");
 * assert.equal(machineKind({ isFallbackAdapter: false, subgroupMaxSize: 32 }), "gpu");
 * assert.equal(machineKind({}), "gpu");
 * ```
 */
export function machineKind(facts: MachineFacts): MachineKind {
  const { isFallbackAdapter = false, subgroupMaxSize = 0 } = facts;
  const isNarrow = subgroupMaxSize > 0 && subgroupMaxSize <= WIDEST_VECTOR;
  return isFallbackAdapter || isNarrow ? "vector" : "gpu";
}

/** The facts in what an adapter says of itself. */
export function factsOf(info: GPUAdapterInfo): MachineFacts {
  // Typed as always present, but older platforms lack each of them.
  const { isFallbackAdapter, subgroupMaxSize }: MachineFacts = info;
  return {
    ...(isFallbackAdapter === undefined ? {} : { isFallbackAdapter }),
    ...(subgroupMaxSize === undefined ? {} : { subgroupMaxSize }),
  };
}

/** What there is to choose by. */
export interface ScheduleChoice {
  readonly machine: MachineKind;
  readonly limits: Limits;
  /** The launches that timing found best. */
  readonly tuned?: LaunchesSpec<string> | undefined;
}

/**
 * The launches of a kernel on a machine: tuned ones, else those for GPUs on a GPU, else those for vectors;
 * each only where the device's limits allow it.
 */
export function chooseLaunches(
  { gpu, shader }: Pick<KernelSpec<string>, "gpu" | "shader">,
  { machine, limits, tuned }: ScheduleChoice,
): LaunchesSpec<string> {
  if (tuned !== undefined && fitsLimits(tuned, limits)) return tuned;
  return machine === "gpu" && gpu !== undefined && fitsLimits(gpu, limits)
    ? gpu
    : { launches: [shader] };
}

/** True if workgroups of these launches are within a device's limits. */
export function fitsLimits({ launches }: LaunchesSpec<string>, limits: Limits): boolean {
  return launches.every(({ workgroupSize: [x, y, z], workgroupMemory = 0 }) =>
    workgroupMemory <= limits.maxComputeWorkgroupStorageSize &&
    x * y * z <= limits.maxComputeInvocationsPerWorkgroup &&
    x <= limits.maxComputeWorkgroupSizeX && y <= limits.maxComputeWorkgroupSizeY &&
    z <= limits.maxComputeWorkgroupSizeZ
  );
}
