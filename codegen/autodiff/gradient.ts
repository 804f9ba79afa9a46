/** Reverse-mode differentiation of graphs. @module */
import { partsOf } from "../../dsl/custom_gradient.ts";
import { sameShape, showShape } from "../../dsl/dim.ts";
import { make } from "../../dsl/intern.ts";
import { consult, type Node } from "../../dsl/ops.ts";
import { causedBy } from "../../dsl/provenance.ts";
import { full } from "../graph/build.ts";
import { topologicalOrder } from "../graph/graph.ts";
import { VerifyError } from "../graph/verify.ts";
import { overLeaves } from "./operand_leaves.ts";
import { type Cotangents, VJP_RULES } from "./rules.ts";

/** Gradients, and readable names for those of named values: `g_` and the value's name. */
export interface Gradients {
  readonly gradients: readonly Node[];
  readonly names: ReadonlyMap<Node, string>;
}

/**
 * The gradients of a value with respect to some nodes: given gy, the gradient of a scalar with respect
 * to `y`, the gradients of that scalar with respect to each node of `wrt`. A node that `y` does not
 * depend on has a gradient of zeros.
 *
 * Gradients of several uses of one value are added; a rule that returns another shape than its operand's
 * is a fault and never summed away.
 */
export function gradients(
  y: Node,
  gy: Node,
  wrt: readonly Node[],
  valueNames: ReadonlyMap<Node, string> = new Map(),
): Gradients {
  const order = topologicalOrder([y]);
  const needed = new Set<Node>();
  for (const node of order) {
    if (wrt.includes(node) || node.inputs.some((input) => needed.has(input))) needed.add(node);
  }
  const total = new Map<Node, Node>([[y, gy]]);
  for (const node of [...order].reverse()) {
    const g = total.get(node);
    if (g === undefined || !needed.has(node)) continue;
    causedBy([node], () => cotangentsOf(node, g, needed)).forEach((cotangent, i) => {
      const operand = node.inputs[i];
      if (cotangent === undefined || operand === undefined || !needed.has(operand)) return;
      if (!sameShape(cotangent.shape, operand.shape)) {
        throw new VerifyError(
          `The gradient rule of ${node.op} gives ${
            showShape(cotangent.shape)
          } for operand ${i} of shape ${showShape(operand.shape)}`,
        );
      }
      const before = total.get(operand);
      total.set(
        operand,
        before === undefined
          ? cotangent
          : causedBy([operand], () => make("add", {}, [before, cotangent])),
      );
    });
  }
  const names = new Map<Node, string>();
  for (const [node, g] of total) {
    const name = node.op === "input" ? node.attrs.name : valueNames.get(node);
    if (name !== undefined && g.op !== "input") names.set(g, `g_${name}`);
  }
  return { gradients: wrt.map((node) => total.get(node) ?? full(0, node.shape)), names };
}

/** The gradients of a node's operands; where an author gives only some of them, the others are derived. */
function cotangentsOf(node: Node, g: Node, needed: ReadonlySet<Node>): Cotangents {
  const cotangents = consult(VJP_RULES, node, g);
  const given = partsOf(node);
  const lacks = given?.operands.some((each, i) =>
    given.gradients[i] === undefined && needed.has(each.node)
  );
  if (given === undefined || lacks !== true) return cotangents;
  const { parts, back } = overLeaves(given);
  const derived = gradients(parts.value, g, parts.operands.map((each) => each.node)).gradients;
  return [
    undefined,
    ...given.operands.map((_, i) => {
      const own = derived[i];
      return cotangents[i + 1] ?? (own === undefined ? undefined : back(own));
    }),
  ];
}
