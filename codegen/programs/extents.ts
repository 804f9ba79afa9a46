/** The dims that values depend on. @module */
import { type Extent, factors } from "../../dsl/dim.ts";
import type { Node } from "../../dsl/ops.ts";

function extentsOf(node: Node): readonly Extent[] {
  return node.op === "size" ? [node.attrs.extent] : node.shape;
}

/** The names of all dims of some nodes, also of those that no leaf has, in order of first use. */
export function dimNames(nodes: readonly Node[]): readonly string[] {
  return [...new Set(nodes.flatMap(extentsOf).flatMap((extent) => factors(extent).symbols))];
}
