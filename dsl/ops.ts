/**
 * The vocabulary: every op of the language, its attributes, and the nodes that programs are made of.
 *
 * The list is closed. Whoever knows something about every op (a shape rule, a gradient, a printer, an
 * interpreter) writes it as an {@linkcode OpTable}, which does not type-check until it is complete.
 *
 * @module
 */
import type { ByteSource } from "./byte_source.ts";
import type { Extent, Shape } from "./dim.ts";
import type { Initial } from "./initial.ts";

/** Element types of the language; `bool` only lives inside expressions. */
export type ElementType = "f32" | "u32" | "i32" | "bool";

/** What a named leaf of a graph is for. */
export type Role =
  /** Given by the caller of a program. */
  | "input"
  /** Trainable. */
  | "parameter"
  /** Kept between runs, e.g. a moment of an optimizer. */
  | "state"
  /** A number given with each run, of shape []. */
  | "scalar"
  /** The name of a stream of random numbers, of shape []; a number once its programs are made. */
  | "stream";

/** The attributes of ops that have none. */
export type NoAttributes = Readonly<Record<never, never>>;

/** How windows lie along an axis. */
export interface Windows {
  readonly axis: number;
  /** The distance from a window to the next. */
  readonly stride: number;
  /** The distance from an element of a window to the next. */
  readonly dilation: number;
}

/** The attributes of each op. Shapes are never attributes when the operands determine them. */
export interface OpAttrs {
  /** A named leaf. */
  readonly input: {
    readonly name: string;
    readonly role: Role;
    readonly shape: Shape;
    readonly dtype: ElementType;
    readonly initial?: Initial;
    /** The bytes that an input is drawn from. */
    readonly bytes?: ByteSource;
    /** Many elements are exactly 0: a promise about speed, never about values. */
    readonly sparse?: true;
    /** The type of an element in memory, where that is not `dtype`: bytes are loaded as u32. */
    readonly storage?: "u8";
  };
  /** A number, of shape []. */
  readonly constant: { readonly value: number; readonly dtype: ElementType };
  /** An extent as an f32, of shape []. */
  readonly size: { readonly extent: Extent };
  /** 0, 1, 2, … as u32, of shape [extent]. */
  readonly iota: { readonly extent: Extent };

  /** −x */
  readonly neg: NoAttributes;
  /** eˣ */
  readonly exp: NoAttributes;
  /** The natural logarithm. */
  readonly log: NoAttributes;
  /** The square root. */
  readonly sqrt: NoAttributes;
  /** The hyperbolic tangent. */
  readonly tanh: NoAttributes;
  /** |x| */
  readonly abs: NoAttributes;
  /** The largest whole number that is not above x. */
  readonly floor: NoAttributes;
  /** The sine of an angle in radians. */
  readonly sin: NoAttributes;
  /** The cosine of an angle in radians. */
  readonly cos: NoAttributes;
  /** The error function, 2/√π · ∫₀ˣ e^(−t²) dt. */
  readonly erf: NoAttributes;
  /** 1 / (1 + e⁻ˣ) */
  readonly sigmoid: NoAttributes;
  /**
   * Random bits, a u32: the first word of the block that a counter of two words is encrypted to under a key,
   * by Philox2x32-10. Operands are u32: counter low, counter high, key.
   */
  readonly randomBits: NoAttributes;
  /** The same value as another element type. */
  readonly cast: { readonly dtype: ElementType };
  /** The identity, with a gradient of zero. */
  readonly stopGradient: NoAttributes;
  /**
   * The first operand, a value whose gradient its author gives. The other operands are those of the
   * author's function, by these names; then the gradients of those of them that are `given`; and last the
   * leaf that stands for the gradient of the value in these.
   */
  readonly custom: {
    readonly name: string;
    readonly operands: readonly string[];
    readonly given: readonly number[];
    /** Why the gradient is meant to differ from the derivative. */
    readonly unverified?: string;
  };

  /** a + b */
  readonly add: NoAttributes;
  /** a − b */
  readonly sub: NoAttributes;
  /** a · b */
  readonly mul: NoAttributes;
  /** a / b */
  readonly div: NoAttributes;
  /** The larger of two. */
  readonly maximum: NoAttributes;
  /** The smaller of two. */
  readonly minimum: NoAttributes;
  /** aᵇ */
  readonly pow: NoAttributes;
  /** a > b, a bool. What is less is greater with its operands exchanged. */
  readonly greater: NoAttributes;
  /** a ≥ b, a bool. */
  readonly greaterEqual: NoAttributes;
  /** a = b, a bool. */
  readonly equal: NoAttributes;
  /** a ≠ b, a bool. */
  readonly notEqual: NoAttributes;
  /** Both of two bools. */
  readonly and: NoAttributes;
  /** At least one of two bools. */
  readonly or: NoAttributes;
  /** The other bool. */
  readonly not: NoAttributes;
  /** `condition ? whenTrue : whenFalse`. */
  readonly select: NoAttributes;

  /** Reductions drop their axes. `axes` is ascending. */
  readonly sum: { readonly axes: readonly number[] };
  /** The largest element along the axes, which are dropped as in `sum`. */
  readonly max: { readonly axes: readonly number[] };
  /** The first position of the largest element along an axis, a u32. */
  readonly argmax: { readonly axis: number };

  /** Same elements in row-major order under another shape. */
  readonly reshape: { readonly shape: Shape };
  /** Axis i of the result is axis `permutation[i]` of the operand. */
  readonly transpose: { readonly permutation: readonly number[] };
  /** Axis i of the operand becomes axis `axes[i]` of `shape`; it is repeated along all others. */
  readonly broadcast: { readonly shape: Shape; readonly axes: readonly number[] };
  /** Repeats the whole operand `repeats[i]` times along axis i. */
  readonly tile: { readonly repeats: Shape };
  /** `size` elements of an axis: element i is the operand's `start + i·step`. */
  readonly slice: {
    readonly axis: number;
    readonly start: Extent;
    readonly size: Extent;
    readonly step: number;
  };
  /** Elements of one value before and after those of an axis. */
  readonly pad: {
    readonly axis: number;
    readonly before: Extent;
    readonly after: Extent;
    readonly value: number;
  };
  /** One operand after the other along an axis. */
  readonly concatenate: { readonly axis: number };
  /**
   * Windows of an axis, whose elements are a new last axis:
   * `y[…, i, …, k] = x[…, i·stride + k·dilation, …]`, for each i with all its elements in x.
   */
  readonly window: Windows & { readonly size: number };
  /**
   * The adjoint of `window`: adds each element of each window to the element that it was taken from,
   * `y[…, n, …] = Σ x[…, i, …, k] over all i·stride + k·dilation = n`, for n below `extent`.
   */
  readonly overlapAdd: Windows & { readonly extent: Extent };
  /** Rows of a table by u32 indices: `y[i…, r…] = table[indices[i…], r…]`. */
  readonly gather: NoAttributes;

  /**
   * A sum of products of two operands, in Einstein's notation: `ab,cb->ac` is `Σ_b x[a,b]·y[c,b]`.
   * Every label occurs at least twice among the operands and the result, and at most once in each.
   */
  readonly einsum: { readonly spec: string };
}

/** The name of an op. */
export type OpKind = keyof OpAttrs;

/** A node with op `K`: an immutable, interned description of a value. Equal values are the same node. */
export interface NodeOf<K extends OpKind> {
  /** Position in order of creation; operands have smaller ids. Not stable between programs. */
  readonly id: number;
  /** How it is computed. */
  readonly op: K;
  /** What the op needs to know besides its operands. */
  readonly attrs: OpAttrs[K];
  /** The operands. */
  readonly inputs: readonly Node[];
  /** One extent per axis, outermost first; found by the op's shape rule. */
  readonly shape: Shape;
  /** The type of each element. */
  readonly dtype: ElementType;
}

/** A node with any op. */
export type Node = { readonly [K in OpKind]: NodeOf<K> }[OpKind];

/** A complete table of knowledge about ops: a function per op, all with the same further arguments. */
export type OpTable<Args extends readonly unknown[], Result> = {
  readonly [K in OpKind]: (node: NodeOf<K>, ...args: Args) => Result;
};

/** Looks a node up in a table. */
export function consult<Args extends readonly unknown[], Result>(
  table: OpTable<Args, Result>,
  node: Node,
  ...args: Args
): Result {
  // A node's op selects the rule that takes this very node; TypeScript cannot correlate the two.
  const rule = table[node.op] as (node: Node, ...args: Args) => Result;
  return rule(node, ...args);
}

/** Ops that compute each element of the result from the operands' elements at the same index. */
export const ELEMENTWISE = [
  "neg",
  "exp",
  "log",
  "sqrt",
  "tanh",
  "abs",
  "floor",
  "sin",
  "cos",
  "erf",
  "sigmoid",
  "randomBits",
  "cast",
  "add",
  "sub",
  "mul",
  "div",
  "maximum",
  "minimum",
  "pow",
  "greater",
  "greaterEqual",
  "equal",
  "notEqual",
  "and",
  "or",
  "not",
  "select",
] as const satisfies readonly OpKind[];

/** An elementwise op. */
export type ElementwiseKind = typeof ELEMENTWISE[number];

const elementwise: ReadonlySet<OpKind> = new Set(ELEMENTWISE);

/** True for nodes whose op is elementwise. */
export function isElementwise(node: Node): node is NodeOf<ElementwiseKind> & Node {
  return elementwise.has(node.op);
}
