/** Splits kernels that use more tensors than a machine binds to one: which part to compute first. @module */
import type { Node } from "../../dsl/ops.ts";
import type { Scalar } from "../kernel/kernel.ts";
import type { Group } from "./group.ts";
import { forEachPart } from "../kernel/scalar_walk.ts";
import { loadsOf, usesLocal } from "./loads.ts";

/**
 * The part of a group's values that loads the most tensors, but not more than `most`, and can be computed
 * and stored before the group.
 */
export function partToStore(
  group: Group,
  most: number,
  isExcluded: (node: Node) => boolean,
): Node | undefined {
  let best: { readonly node: Node; readonly loads: number } | undefined;
  const consider = (scalar: Scalar): void => {
    if (scalar.kind !== "apply") return;
    const node = group.expander.origins.get(scalar)?.[0];
    const loads = loadsOf(scalar).size;
    const fits = node !== undefined && node.dtype !== "bool" && !isExcluded(node) &&
      loads > 1 && loads <= most && !usesLocal(scalar);
    if (fits && loads > (best?.loads ?? 0)) best = { node, loads };
  };
  forEachPart([...group.reductions, ...group.stored].map((each) => each.value), consider);
  return best?.node;
}
