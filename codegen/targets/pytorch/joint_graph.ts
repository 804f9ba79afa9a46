/**
 * The result of a declaration and its gradients as one graph, so that what the result has computed is there for
 * the gradients.
 *
 * @module
 */
import type { Node } from "../../../dsl/ops.ts";
import { type Graph, type Result, topologicalOrder } from "../../graph/graph.ts";
import { isHostScalar } from "../../graph/graph.ts";
import { withPlainValues } from "../../programs/plain_values.ts";
import { separateResults } from "../../programs/separate.ts";
import { rewrite } from "../../rewrite/engine.ts";
import { RULES } from "../../rewrite/rules/mod.ts";

/** A result, and the leaf that stands for its gradient; new values of states have none. */
export interface ForwardResult extends Result {
  readonly seed?: Node;
}

/** The gradient of a leaf. */
export interface BackwardResult extends Result {
  readonly leaf: Node;
}

/** A value to differentiate. */
export interface Joint {
  readonly graph: Graph;
  /** What the forward pass gives: results, then new values of states. */
  readonly forward: readonly ForwardResult[];
  /** Gradients, in the order in which they were asked for. */
  readonly backward: readonly BackwardResult[];
  /** What the forward pass computes, operands before users. */
  readonly forwardNodes: readonly Node[];
  /** What only the gradients need. */
  readonly backwardNodes: readonly Node[];
  /** What the forward pass keeps for the gradients: leaves, then values. */
  readonly kept: readonly Node[];
}

/** Ops that cost so little that gradients do them again. */
const CHEAP: ReadonlySet<string> = new Set([
  "constant",
  "size",
  "iota",
  "broadcast",
  "reshape",
  "transpose",
]);

/** A graph as kernels are made of it: rewritten, every result a value of its own. */
export function rewrittenGraph(graph: Graph): Graph {
  return separateResults(rewrite(withPlainValues(graph), RULES).graph);
}

/** Rewrites both passes together, and finds what the second needs of the first. */
export function jointGraph(
  { forward, backward, ...rest }:
    & Pick<Graph, "name" | "layer" | "names">
    & { readonly forward: readonly ForwardResult[]; readonly backward: readonly BackwardResult[] },
): Joint {
  const graph = rewrittenGraph({ ...rest, results: [...forward, ...backward] });
  // Each result stays at its place.
  const rewritten = <R extends Result>(result: R, at: number): R => ({
    ...result,
    node: graph.results[at]?.node ?? result.node,
  });
  const results = forward.map((each, at) => rewritten(each, at));
  const gradients = backward.map((each, at) => rewritten(each, forward.length + at));
  const forwardNodes = topologicalOrder(results.map(({ node }) => node));
  const before = new Set(forwardNodes);
  const seeds = new Set(forward.map(({ seed }) => seed));
  const kept = new Set<Node>();
  const seen = new Set<Node>();
  const backwardNodes: Node[] = [];
  const visit = (node: Node): void => {
    if (seen.has(node)) return;
    seen.add(node);
    if (node.op === "input") {
      if (node.attrs.role !== "scalar" && !seeds.has(node)) kept.add(node);
      return;
    }
    if (before.has(node) && !CHEAP.has(node.op) && !isHostScalar(node)) {
      kept.add(node);
      return;
    }
    node.inputs.forEach(visit);
    backwardNodes.push(node);
  };
  gradients.forEach(({ node }) => visit(node));
  const isLeaf = (node: Node): boolean => node.op === "input";
  return {
    graph,
    forward: results,
    backward: gradients,
    forwardNodes,
    backwardNodes,
    kept: [...[...kept].filter(isLeaf), ...[...kept].filter((node) => !isLeaf(node))],
  };
}
