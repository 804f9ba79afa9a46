/** What scalar expressions read. @module */
import type { Scalar } from "../kernel/kernel.ts";

/** The tensors that an expression loads. */
export function loadsOf(scalar: Scalar, found: Set<string> = new Set()): ReadonlySet<string> {
  if (scalar.kind === "load") found.add(scalar.tensor);
  if (scalar.kind === "apply") scalar.args.forEach((arg) => loadsOf(arg, found));
  return found;
}

/** True if an expression needs a local: a reduction of its own kernel. */
export function usesLocal(scalar: Scalar): boolean {
  return scalar.kind === "local" || (scalar.kind === "apply" && scalar.args.some(usesLocal));
}
