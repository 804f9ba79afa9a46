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
import { flatten, type IndexExpr, mod, unflatten, ZERO } from "../kernel/index_expr.ts";
import type { Scalar } from "../kernel/kernel.ts";

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
  readonly origins: Map<Scalar, Node>;
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

/** `max(x, c) > c` is `x > c`: where the maximum is not in memory, its mask need not compute it. */
function simplify(scalar: Extract<Scalar, { kind: "apply" }>): Scalar {
  const [left, right] = scalar.args;
  if (scalar.op !== "greater" || left?.kind !== "apply" || left.op !== "maximum") return scalar;
  const [x, floor] = left.args;
  const same = x !== undefined && floor?.kind === "constant" && right?.kind === "constant" &&
    floor.value === right.value;
  return same ? { ...scalar, args: [x, right] } : scalar;
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
  sum: block,
  max: block,
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
  if (scalar !== undefined && !walk.origins.has(scalar)) walk.origins.set(scalar, node);
  return scalar;
}

function resolve(node: Node, index: Index, walk: Walk): Scalar | undefined {
  if (isHostScalar(node) && node.op !== "constant") {
    return { kind: "uniform", type: "f32", name: walk.uniform(node) };
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
  /** The node that each expression came from, for readable names. */
  readonly origins: Map<Scalar, Node> = new Map();

  constructor(surroundings: Surroundings) {
    this.#surroundings = surroundings;
  }

  /** The element of a node at an index. */
  expand(node: Node, index: Index): Expansion {
    const walk: Walk = {
      ...this.#surroundings,
      memo: this.#memo,
      origins: this.origins,
      blockedBy: new Set(),
      unreachable: false,
    };
    const scalar = visit(node, index, walk);
    if (scalar === undefined) this.forget();
    return { scalar, blockedBy: walk.blockedBy, unreachable: walk.unreachable };
  }

  /** Expands anew from here on: what the surroundings say has changed. */
  forget(): void {
    this.#memo.clear();
  }
}
