/** Results as values of their own, so that each can have its own memory. @module */
import { make } from "../../dsl/intern.ts";
import type { Node } from "../../dsl/ops.ts";
import { copyProvenance } from "../../dsl/provenance.ts";
import { type Graph, isHostScalar, nodesOf, type Result } from "../graph/graph.ts";
import { leafName } from "./programs.ts";
import { nameValues } from "./names.ts";

/** The same value as a node of its own, which is none of those taken. */
function copyOf(node: Node, taken: ReadonlySet<Node>): Node {
  let copy = node;
  do copy = make("cast", { dtype: node.dtype }, [copy]); while (taken.has(copy));
  copyProvenance(node, copy);
  return copy;
}

/** Copies the results that are leaves, numbers, or the same value as an earlier result. */
export function separateResults(graph: Graph): Graph {
  const taken = new Set<Node>();
  const results = graph.results.map((result): Result => {
    const { node } = result;
    const own = node.op !== "input" && !isHostScalar(node) && !taken.has(node);
    const separate = own ? node : copyOf(node, taken);
    taken.add(separate);
    return { ...result, node: separate };
  });
  const separated = { ...graph, results };
  return { ...separated, names: nameValues(separated, nodesOf(separated)) };
}

/**
 * Computes the new values of some leaves aside: each becomes a value of its own, and a copy of it
 * overwrites the leaf.
 */
export function setAside(graph: Graph, targets: ReadonlySet<Node>): {
  readonly graph: Graph;
  readonly copies: ReadonlySet<Node>;
} {
  const taken = new Set(graph.results.map((result) => result.node));
  const names = new Map(graph.names);
  const copies = new Set<Node>();
  const results = graph.results.map((result): Result => {
    const { node, target } = result;
    if (target === undefined || !targets.has(target)) return result;
    const copy = copyOf(node, taken);
    taken.add(copy);
    copies.add(copy);
    names.set(node, `${leafName(target)}_next`);
    return { ...result, node: copy };
  });
  return { graph: { ...graph, results, names }, copies };
}
