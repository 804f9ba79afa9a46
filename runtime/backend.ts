/**
 * The seam between programs and hardware. A trainer sees only these interfaces.
 *
 * @module
 */
import type { Dims, ModuleSpec } from "./spec.ts";
import type { Probe } from "./trace.ts";

/** The arrays that hold elements, on a buffer of some kind. */
export type Elements<B extends ArrayBufferLike = ArrayBufferLike> =
  | Float32Array<B>
  | Float16Array<B>
  | Uint32Array<B>
  | Int32Array<B>
  | Uint8Array<B>;

/** Host-side view of a tensor's elements. */
export type TensorData = Elements<ArrayBuffer>;

/** The backends that there are, as callers ask for them. */
export const BACKEND_NAMES = ["webgpu", "wasm", "native"] as const;

/** One of {@linkcode BACKEND_NAMES}. */
export type BackendName = typeof BACKEND_NAMES[number];

/** What a backend runs on, for reports and messages. */
export interface BackendInfo {
  /** Which backend it is. */
  readonly name: BackendName;
  /** The adapter's own description, or the CPU engine's. */
  readonly adapter: string;
  /** True when a "GPU" is really a program on the CPU. */
  readonly software: boolean;
  /** Threads of the CPU that run kernels; 1 where the GPU does. */
  readonly threads: number;
}

/** Names of a module's tensors, taken from its exact type. */
export type TensorName<M extends ModuleSpec> = keyof M["tensors"] & string;
/** Names of a module's programs, taken from its exact type. */
export type ProgramName<M extends ModuleSpec> = keyof M["programs"] & string;
/** Names of a module's dims, taken from its exact type. */
export type DimName<M extends ModuleSpec> = M["fixedDims"][number] | M["callDims"][number];

/** How long the calls of one kernel have taken. */
export interface KernelTime {
  /** The program that calls it. */
  readonly program: string;
  /** The kernel's name, unique within its program. */
  readonly kernel: string;
  /** Calls since the module was loaded. */
  readonly calls: number;
  /** Of all calls together, in seconds. */
  readonly seconds: number;
}

/** A device that runs compiled modules. */
export interface Backend {
  /** What it runs on. */
  readonly info: BackendInfo;
  /**
   * Allocates every slot of a module and prepares every kernel; nothing is allocated afterwards.
   * `dims` gives each fixed dim its value and each call dim its largest value.
   */
  load<const M extends ModuleSpec>(
    module: M,
    dims: Readonly<Record<DimName<M>, number>>,
  ): Promise<LoadedModule<M>>;
  /** Waits for queued work, then gives all memory back, that of loaded modules included. */
  dispose(): Promise<void>;
}

/** A module with memory of its own on one backend. Use after `dispose` is refused with a sentence. */
export interface LoadedModule<M extends ModuleSpec = ModuleSpec> {
  /** The module that was loaded. */
  readonly spec: M;
  /** The dims it was loaded with; call dims have their largest values. */
  readonly dims: Dims<string>;
  /** What it runs on. */
  readonly backend: BackendInfo;
  /**
   * Copies `data` to the start of a tensor. It has the tensor's size for some value of the call dims, so
   * a whole number of rows for a smaller batch; any other count is refused.
   *
   * @param at the element that the data begin at, for a part of a tensor: any number of elements that fit
   */
  write(tensor: TensorName<M>, data: TensorData, at?: number): void;
  /**
   * Queues one run of a program. Nothing is read back and nothing is awaited. `values` gives a number
   * for each call dim (0 is allowed) and each scalar of the program, and no others; values that do not
   * fit are refused here, before anything is queued.
   */
  run(program: ProgramName<M>, values: Readonly<Record<string, number>>): void;
  /**
   * Waits for everything queued, and runs a program as `run` does, with the same bits, but kernel by kernel: a
   * probe looks at tensors before and after each. Slow; to find faults.
   */
  trace(
    program: ProgramName<M>,
    values: Readonly<Record<string, number>>,
    probe: Probe,
  ): Promise<void>;
  /**
   * Waits for everything queued, and returns the first elements of a tensor for these call dims. Those
   * not given are taken from the last run that wrote the tensor, and are the largest if none has, or if
   * `write` came later. Throws the first error of any run since the last read: no data is ever
   * returned from a run with a pending error.
   */
  read(tensor: TensorName<M>, dims?: Readonly<Record<string, number>>): Promise<TensorData>;
  /**
   * Waits for everything queued, and returns the time that each kernel has taken, in the order of the
   * calls. Empty unless the backend was opened with `profile: true`.
   */
  kernelTimes(): Promise<readonly KernelTime[]>;
  /** Gives the memory back; a second time does nothing. */
  dispose(): void;
}
