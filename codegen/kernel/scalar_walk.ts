/**
 * Walks over scalar expressions as the graphs they are: a part that occurs many times is visited once.
 *
 * @module
 */
import type { Scalar } from "./kernel.ts";

/** Visits every part of some expressions, each once, arguments before what uses them. */
export function forEachPart(roots: readonly Scalar[], visit: (part: Scalar) => void): void {
  const seen = new Set<Scalar>();
  const walk = (scalar: Scalar): void => {
    if (seen.has(scalar)) return;
    seen.add(scalar);
    if (scalar.kind === "apply") scalar.args.forEach(walk);
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
    const size = part.kind === "apply"
      ? part.args.reduce((sum, arg) => sum + (sizes.get(arg) ?? 0), 1)
      : 0;
    sizes.set(part, size);
  });
  return sizes.get(scalar) ?? 0;
}
