/** Functions with given gradients as functions of leaves, so that their gradients can be derived. @module */
import { type GivenGradients } from "../../dsl/custom_gradient.ts";
import { make } from "../../dsl/intern.ts";
import type { Node } from "../../dsl/ops.ts";
import { replaceNodes } from "../graph/replace.ts";

/** A function over leaves, and the way back. */
export interface OverLeaves {
  /** The same with a leaf in place of each operand, which is no leaf itself. */
  readonly parts: GivenGradients;
  /** Puts the operands where their leaves are. */
  back(node: Node): Node;
}

/** Puts leaves in place of the operands of a function with given gradients. */
export function overLeaves(given: GivenGradients): OverLeaves {
  const leafOf = new Map<Node, Node>();
  for (const { name, node } of given.operands) {
    if (node.op === "input" || leafOf.has(node)) continue;
    const { shape, dtype } = node;
    leafOf.set(node, make("input", { name, role: "input", shape, dtype }));
  }
  const cut = replaceNodes(leafOf);
  return {
    parts: {
      ...given,
      value: cut(given.value),
      operands: given.operands.map(({ name, node }) => ({ name, node: leafOf.get(node) ?? node })),
      gradients: given.gradients.map((each) => each === undefined ? undefined : cut(each)),
    },
    back: replaceNodes(new Map([...leafOf].map(([node, leaf]) => [leaf, node]))),
  };
}
