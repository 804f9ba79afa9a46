/**
 * What a run of the benchmark found, as it is written to a file.
 *
 * @module
 */
import type { Summary } from "./statistics.ts";
import type { StepContestant } from "./step_contestants.ts";

/** Everything. Sections that were not asked for are absent. */
export interface BenchResults {
  /** When the run began, in ISO 8601. */
  readonly date: string;
  /** How long it took. */
  readonly seconds: number;
  /** Whether turns were short and few; then numbers mean little. */
  readonly quick: boolean;
  readonly rounds: number;
  readonly machine: Machine;
  /** Names and versions of what took part, and the devices it ran on. */
  readonly engines: readonly string[];
  /** Sentences about what was left out, and why. */
  readonly notices: readonly string[];
  readonly step?: StepResults;
  readonly kernels?: KernelResults;
  readonly scaling?: ScalingResults;
  readonly peaks?: PeakResults;
}

/** What it ran on. */
export interface Machine {
  readonly cpu: string;
  /** The widest vector instructions of the processor, where known; WebAssembly's have 128 bits. */
  readonly vectors: string;
  readonly cores: number;
  readonly system: string;
  readonly deno: string;
  readonly v8: string;
}

/** Whole training steps. */
export interface StepResults {
  readonly rows: readonly StepRow[];
}

/** A contestant, and what was measured. */
export interface StepRow extends Omit<StepContestant, "pace"> {
  /** Absent if it did not run. */
  readonly measured?: {
    /** Of a step. */
    readonly milliseconds: Summary;
    /** Of the first step, which may compile. */
    readonly firstMilliseconds: number;
    readonly peakMiB: number;
    readonly firstLoss: number;
    /** Mean of the last steps that are judged. */
    readonly lastLoss: number;
    /** Of a turn. */
    readonly steps: number;
  };
  /** Whether it ran and its losses are right. */
  readonly counts: boolean;
  /** What went wrong, as a sentence; empty if nothing did. */
  readonly why: string;
}

/** Single matrix products. */
export interface KernelResults {
  readonly columns: readonly KernelColumn[];
  readonly rows: readonly KernelRow[];
}

/** A contestant. */
export interface KernelColumn {
  readonly id: string;
  /** E.g. `tilewright, wasm`. */
  readonly name: string;
  /** 0 where the engine decides. */
  readonly threads: number;
  /** What went wrong; empty if nothing did. */
  readonly why: string;
}

/** A product. */
export interface KernelRow {
  readonly name: string;
  readonly group: "step" | "square";
  readonly megaFlop: number;
  /** Milliseconds of a call by contestant; absent where it was not tried. */
  readonly milliseconds: Readonly<Record<string, Summary>>;
}

/** How tilewright's step grows. */
export interface ScalingResults {
  readonly points: readonly ScalingPoint[];
}

/** A step of some size. */
export interface ScalingPoint {
  /** What is varied. */
  readonly axis: ScalingAxis;
  /** Its value. */
  readonly value: number;
  /** By all rules, or with the weight tiled. */
  readonly form: "derived" | "as written";
  readonly threads: number;
  readonly batch: number;
  /** Millions of operations of a step's contractions and reductions. */
  readonly megaFlop: number;
  /** Absent if it did not run. */
  readonly milliseconds?: Summary;
  /** Loss of the first step. */
  readonly firstLoss?: number;
  /** What went wrong; empty if nothing did. */
  readonly why: string;
}

/** What is varied: samples of a step, uses of the shared weight, width of the hidden layer, threads. */
export type ScalingAxis = "batch" | "tiles" | "width" | "threads";

/** What the machine can do, and what the step's kernels make of it. */
export interface PeakResults {
  readonly peaks: readonly Peak[];
  readonly profiles: readonly Profile[];
}

/** The best that a loop of generated WebAssembly did. */
export interface Peak {
  /** Multiply-add fused, multiply and add apart, or a copy. */
  readonly loop: "fused" | "apart" | "copy";
  readonly threads: number;
  /** GFLOP/s, or GB/s read and written. */
  readonly rate: number;
}

/** The kernels of a step of the MNIST example's model. */
export interface Profile {
  readonly threads: number;
  readonly input: "dense" | "sparse";
  readonly rows: readonly ProfiledKernel[];
  /** What went wrong; empty if nothing did. */
  readonly why: string;
}

/** A kernel's row; see `runtime/profile.ts`. */
export interface ProfiledKernel {
  readonly program: string;
  readonly kernel: string;
  readonly calls: number;
  readonly milliseconds: number;
  readonly share: number;
  readonly gflops: number;
  readonly gbytes: number;
  /** Share of what the peaks allow. */
  readonly attained: number;
}
