/** Values with some of their parts replaced by others. @module */
import { partsOf } from "../../dsl/custom_gradient.ts";
import { copyHint } from "../../dsl/hints.ts";
import { make } from "../../dsl/intern.ts";
import type { Node } from "../../dsl/ops.ts";
import { copyProvenance } from "../../dsl/provenance.ts";

/**
 * A function that rebuilds a value, and all that it is computed from, from what `replace` gives for some
 * nodes. Each node is rebuilt once, also in later calls. `rebuilt` tells what another node has become.
 */
export function replacer(
  replace: (node: Node, rebuilt: (node: Node) => Node) => Node | undefined,
): (node: Node) => Node {
  const done = new Map<Node, Node>();
  const rebuilt = (node: Node): Node => {
    const known = done.get(node);
    if (known !== undefined) return known;
    const result = replace(node, rebuilt) ?? withInputs(node, node.inputs.map(rebuilt));
    copyHint(node, result);
    copyProvenance(node, result);
    done.set(node, result);
    return result;
  };
  return rebuilt;
}

function withInputs(node: Node, inputs: readonly Node[]): Node {
  return inputs.every((input, i) => input === node.inputs[i])
    ? node
    : make(node.op, node.attrs, inputs);
}

/** Replaces some nodes by others; of functions with given gradients only the value is left. */
export function replaceNodes(others: ReadonlyMap<Node, Node>): (node: Node) => Node {
  return replacer((node, rebuilt) => {
    const other = others.get(node);
    if (other !== undefined) return other;
    const parts = partsOf(node);
    return parts === undefined ? undefined : rebuilt(parts.value);
  });
}
