/**
 * The tensor graph: what a program computes, before anything is decided about how.
 *
 * A graph is a list of named results over interned nodes. A result may overwrite a leaf (a parameter
 * or a state): then the leaf's old value is read everywhere in the graph, and the new one only after
 * the run. In A-normal form each node is one line that applies one op to earlier lines.
 *
 * @module
 */
import { isElementwise, type Node, type OpKind } from "../../dsl/ops.ts";
import { isDefined } from "../kernel/defined_ops.ts";

/** A named result. */
export interface Result {
  readonly name: string;
  readonly node: Node;
  /** The leaf that this result overwrites, if it is an update and not an output. */
  readonly target?: Node;
}

/** A program as mathematics. */
export interface Graph {
  readonly name: string;
  /** The declaration it belongs to. */
  readonly layer: string;
  readonly results: readonly Result[];
  /** Readable names of some values. */
  readonly names: ReadonlyMap<Node, string>;
  /** The largest values that some scalars may have, as host scalars. */
  readonly limits?: ReadonlyMap<string, Node>;
}

/** Every node that the roots need, operands before users. */
export function topologicalOrder(roots: readonly Node[]): readonly Node[] {
  const order: Node[] = [];
  const seen = new Set<Node>();
  const visit = (node: Node): void => {
    if (seen.has(node)) return;
    seen.add(node);
    node.inputs.forEach(visit);
    order.push(node);
  };
  roots.forEach(visit);
  return order;
}

/** The nodes of a graph, operands before users. */
export function nodesOf(graph: Graph): readonly Node[] {
  return topologicalOrder(graph.results.map((result) => result.node));
}

/** The users of each node. */
export function usersOf(order: readonly Node[]): ReadonlyMap<Node, readonly Node[]> {
  const users = new Map<Node, Node[]>(order.map((node) => [node, []]));
  for (const node of order) {
    for (const input of new Set(node.inputs)) users.get(input)?.push(node);
  }
  return users;
}

/** Narrows a node to an op. */
export function isOp<K extends OpKind>(node: Node, op: K): node is Extract<Node, { op: K }> {
  return node.op === op;
}

/**
 * True if a node depends on no tensor: only on numbers, extents and scalars of a call. Whole numbers that
 * are computed are left to kernels, as the host's arithmetic does not wrap around at 2³², and so is what
 * the host has no function for.
 */
export function isHostScalar(node: Node): boolean {
  const known = hostScalars.get(node);
  if (known !== undefined) return known;
  const result = node.shape.length === 0 && (
    node.op === "constant" || node.op === "size" ||
    (node.op === "input" && node.attrs.role === "scalar") ||
    (isElementwise(node) && node.dtype !== "u32" && node.dtype !== "i32" && !isDefined(node.op) &&
      node.inputs.every(isHostScalar))
  );
  hostScalars.set(node, result);
  return result;
}
const hostScalars = new WeakMap<Node, boolean>();
