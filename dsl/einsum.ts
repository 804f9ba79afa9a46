/** Einstein's notation for products of two tensors. @module */
import { type Extent, sameExtent, type Shape, showExtent } from "./dim.ts";
import { DeclarationError } from "./errors.ts";

/** The three label lists of a product: `ab,cb->ac`. */
export interface EinsumSpec {
  readonly lhs: string;
  readonly rhs: string;
  readonly out: string;
}

/** Takes a specification apart. */
export function parseEinsum(spec: string): EinsumSpec {
  const match = /^([a-z]*),([a-z]*)->([a-z]*)$/.exec(spec);
  if (match === null) {
    throw new DeclarationError(
      `Cannot read the product "${spec}": write two operands and a result, e.g. "ab,bc->ac"`,
    );
  }
  const [, lhs = "", rhs = "", out = ""] = match;
  return { lhs, rhs, out };
}

/** Puts a specification together, with labels renamed a, b, c … in order of appearance. */
export function formatEinsum({ lhs, rhs, out }: EinsumSpec): string {
  const names = new Map<string, string>();
  const rename = (labels: string): string =>
    [...labels].map((label) => {
      const name = names.get(label) ?? String.fromCharCode(97 + names.size);
      names.set(label, name);
      return name;
    }).join("");
  return `${rename(lhs)},${rename(rhs)}->${rename(out)}`;
}

interface Shaped {
  readonly shape: Shape;
}

/**
 * The extent of each label.
 *
 * @throws {DeclarationError} if ranks or extents disagree, or a label is used in a way that is no
 * product (repeated in one place, or found in only one place).
 */
export function labelExtents<T extends Shaped>(
  spec: string,
  inputs: readonly T[],
  describe: (operand: T) => string,
): ReadonlyMap<string, Extent> {
  const { lhs, rhs, out } = parseEinsum(spec);
  const extents = new Map<string, Extent>();
  const action = `Cannot multiply ${inputs.map(describe).join(" by ")}`;
  [lhs, rhs].forEach((labels, position) => {
    const shape = inputs[position]?.shape ?? [];
    if (labels.length !== shape.length || new Set(labels).size !== labels.length) {
      throw new DeclarationError(
        `${action}: operand ${position} has rank ${shape.length}, the product "${spec}" wants ${labels.length} different labels`,
      );
    }
    [...labels].forEach((label, axis) => {
      const extent = shape[axis] ?? NaN;
      const known = extents.get(label);
      if (known !== undefined && !sameExtent(known, extent)) {
        throw new DeclarationError(
          `${action}: inner dims must match, got ${showExtent(known)} and ${showExtent(extent)}`,
        );
      }
      extents.set(label, known ?? extent);
    });
  });
  if (new Set(out).size !== out.length) {
    throw new DeclarationError(
      `${action}: the result of "${spec}" names a label twice; a product has no diagonal`,
    );
  }
  for (const label of new Set(lhs + rhs + out)) {
    const uses = [lhs, rhs, out].filter((labels) => labels.includes(label)).length;
    if (uses < 2) {
      throw new DeclarationError(
        `${action}: label "${label}" of "${spec}" occurs only once; sum or broadcast first`,
      );
    }
  }
  return extents;
}
