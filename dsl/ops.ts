/**
 * The vocabulary: every op of the language, its attributes, and the nodes that programs are made of.
 *
 * The list is closed. Whoever knows something about every op (a shape rule, a gradient, a printer, an
 * interpreter) writes it as an {@linkcode OpTable}, which does not type-check until it is complete.
 *
 * @module
 */
import type { Extent, Shape } from "./dim.ts";
import type { Initial } from "./initial.ts";

/** Element types of the language; `bool` only lives inside expressions. */
export type ElementType = "f32" | "u32" | "bool";

/** What a named leaf of a graph is for. */
export type Role =
  /** Given by the caller of a program. */
  | "input"
  /** Trainable. */
  | "parameter"
  /** Kept between runs, e.g. a moment of an optimizer. */
  | "state"
  /** A number given with each run, of shape []. */
  | "scalar";

/** The attributes of ops that have none. */
export type NoAttributes = Readonly<Record<never, never>>;

/** The attributes of each op. Shapes are never attributes when the operands determine them. */
export interface OpAttrs {
  /** A named leaf. */
  readonly input: {
    readonly name: string;
    readonly role: Role;
    readonly shape: Shape;
    readonly dtype: ElementType;
    readonly initial?: Initial;
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
  /** The same value as another element type. */
  readonly cast: { readonly dtype: ElementType };
  /** The identity, with a gradient of zero. */
  readonly stopGradient: NoAttributes;

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
  /** a > b, a bool. */
  readonly greater: NoAttributes;
  /** a = b, a bool. */
  readonly equal: NoAttributes;
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
  "cast",
  "add",
  "sub",
  "mul",
  "div",
  "maximum",
  "minimum",
  "pow",
  "greater",
  "equal",
  "select",
] as const satisfies readonly OpKind[];

/** An elementwise op. */
export type ElementwiseKind = typeof ELEMENTWISE[number];

const elementwise: ReadonlySet<OpKind> = new Set(ELEMENTWISE);

/** True for nodes whose op is elementwise. */
export function isElementwise(node: Node): node is NodeOf<ElementwiseKind> & Node {
  return elementwise.has(node.op);
}
