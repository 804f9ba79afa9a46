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
 * The extent of each label of some operands.
 *
 * @param action what fails, for messages
 * @param clash the fault of a label that has two extents
 * @throws {DeclarationError} if ranks or extents disagree, or an operand names a label twice
 */
export function extentsOfOperands(
  action: string,
  spec: string,
  operands: readonly { readonly labels: string; readonly shape: Shape }[],
  clash: (label: string, known: Extent, other: Extent) => string,
): ReadonlyMap<string, Extent> {
  const extents = new Map<string, Extent>();
  operands.forEach(({ labels, shape }, position) => {
    if (labels.length !== shape.length || new Set(labels).size !== labels.length) {
      throw new DeclarationError(
        `${action}: operand ${position} has rank ${shape.length}, the product "${spec}" wants ${labels.length} different labels`,
      );
    }
    [...labels].forEach((label, axis) => {
      const extent = shape[axis] ?? NaN;
      const known = extents.get(label) ?? extent;
      if (!sameExtent(known, extent)) {
        throw new DeclarationError(`${action}: ${clash(label, known, extent)}`);
      }
      extents.set(label, known);
    });
  });
  return extents;
}

/**
 * Refuses a result that names a label twice.
 *
 * @param action what fails, for messages
 */
export function checkNoDiagonal(action: string, spec: string, out: string): void {
  if (new Set(out).size === out.length) return;
  throw new DeclarationError(
    `${action}: the result of "${spec}" names a label twice; a product has no diagonal`,
  );
}

/**
 * The extent of each label of a product of two.
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
  const action = `Cannot multiply ${inputs.map(describe).join(" by ")}`;
  const operands = [lhs, rhs].map((labels, i) => ({ labels, shape: inputs[i]?.shape ?? [] }));
  const extents = extentsOfOperands(
    action,
    spec,
    operands,
    (_, known, other) => `inner dims must match, got ${showExtent(known)} and ${showExtent(other)}`,
  );
  checkNoDiagonal(action, spec, out);
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
