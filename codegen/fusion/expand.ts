/**
 * Values as scalar expressions: what a node's element at an index is, in terms of loads, locals and
 * numbers.
 *
 * Movement ops vanish here into index arithmetic, and elementwise ops into one expression. Reductions
 * and contractions do not expand: they are locals of the kernel at hand, loads of what another kernel
 * stored, or they block the expansion.
 *
 * @module
 */
import type { Extent } from "../../dsl/dim.ts";
import { plus } from "../../dsl/extents.ts";
import {
  consult,
  ELEMENTWISE,
  type ElementwiseKind,
  type Node,
  type NodeOf,
  type OpTable,
} from "../../dsl/ops.ts";
import { labelsOf } from "../graph/build.ts";
import { isHostScalar } from "../graph/graph.ts";
import {
  add,
  flatten,
  type IndexExpr,
  indexOf,
  mod,
  mul,
  unflatten,
  ZERO,
} from "../kernel/index_expr.ts";
import type { Scalar } from "../kernel/kernel.ts";
import { isBelow, placeBefore, windowOf } from "./guarded.ts";

/** A multi-index. */
export type Index = readonly IndexExpr[];

/** What the surroundings of an expansion know about a node. */
export type Available =
  /** The value is this scalar. */
  | { readonly kind: "value"; readonly scalar: Scalar }
  /** The node is in memory under this name. */
  | { readonly kind: "stored"; readonly tensor: string }
  /** The node exists here, but not at this index. */
  | { readonly kind: "unreachable" }
  /** Nothing is known: expand it. */
  | { readonly kind: "inline" };

/** The surroundings of an expansion. */
export interface Surroundings {
  readonly lookUp: (node: Node, index: Index) => Available;
  /** The name of the uniform that carries a host scalar. */
  readonly uniform: (node: Node) => string;
}

/** What an expansion found. */
export interface Expansion {
  /** The expression; `undefined` if something blocks it. */
  readonly scalar: Scalar | undefined;
  /** Reductions and contractions that would have to be stored first. */
  readonly blockedBy: ReadonlySet<Node>;
  /** True if a value of this very kernel was needed at another index: storing would not help. */
  readonly unreachable: boolean;
}

interface Walk extends Surroundings {
  readonly blockedBy: Set<Node>;
  readonly memo: Map<Node, Map<string, Scalar | undefined>>;
  readonly origins: Map<Scalar, Node[]>;
  unreachable: boolean;
}

type Rule = OpTable<[index: Index, walk: Walk], Scalar | undefined>;

function operand(node: Node, index: Index, walk: Walk, position = 0): Scalar | undefined {
  const input = node.inputs[position];
  return input === undefined ? undefined : visit(input, index, walk);
}

const block = (node: Node, _: Index, walk: Walk): undefined => {
  walk.blockedBy.add(node);
  return undefined;
};

function applyOp(node: Node, index: Index, walk: Walk): Scalar | undefined {
  const args = node.inputs.map((input) => visit(input, index, walk));
  const known = args.filter((arg) => arg !== undefined);
  if (known.length < args.length) return undefined;
  return simplify({ kind: "apply", type: node.dtype, op: node.op as ElementwiseKind, args: known });
}

/** The labels that a product sums over. */
export function innerLabels(node: NodeOf<"einsum">): readonly string[] {
  const { lhs, out } = labelsOf(node);
  return [...lhs].filter((label) => !out.includes(label));
}

/** A product that sums over nothing is elementwise. */
function outerProduct(node: NodeOf<"einsum">, index: Index, walk: Walk): Scalar | undefined {
  const { lhs, rhs, out, a, b } = labelsOf(node);
  const at = (labels: string): Index =>
    [...labels].map((label) => index[out.indexOf(label)] ?? ZERO);
  const [left, right] = [visit(a, at(lhs), walk), visit(b, at(rhs), walk)];
  if (left === undefined || right === undefined) return undefined;
  return { kind: "apply", type: "f32", op: "mul", args: [left, right] };
}

/**
 * `max(x, c) > c` is `x > c`: where the maximum is not in memory, its mask need not compute it. A whole number
 * divided by a literal 0 is itself, which a target may refuse to compile.
 */
function simplify(scalar: Extract<Scalar, { kind: "apply" }>): Scalar {
  const [left, right] = scalar.args;
  const isNothing = right?.kind === "constant" && right.value === 0 && scalar.type !== "f32";
  if (scalar.op === "div" && isNothing && left !== undefined) return left;
  if (scalar.op !== "greater" || left?.kind !== "apply" || left.op !== "maximum") return scalar;
  const [x, floor] = left.args;
  const same = x !== undefined && floor?.kind === "constant" && right?.kind === "constant" &&
    floor.value === right.value;
  return same ? { ...scalar, args: [x, right] } : scalar;
}

function choose(condition: Scalar, whenTrue: Scalar, whenFalse: Scalar): Scalar {
  const { type } = whenTrue;
  return { kind: "apply", type, op: "select", args: [condition, whenTrue, whenFalse] };
}

/** The operand that has the place, each tried in turn; the last one is what remains. */
function concatenated(node: NodeOf<"concatenate">, index: Index, walk: Walk): Scalar | undefined {
  const { axis } = node.attrs;
  const at = index[axis] ?? ZERO;
  let end: Extent = 0;
  const parts = node.inputs.filter((x) => x.shape[axis] !== 0).map((x) => {
    const extent = x.shape[axis] ?? 1;
    const place = placeBefore(at, end, extent);
    end = plus(end, extent) ?? end;
    return { value: visit(x, index.with(axis, place.index), walk), isBefore: isBelow(at, end) };
  });
  return parts.reduceRight<Scalar | undefined>((rest, { value, isBefore }, i) => {
    if (i === parts.length - 1) return value;
    return value === undefined || rest === undefined ? undefined : choose(isBefore, value, rest);
  }, undefined);
}

/** True for sums of windows; where a window has one element, there is nothing to add. */
export function isOverlapSum(node: NodeOf<"overlapAdd">): boolean {
  return node.inputs[0]?.shape.at(-1) !== 1;
}

/** What element k of the windows adds to an element, for an index that ends in k. */
function overlapTerm(node: NodeOf<"overlapAdd">, index: Index, walk: Walk): Scalar | undefined {
  const { axis, ...steps } = node.attrs;
  const count = node.inputs[0]?.shape[axis] ?? 0;
  const nothing: Scalar = { kind: "constant", type: node.dtype, value: 0 };
  if (count === 0) return nothing;
  const { index: at, isInside } = windowOf(index[axis] ?? ZERO, index.at(-1) ?? ZERO, steps, count);
  const inside = operand(node, index.with(axis, at), walk);
  return inside === undefined ? undefined : choose(isInside, inside, nothing);
}

const elementwiseRules = Object.fromEntries(
  ELEMENTWISE.map((op) => [op, applyOp]),
) as Record<ElementwiseKind, typeof applyOp>; // one entry per name of the list

const EXPANSION: Rule = {
  ...elementwiseRules,
  input: block,
  constant: ({ attrs, dtype }) => ({ kind: "constant", type: dtype, value: attrs.value }),
  size: block,
  iota: (_, index) => ({ kind: "index", type: "u32", index: index[0] ?? ZERO }),
  // A copy of a value is the value.
  cast: (node, index, walk) =>
    (node.inputs[0]?.dtype === node.dtype ? operand : applyOp)(node, index, walk),
  stopGradient: operand,
  custom: operand,
  sum: block,
  max: block,
  // One element of a window is no sum.
  overlapAdd: (node, index, walk) =>
    isOverlapSum(node) ? block(node, index, walk) : overlapTerm(node, [...index, ZERO], walk),
  argmax: block,
  einsum: (node, index, walk) =>
    innerLabels(node).length > 0 ? block(node, index, walk) : outerProduct(node, index, walk),
  reshape: (node, index, walk) =>
    operand(node, unflatten(flatten(index, node.shape), node.inputs[0]?.shape ?? []), walk),
  transpose: (node, index, walk) => {
    const from: IndexExpr[] = [];
    node.attrs.permutation.forEach((axis, i) => from[axis] = index[i] ?? ZERO);
    return operand(node, from, walk);
  },
  broadcast: (node, index, walk) =>
    operand(node, node.attrs.axes.map((axis) => index[axis] ?? ZERO), walk),
  slice: ({ inputs, attrs: { axis, start, step } }, index, walk) => {
    const [x] = inputs;
    const from = add(mul(index[axis] ?? ZERO, step), { kind: "extent", extent: start });
    return x === undefined ? undefined : visit(x, index.with(axis, from), walk);
  },
  pad: (node, index, walk) => {
    const { axis, before, value } = node.attrs;
    const extent = node.inputs[0]?.shape[axis] ?? 0;
    const outside: Scalar = { kind: "constant", type: node.dtype, value };
    if (extent === 0) return outside;
    const { index: at, isInside } = placeBefore(index[axis] ?? ZERO, before, extent);
    const inside = operand(node, index.with(axis, at), walk);
    return inside === undefined ? undefined : choose(isInside, inside, outside);
  },
  concatenate: concatenated,
  window: (node, index, walk) => {
    const { axis, stride, dilation } = node.attrs;
    const from = add(mul(index[axis] ?? ZERO, stride), mul(index.at(-1) ?? ZERO, dilation));
    return operand(node, index.slice(0, -1).with(axis, from), walk);
  },
  // An index that data decide is opaque: what is known of it is what it is computed from.
  gather: (node, index, walk) => {
    const [table, indices] = node.inputs;
    const rank = indices?.shape.length ?? 0;
    const row = operand(node, index.slice(0, rank), walk, 1);
    if (table === undefined || row === undefined) return undefined;
    return visit(table, [indexOf(row), ...index.slice(rank)], walk);
  },
  tile: (node, index, walk) => {
    const shape: readonly Extent[] = node.inputs[0]?.shape ?? [];
    const from = index.map((at, axis) =>
      node.attrs.repeats[axis] === 1 ? at : mod(at, shape[axis] ?? 1)
    );
    return operand(node, from, walk);
  },
};

function visit(node: Node, index: Index, walk: Walk): Scalar | undefined {
  const key = JSON.stringify(index);
  const memo = walk.memo.get(node) ?? new Map<string, Scalar | undefined>();
  walk.memo.set(node, memo);
  if (memo.has(key)) return memo.get(key);
  const scalar = resolve(node, index, walk);
  memo.set(key, scalar);
  if (scalar !== undefined) {
    const nodes = walk.origins.get(scalar) ?? [];
    nodes.push(node);
    walk.origins.set(scalar, nodes);
  }
  return scalar;
}

function resolve(node: Node, index: Index, walk: Walk): Scalar | undefined {
  // A comparison on the host has no form in which it could be handed over.
  if (isHostScalar(node) && node.op !== "constant" && node.dtype !== "bool") {
    return { kind: "uniform", type: node.dtype, name: walk.uniform(node) };
  }
  const available = walk.lookUp(node, index);
  switch (available.kind) {
    case "value":
      return available.scalar;
    case "stored": {
      const type = node.dtype;
      return { kind: "load", type, tensor: available.tensor, index };
    }
    case "unreachable":
      walk.unreachable = true;
      return undefined;
    case "inline":
      return consult(EXPANSION, node, index, walk);
  }
}

/** Expands nodes in one place; equal parts become the very same object. */
export class Expander {
  readonly #surroundings: Surroundings;
  readonly #memo: Walk["memo"] = new Map();
  /** The nodes that each expression is: the one that it came from, and those that only move that one. */
  readonly origins: Map<Scalar, Node[]> = new Map();

  constructor(surroundings: Surroundings) {
    this.#surroundings = surroundings;
  }

  /** The element of a node at an index. */
  expand(node: Node, index: Index): Expansion {
    return this.#walk((walk) => visit(node, index, walk));
  }

  /** What an element of windows adds to the sum of `node`, for an index of that sum and its term. */
  expandOverlap(node: NodeOf<"overlapAdd">, index: Index): Expansion {
    return this.#walk((walk) => overlapTerm(node, index, walk));
  }

  #walk(visit: (walk: Walk) => Scalar | undefined): Expansion {
    const walk: Walk = {
      ...this.#surroundings,
      memo: this.#memo,
      origins: this.origins,
      blockedBy: new Set(),
      unreachable: false,
    };
    const scalar = visit(walk);
    if (scalar === undefined) this.forget();
    return { scalar, blockedBy: walk.blockedBy, unreachable: walk.unreachable };
  }

  /** Expands anew from here on: what the surroundings say has changed. */
  forget(): void {
    this.#memo.clear();
  }
}
