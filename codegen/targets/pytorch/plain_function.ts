/**
 * A function of ordinary operations of PyTorch, for what is only used.
 *
 * @module
 */
import type { Node } from "../../../dsl/ops.ts";
import { type Result, topologicalOrder } from "../../graph/graph.ts";
import { Body, noNeeds } from "./body.ts";
import { rewrittenGraph } from "./joint_graph.ts";
import { docstring, indent } from "./language.ts";
import { returned, returnLines } from "./returns.ts";
import {
  annotated,
  type FunctionText,
  head,
  identifiersFor,
  nameLeaves,
  type Parameters,
  preamble,
} from "./signature.ts";

/** A function of ordinary operations, which PyTorch differentiates itself. */
export function plainFunction(
  name: string,
  doc: string,
  declared: readonly Result[],
  parameters: Parameters,
  names: ReadonlyMap<Node, string> = new Map(),
): FunctionText {
  const graph = rewrittenGraph({ name, layer: name, results: declared, names });
  const results = graph.results.map(({ node }) => node);
  const ids = identifiersFor([...results, ...parameters.leaves]);
  const given = nameLeaves(ids, parameters.leaves);
  const needs = noNeeds();
  const setting = { given, named: new Set<Node>(), names: graph.names, ids, needs };
  const order = topologicalOrder(results);
  const body = new Body({ ...setting, order });
  const lines = body.lines(order, 4);
  const values = results.map((node) => returned(body, node));
  const all = [
    ...[...given].map(([leaf, text]) => annotated(leaf, text)),
    ...parameters.dims.map((dim) => `${dim}: int`),
  ];
  const type = values.length === 1 ? "Tensor" : "tuple[Tensor, ...]";
  return {
    lines: [
      ...head(`def ${name}`, all, ` -> ${type}:`, 0),
      ...indent([
        docstring(doc),
        ...preamble(given, needs, parameters.dims).lines,
        ...lines,
        ...returnLines(values),
      ]),
    ],
    others: needs.others,
  };
}
