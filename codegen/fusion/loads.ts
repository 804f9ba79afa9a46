/** What scalar expressions read. @module */
import type { Scalar } from "../kernel/kernel.ts";
import { forEachPart, somePart } from "../kernel/scalar_walk.ts";

/** The tensors that an expression loads. */
export function loadsOf(scalar: Scalar): ReadonlySet<string> {
  const found = new Set<string>();
  forEachPart([scalar], (part) => {
    if (part.kind === "load") found.add(part.tensor);
  });
  return found;
}

/** True if an expression needs a local: a reduction of its own kernel. */
export function usesLocal(scalar: Scalar): boolean {
  return somePart(scalar, (part) => part.kind === "local");
}
