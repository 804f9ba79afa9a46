/**
 * Kernel IR: how a piece of the tensor graph is computed.
 *
 * A kernel has parallel axes and a list of stages that runs once for every point of those axes. A
 * stage reduces over further axes into a local, names a value, stores a value, or loops over an inner
 * axis to store several. Loads carry a multi-index over the tensor's declared shape, so `W[o, k mod K]`
 * is an index and not an address. An index may be a value itself, as in `table[order[b], i]`. A schedule is data beside the stages: it says how the same stages
 * are laid out on a machine and never changes what they compute. No target's word occurs here.
 *
 * Every scalar is an f32, a u32 or a bool. Stages run in order; a kernel never loads a tensor it has
 * already stored to.
 *
 * @module
 */
import type { Extent } from "../../dsl/dim.ts";
import type { Initial } from "../../dsl/initial.ts";
import type { Provenance } from "../../dsl/provenance.ts";
import type { DefinedOp } from "./defined_ops.ts";
import type { Axis, IndexExpr } from "./index_expr.ts";
import type { MachineKind, Tiling } from "./tiling.ts";

/** Types of scalars inside a kernel. */
export type ScalarType = "f32" | "u32" | "i32" | "bool";

/** Types of elements in memory. A byte is loaded as a u32, and never stored; an f16 is loaded as an f32. */
export type StorageType = "f32" | "f16" | "u32" | "i32" | "u8";

/** Operators of scalar expressions, by number of arguments. */
export interface ScalarOps {
  readonly neg: 1;
  readonly exp: 1;
  readonly log: 1;
  readonly sqrt: 1;
  readonly tanh: 1;
  readonly abs: 1;
  readonly floor: 1;
  readonly sin: 1;
  readonly cos: 1;
  /** The error function. */
  readonly erf: 1;
  /** `1 / (1 + exp(-x))` */
  readonly sigmoid: 1;
  /** Random bits by a counter of two words and a key, all u32. */
  readonly randomBits: 3;
  /** Where just one of two u32 has a bit. */
  readonly xor: 2;
  /** Conversion to the node's own type. */
  readonly cast: 1;
  readonly add: 2;
  readonly sub: 2;
  readonly mul: 2;
  readonly div: 2;
  readonly maximum: 2;
  readonly minimum: 2;
  readonly pow: 2;
  /** `left > right`, a bool. */
  readonly greater: 2;
  /** `left >= right`, a bool. */
  readonly greaterEqual: 2;
  /** `left == right`, a bool. */
  readonly equal: 2;
  /** `left != right`, a bool. */
  readonly notEqual: 2;
  /** Of bools. */
  readonly and: 2;
  readonly or: 2;
  readonly not: 1;
  /** `condition ? whenTrue : whenFalse`. */
  readonly select: 3;
}

/** The name of a scalar operator. */
export type ScalarOp = keyof ScalarOps;

/** An operator that is not defined by others. */
export type PrimitiveOp = Exclude<ScalarOp, DefinedOp>;

/** A scalar expression. */
export type Scalar =
  | { readonly kind: "constant"; readonly type: ScalarType; readonly value: number }
  /** A value that the host computes before each run. */
  | { readonly kind: "uniform"; readonly type: ScalarType; readonly name: string }
  /** A local made by a `reduce` or `let` stage. */
  | { readonly kind: "local"; readonly type: ScalarType; readonly name: string }
  | {
    readonly kind: "load";
    readonly type: ScalarType;
    readonly tensor: string;
    readonly index: readonly IndexExpr[];
  }
  /** An index as a u32 value. */
  | { readonly kind: "index"; readonly type: "u32"; readonly index: IndexExpr }
  | {
    readonly kind: "apply";
    readonly type: ScalarType;
    readonly op: ScalarOp;
    readonly args: readonly Scalar[];
  };

/** How a reduction combines values. `argmax` gives the first position of the largest, a u32. */
export type Combine = "sum" | "max" | "argmax";

/** What stages and tensors have besides what they are. */
export interface Written {
  /** Where in the source it was written, if that is known; of no consequence. */
  readonly provenance?: Provenance;
}

/** The part of a stage or a tensor that tells where it comes from. */
export function comingFrom(provenance: Provenance | undefined): Written {
  return provenance === undefined ? {} : { provenance };
}

/** `into = combine over axes of value`. A `max` or `argmax` needs a first element: extents ≥ 1. */
export interface ReduceStage extends Written {
  readonly kind: "reduce";
  readonly into: string;
  readonly combine: Combine;
  /** Loop axes, outermost first; exactly one for `argmax`. */
  readonly over: readonly Axis[];
  readonly value: Scalar;
  /** The type of `into`: that of `value`, or u32 for `argmax`. */
  readonly type: ScalarType;
}

/** Names a value so that it is computed once. */
export interface LetStage extends Written {
  readonly kind: "let";
  readonly name: string;
  readonly value: Scalar;
}

/** `tensor[index] = value`. */
export interface StoreStage extends Written {
  readonly kind: "store";
  readonly tensor: string;
  readonly index: readonly IndexExpr[];
  readonly value: Scalar;
}

/** Repeats simple stages over inner axes, outermost first. */
export interface LoopStage {
  readonly kind: "loop";
  readonly over: readonly Axis[];
  readonly body: readonly (LetStage | StoreStage)[];
}

/** A step of a kernel's body. */
export type Stage = ReduceStage | LetStage | StoreStage | LoopStage;

/** A tensor as a kernel sees it. */
export interface KernelTensor extends Written {
  readonly name: string;
  readonly dtype: StorageType;
  readonly shape: readonly Extent[];
  /** `read_write`: updated in place, element by element. */
  readonly access: "read" | "write" | "read_write";
  /** Many elements are exactly 0: a promise about speed, never about values. */
  readonly sparse?: true;
}

/**
 * How a kernel is laid out on a machine.
 *
 * - `map`: one invocation per point of the parallel axes.
 * - `rows`: the same, where each invocation also reduces serially over inner axes.
 * - `contract`: the kernel is one sum of products `Σ_k lhs(m, k) · rhs(k, n)` and an epilogue; the sum
 *   may run over further axes, as in a convolution. Each invocation computes a tile of results in
 *   registers, by a tiling for each kind of machine. The first stage is the reduction and its value is
 *   `mul` of the two operands, each a plain load with an affine index; the other stages are the epilogue.
 */
export type Schedule =
  | { readonly frame: "map" | "rows"; readonly workgroup: number }
  | {
    readonly frame: "contract";
    /** The parallel axis that only the left operand reads, and the one only the right reads. */
    readonly m: Axis;
    readonly n: Axis;
    readonly k: Axis;
    /** Axes that the sum runs over besides k, outermost first; none for a plain matrix product. */
    readonly sums: readonly Axis[];
    /** The other parallel axes, outermost first; none for a plain matrix product. */
    readonly batch: readonly Axis[];
    readonly tilings: { readonly [M in MachineKind]: Tiling };
    /** The operand that holds many zeros: a machine that can may skip the steps of k where it does. */
    readonly zeros?: "lhs" | "rhs";
  };

/** A kernel: what it computes, and how. */
export interface Kernel {
  readonly name: string;
  /** The declaration it comes from. */
  readonly layer: string;
  /** The stages as mathematics, for headers and messages. */
  readonly formula: string;
  /** Tensors in binding order: reads, then updates, then writes. */
  readonly tensors: readonly KernelTensor[];
  /** Outermost first. A kernel with none computes a single point. */
  readonly parallel: readonly Axis[];
  readonly stages: readonly Stage[];
  readonly schedule: Schedule;
}

/** A value the host computes in float64, from dims and the scalars of a call. */
export type HostExpr =
  | { readonly kind: "constant"; readonly value: number }
  | { readonly kind: "extent"; readonly extent: Extent }
  /** A scalar the caller gives, e.g. `step`. */
  | { readonly kind: "scalar"; readonly name: string }
  | { readonly kind: "apply"; readonly op: PrimitiveOp; readonly args: readonly HostExpr[] };

/** A field of a program's uniforms. */
export interface Uniform {
  readonly name: string;
  readonly type: "f32" | "u32";
  readonly value: HostExpr;
}

/** Kernel calls in order, over the tensors of a module. */
export interface Program {
  readonly name: string;
  readonly kernels: readonly Kernel[];
  /** Call dims first (u32, named as the dim), then hoisted scalars. */
  readonly uniforms: readonly Uniform[];
  readonly scalars: readonly string[];
  /** The largest values that some scalars may have. */
  readonly limits?: ReadonlyMap<string, HostExpr>;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  /** Tensors that it overwrites: parameters, states, and inputs that it draws for other programs. */
  readonly updates: readonly string[];
}

export type { Initial } from "../../dsl/initial.ts";

/** A tensor of a module and the slot that the memory plan gave it. */
export interface PlannedTensor {
  readonly name: string;
  readonly dtype: StorageType;
  readonly shape: readonly Extent[];
  readonly kind: "input" | "parameter" | "state" | "output" | "temporary";
  readonly slot: number;
  readonly init?: Initial;
  /** Many elements are exactly 0: a promise about speed, never about values. */
  readonly sparse?: true;
}

/** A layer or model after scheduling and planning: what a target prints. */
export interface CompiledModule {
  readonly name: string;
  /** Dims bound when the module is loaded. */
  readonly fixedDims: readonly string[];
  /** Dims that each run may choose, e.g. the batch. */
  readonly callDims: readonly string[];
  readonly tensors: readonly PlannedTensor[];
  /** For each slot, the tensors that share it; a slot is as large as its largest. */
  readonly slots: readonly (readonly string[])[];
  readonly programs: readonly Program[];
}
