/**
 * Walks over scalar expressions as the graphs they are: a part that occurs many times is visited once.
 *
 * @module
 */
import { valuesIn } from "./index_expr.ts";
import type { Scalar } from "./kernel.ts";

/** The expressions right below one: arguments of an operator, and values that stand in an index. */
export function partsOf(scalar: Scalar): readonly Scalar[] {
  switch (scalar.kind) {
    case "load":
      return scalar.index.flatMap(valuesIn);
    case "index":
      return valuesIn(scalar.index);
    case "apply":
      return scalar.args;
    default:
      return [];
  }
}

/** Visits every part of some expressions, each once, parts before what uses them. */
export function forEachPart(roots: readonly Scalar[], visit: (part: Scalar) => void): void {
  const seen = new Set<Scalar>();
  const walk = (scalar: Scalar): void => {
    if (seen.has(scalar)) return;
    seen.add(scalar);
    partsOf(scalar).forEach(walk);
    visit(scalar);
  };
  roots.forEach(walk);
}

/** True if some part of an expression has a property. */
export function somePart(scalar: Scalar, has: (part: Scalar) => boolean): boolean {
  let found = false;
  forEachPart([scalar], (part) => found ||= has(part));
  return found;
}

/** The number of operators an expression has when it is written out, with shared parts repeated. */
export function writtenSize(scalar: Scalar): number {
  const sizes = new Map<Scalar, number>();
  forEachPart([scalar], (part) => {
    const own = part.kind === "apply" ? 1 : 0;
    sizes.set(part, partsOf(part).reduce((sum, below) => sum + (sizes.get(below) ?? 0), own));
  });
  return sizes.get(scalar) ?? 0;
}
