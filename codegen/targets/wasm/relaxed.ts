/**
 * Multiply and add in one instruction, and how to do without.
 *
 * The relaxed instruction rounds once where the machine can, twice where it cannot. The plain build of a
 * module is the same tree with the two instructions in its place.
 *
 * @module
 */
import { form, type Wat } from "./wat.ts";

const MULTIPLY_ADD = "f32x4.relaxed_madd";

/** The next partial sum of a contraction: of vectors in one instruction, of single values in two. */
export function accumulated(left: Wat, right: Wat, sum: Wat, vector: boolean): Wat {
  return vector
    ? form(MULTIPLY_ADD, left, right, sum)
    : form("f32.add", sum, form("f32.mul", left, right));
}

/** The same tree for engines without relaxed instructions. */
export function withoutRelaxed(tree: Wat): Wat {
  if (tree.kind !== "form") return tree;
  const items = tree.items.map(withoutRelaxed);
  const [left, right, sum] = items;
  if (
    tree.head !== MULTIPLY_ADD || left === undefined || right === undefined || sum === undefined
  ) {
    return { ...tree, items };
  }
  return form("f32x4.add", sum, form("f32x4.mul", left, right));
}
