/**
 * The contract between generated bindings and the runtime.
 *
 * The code generator writes one {@linkcode ModuleSpec} for every layer and every model, as a literal
 * that ends in `satisfies ModuleSpec<...>`; `deno check` therefore proves that generator and runtime
 * agree. The runtime never sees a declaration, a graph or a compiler: everything it needs to run a
 * program is data in this file's types.
 *
 * Functions of dims are declared as methods on purpose: a module knows its dims by name, and method
 * parameters let such a module stand where only `ModuleSpec` (any dims) is asked for.
 *
 * @module
 */

/**
 * Element types a tensor can have on a device: four bytes each; f16, which takes two and which kernels compute
 * with as f32; and bytes, which kernels only read.
 */
export type Dtype = "f32" | "f16" | "u32" | "i32" | "u8";

/** A number for each named dim, e.g. `{ B: 100, K: 100, n: 10, O: 900 }`. */
export type Dims<D extends string> = Readonly<Record<D, number>>;

/** What the values of a call may depend on: every dim, and every scalar the program asks for. */
export type CallValues<D extends string, S extends string = string> = Dims<D> & Dims<S>;

/** How a parameter gets its first values. Sizes are already numbers. */
export type Initialiser =
  | { readonly kind: "constant"; readonly value: number }
  | { readonly kind: "normal"; readonly mean: number; readonly std: number }
  | { readonly kind: "uniform"; readonly low: number; readonly high: number }
  /** A matrix with orthonormal rows, or columns where those are fewer, times the gain. */
  | {
    readonly kind: "orthogonal";
    readonly gain: number;
    readonly rows: number;
    readonly columns: number;
  };

/** A named tensor of a module: what it holds, how large it is, and where it lives. */
export interface TensorSpec<D extends string> {
  /** What an element is. */
  readonly dtype: Dtype;
  /** The shape as declared, for reading and for error messages, e.g. `["B", "n·K"]`. */
  readonly dims: readonly string[];
  /** The shape in numbers (row-major; the last axis is contiguous). */
  shape(dims: Dims<D>): readonly number[];
  /**
   * - `input`: written before a run, by the caller or by another program, such as `draw`.
   * - `parameter`: trainable; initialised once, updated in place by a training program.
   * - `state`: kept between runs (moments of an optimizer, totals of a metric).
   * - `output`: the result of a program; valid after its run.
   * - `temporary`: lives inside one run; shares its slot with others.
   */
  readonly kind: "input" | "parameter" | "state" | "output" | "temporary";
  /** Index into {@linkcode ModuleSpec.slots}: the piece of memory that holds this tensor. */
  readonly slot: number;
  /** First values; present for every `parameter` and `state`. */
  init?(dims: Dims<D>): Initialiser;
}

/** A piece of memory, allocated once; tensors whose lifetimes do not meet share one. */
export interface SlotSpec<D extends string> {
  /** Its size: that of the largest of its tensors. */
  bytes(dims: Dims<D>): number;
}

/** How a kernel uses a tensor. `read_write` is an update in place. */
export type Access = "read" | "write" | "read_write";

/**
 * One generated WGSL text of a kernel and how to launch it. The text has exactly one entry point, of
 * any name, and declares an `override` for each of the kernel's constants and no others.
 */
export interface ShaderSpec<D extends string> {
  /**
   * Where the text stands, relative to {@linkcode WasmSpec.plain}, i.e. to the module's folder; named
   * in error messages.
   */
  readonly file: string;
  /** The text itself. */
  readonly source: string;
  /** Number of workgroups in x, y and z for these dims; any of them 0 means nothing to do. */
  workgroups(dims: Dims<D>): readonly [number, number, number];
  /** The workgroup size the text declares, to be checked against the device's limits. */
  readonly workgroupSize: readonly [number, number, number];
  /** Names of overrides that are not named like their dim: `{ loop: "loop_" }`. */
  readonly overrides?: Readonly<Partial<Record<D, string>>>;
  /** Bytes of workgroup memory that the text declares; absent for none. */
  readonly workgroupMemory?: number;
}

/** A storage buffer of a launch. */
export interface LaunchBinding {
  /** The tensor it holds; `null` for the memory in which the launches of one kernel hand sums on. */
  readonly tensor: string | null;
  /** How the text uses it. */
  readonly access: Access;
}

/** A text as one of the launches that make up a kernel. */
export interface LaunchSpec<D extends string> extends ShaderSpec<D> {
  /** What it binds, in order, before the uniforms; the kernel's own bindings if absent. */
  readonly bindings?: readonly LaunchBinding[];
}

/** A way to compute a kernel: texts that are launched one after another. */
export interface LaunchesSpec<D extends string> {
  /** In order. Constants and uniforms are those of the kernel. */
  readonly launches: readonly LaunchSpec<D>[];
  /** Bytes of the memory in which the launches hand sums on; absent where none does. */
  partialBytes?(dims: Dims<D>): number;
}

/** One kernel call of a program. */
export interface KernelSpec<D extends string> {
  /** Its name, unique within a program. */
  readonly name: string;
  /** The declaration the kernel comes from, e.g. `shared_linear`; named in error messages. */
  readonly layer: string;
  /** What the kernel computes, as mathematics. */
  readonly formula: string;
  /**
   * Storage buffers: the tensor at position i is `@group(0) @binding(i)`. If the program has uniforms
   * and {@linkcode KernelSpec.usesUniforms} is true, the uniform buffer follows at
   * `@binding(bindings.length)`.
   */
  readonly bindings: readonly { readonly tensor: string; readonly access: Access }[];
  /**
   * Multiplications, additions and subtractions of its contractions and reductions in one call. What
   * happens once per result (a bias, an update) and other operators are not counted, so a kernel that
   * only moves data has 0.
   */
  flops(dims: Dims<D>): number;
  /**
   * Bytes that a call must move at least: every element that it reads once, and every element that it
   * writes once.
   */
  bytes(dims: Dims<D>): number;
  /** True if the text binds the uniforms. */
  readonly usesUniforms: boolean;
  /** Dims that the text declares as pipeline-overridable constants (`override K: u32;`). */
  readonly constants: readonly D[];
  /** The scheduled kernel; for adapters that are a program on the CPU, where {@linkcode KernelSpec.gpu} differs. */
  readonly shader: ShaderSpec<D>;
  /** The kernel as real GPUs run it fastest; absent where that is {@linkcode KernelSpec.shader} too. */
  readonly gpu?: LaunchesSpec<D>;
  /** Its plain twin: one invocation per output element, same values. */
  readonly plain: ShaderSpec<D>;
}

/**
 * A value computed on the host in float64 before each run and handed to every kernel: a dim that may
 * change from call to call, or a scalar such as a bias-corrected learning rate.
 */
export interface UniformSpec<D extends string, S extends string = string> {
  /** Its name, which is that of the struct's field. */
  readonly name: string;
  /** How it is handed over. */
  readonly dtype: "f32" | "u32";
  /** Its value for the dims and scalars of a call. */
  value(call: CallValues<D, S>): number;
}

/** The range of a scalar. */
export interface ScalarLimit<D extends string> {
  /** The largest value for the dims of a call. */
  most(dims: Dims<D>): number;
}

/** A list of kernel calls over the module's tensors. */
export interface ProgramSpec<D extends string, S extends string = string> {
  /** Tensors that the caller writes before a run. */
  readonly inputs: readonly string[];
  /** Tensors that a run computes. */
  readonly outputs: readonly string[];
  /** Tensors that outlive the run and that it overwrites: parameters, states, and inputs that it draws. */
  readonly updates: readonly string[];
  /** Names of scalars that the caller gives with each run, e.g. `["step"]`. */
  readonly scalars: readonly string[];
  /** The largest values of scalars that are places in a tensor, for the dims of a call. */
  readonly limits?: Readonly<Record<string, ScalarLimit<D>["most"]>>;
  /**
   * In order: fields of the WGSL struct `Uniforms` (four bytes each; a text may declare only the first
   * ones) and parameters of the WebAssembly export that bears the program's name.
   */
  readonly uniforms: readonly UniformSpec<D, S>[];
  /** What runs, in order. */
  readonly kernels: readonly KernelSpec<D>[];
}

/** Bytes of memory that a build of a module needs beside its tensors. */
export interface ScratchSpec<D extends string> {
  /** Its size. */
  bytes(dims: Dims<D>): number;
}

/**
 * A module for the CPU: two builds of the same functions.
 *
 * Each imports, as far as it uses them,
 * - `env.memory`, a shared memory whose first {@linkcode CONTROL_BYTES} bytes are the control block,
 * - the i32 globals `env.threads` (threads at work), `env.patience` (how often a thread looks before it
 *   sleeps at a barrier; -1 where it must never sleep), `env.profile` (1 to report kernels) and
 *   `env.skip_zeros` (1 where kernels may skip the zeros of sparse inputs),
 * - `env.mark` (i32 → nothing), which the first thread calls after each kernel of a profiled run with the
 *   kernel's position in {@linkcode ProgramSpec.kernels}, and with -1 when threads begin after a barrier,
 * - one immutable i32 global `dim.<name>` for each dim in {@linkcode ModuleSpec.fixedDims} and one
 *   `at.<name>` (byte address, a multiple of 16) for each tensor and each piece of scratch memory that it uses,
 * - from `math` those of `sin`, `cos` (f64 → f64) and `pow` (f64, f64 → f64) that it uses.
 *
 * It exports one function per program, which takes the program's uniforms and returns when all kernels
 * have run on all threads, and `work` (i32), in which every thread but the first spends its life: it
 * takes the thread's number, counted from 1, and returns after the first thread has called `leave`.
 *
 * A thread that failed stores 1 at {@linkcode CONTROL_FAILED}, counts {@linkcode CONTROL_GENERATION} up,
 * and wakes who sleeps there; the others then stop with a trap at their next barrier. What follows the flag
 * in the control block is the runtime's, for the text of the failure.
 */
export interface WasmSpec<D extends string = string> {
  /** Multiplies and adds in one instruction (relaxed SIMD). */
  readonly relaxed: URL;
  /** For engines without that instruction. */
  readonly plain: URL;
  /** Tensors of two axes that lie in memory column by column: with their axes exchanged. */
  readonly transposed: readonly string[];
  /** Memory beside that of the tensors, by name. */
  readonly scratch: Readonly<Record<string, ScratchSpec<D>>>;
}

/**
 * A module as a text of C. It includes the headers in `runtime/native`, which give it memory and threads and
 * open it to the host: dims in the order of {@linkcode ModuleSpec.fixedDims} and then
 * {@linkcode ModuleSpec.callDims}, tensors, programs and kernels in the order of the spec, uniforms as words.
 */
export interface NativeSpec {
  /** The text. */
  readonly source: URL;
  /** Its SHA-256 in hexadecimal digits. */
  readonly sha256: string;
}

/** Bytes at the start of a shared memory through which threads find each other. */
export const CONTROL_BYTES = 1024;
/** Where the barrier counts the generations; an i32 that threads sleep on. */
export const CONTROL_GENERATION = 64;
/** Where a thread that failed leaves 1. */
export const CONTROL_FAILED = 512;

/**
 * A compiled layer or model.
 */
export interface ModuleSpec<D extends string = string, S extends string = string> {
  /** The declaration's name. */
  readonly name: string;
  /**
   * The SHA-256 of what is declared, in hexadecimal digits: the same whatever the compiler makes of it, so that
   * a checkpoint can be told from one of another declaration.
   */
  readonly declaration: string;
  /** Dims given once, when the module is loaded. */
  readonly fixedDims: readonly D[];
  /** Dims that each run may choose anew, up to the size given when the module is loaded. */
  readonly callDims: readonly D[];
  /** Every tensor by name. */
  readonly tensors: Readonly<Record<string, TensorSpec<D>>>;
  /** The memory that tensors lie in. */
  readonly slots: readonly SlotSpec<D>[];
  /** What can be run, by name. */
  readonly programs: Readonly<Record<string, ProgramSpec<D, S>>>;
  /** Every program for the CPU; the files are in the module's folder. */
  readonly wasm: WasmSpec<D>;
  /** Every program as C, to be compiled where it runs. */
  readonly native?: NativeSpec;
  /** The prediction of a model as a file of ONNX, whose parameters are inputs. */
  readonly onnx?: URL;
}
