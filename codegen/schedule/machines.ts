/** What is known of machines, as facts: limits that must be kept, and what things cost. @module */
import type { MachineKind } from "../kernel/tiling.ts";

/** Invocations of a workgroup in one dimension, for kernels that are no contractions. */
export const WORKGROUP = 64;

/** Tensors that one kernel may use: as many as every device binds. */
export const MOST_TENSORS = 8;

/** The facts that tilings are chosen by. */
export interface Machine {
  readonly kind: MachineKind;
  /** Invocations along rows and columns that a workgroup may have. */
  readonly workgroups: readonly { readonly rows: number; readonly columns: number }[];
  /** Rows and columns that an invocation may sum. */
  readonly sides: readonly number[];
  /** Results that an invocation may keep in registers, or as near as a CPU's fastest memory. */
  readonly mostResults: number;
  /** The same where sizes come later: a small tile computes little in vain, whatever they are. */
  readonly mostResultsUnsized: number;
  /** Multiplications that one turn of the innermost loop may spell out: a compiler's time grows with them. */
  readonly mostProducts: number;
  /** True if results are finished row by row in a loop: where registers are memory anyway. */
  readonly rolls: boolean;
  /** Steps of k that may be copied to a workgroup's memory at a time; none for no such memory. */
  readonly depths: readonly number[];
  /** Elements of f32 that a workgroup's memory holds. */
  readonly workgroupElements: number;
  /** Parts that k may be summed in, and steps that a part must have to be worth it. */
  readonly mostSplits: number;
  readonly leastPart: number;
}

/**
 * A CPU whose vectors have eight elements, each an invocation. Only invocations along the first dimension
 * share a vector. Every load goes element by element with a check for each, so that large tiles pay,
 * although they fit no CPU's registers.
 */
export const VECTOR_MACHINE: Machine = {
  kind: "vector",
  workgroups: [{ rows: 1, columns: 8 }, { rows: 8, columns: 1 }],
  sides: [1, 2, 4, 5, 8, 10, 12, 16, 20, 24, 28, 32],
  mostResults: 320,
  mostResultsUnsized: 64,
  mostProducts: 640,
  rolls: true,
  depths: [],
  workgroupElements: 0,
  mostSplits: 1,
  leastPart: 0,
};

/** What every device that programs may count on has: 256 invocations and 16 KiB to a workgroup. */
export const GPU_MACHINE: Machine = {
  kind: "gpu",
  workgroups: [
    { rows: 8, columns: 8 },
    { rows: 8, columns: 16 },
    { rows: 16, columns: 8 },
    { rows: 16, columns: 16 },
  ],
  sides: [4, 8],
  mostResults: 64,
  mostResultsUnsized: 64,
  mostProducts: 64,
  rolls: false,
  depths: [8, 16, 32],
  workgroupElements: 4096,
  mostSplits: 32,
  leastPart: 64,
};
