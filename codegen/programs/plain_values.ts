/** Graphs without what only gradients need. @module */
import type { Graph } from "../graph/graph.ts";
import { replaceNodes } from "../graph/replace.ts";

/** The same results, computed without the gradients that authors give for functions. */
export function withPlainValues(graph: Graph): Graph {
  const plain = replaceNodes(new Map());
  return {
    ...graph,
    results: graph.results.map((result) => ({ ...result, node: plain(result.node) })),
    names: new Map([...graph.names].map(([node, name]) => [plain(node), name])),
  };
}
