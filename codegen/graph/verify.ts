/** Checks a graph after each pass. @module */
import { sameShape, showShape } from "../../dsl/dim.ts";
import type { Node, OpAttrs } from "../../dsl/ops.ts";
import { DeclarationError } from "../../dsl/errors.ts";
import { SHAPE_RULES, type Signature } from "../../dsl/shape_rules.ts";
import { type Graph, nodesOf } from "./graph.ts";
import { printGraph } from "./print.ts";

/** Thrown when a pass of the compiler has produced something that is not well formed: a bug here. */
export class VerifyError extends Error {
  override readonly name = "VerifyError";
}

/** What the shape rule of a node's op says about it. */
function derived(node: Node, fail: (fault: string) => never): Signature {
  // The rule and the attributes are those of the same op.
  const rule = SHAPE_RULES[node.op] as (
    attrs: OpAttrs[typeof node.op],
    inputs: readonly Node[],
  ) => Signature;
  try {
    return rule(node.attrs, node.inputs);
  } catch (error) {
    if (error instanceof DeclarationError) fail(error.message);
    throw error;
  }
}

/**
 * Derives every shape again, and checks that results have distinct names, that no output is a bool, and
 * that an update overwrites a leaf of its own shape and element type.
 *
 * @throws {VerifyError} with the graph's text.
 */
export function verifyGraph(graph: Graph): Graph {
  const fail = (fault: string): never => {
    throw new VerifyError(`Graph ${graph.layer}.${graph.name}: ${fault}\n${printGraph(graph)}`);
  };
  for (const node of nodesOf(graph)) {
    const { shape, dtype } = derived(node, fail);
    if (!sameShape(shape, node.shape)) {
      fail(`${node.op} has shape ${showShape(node.shape)}, its rule gives ${showShape(shape)}`);
    }
    if (dtype !== node.dtype) fail(`${node.op} is of ${node.dtype}, its rule gives ${dtype}`);
  }
  const names = new Set<string>();
  for (const { name, node, target } of graph.results) {
    if (names.has(name)) fail(`two results are named "${name}"`);
    names.add(name);
    if (node.dtype === "bool") fail(`result "${name}" is a bool`);
    if (target === undefined) continue;
    if (target.op !== "input") fail(`"${name}" overwrites a value that is not a leaf`);
    if (!sameShape(target.shape, node.shape) || target.dtype !== node.dtype) {
      fail(
        `"${name}" overwrites ${showShape(target.shape)} of ${target.dtype} with ${
          showShape(node.shape)
        } of ${node.dtype}`,
      );
    }
  }
  return graph;
}
