/** Finds what somebody meant who mistyped a name. @module */
import { closestMatch } from "leven";

/** Names that differ in more letters than this are other names. */
const MOST_EDITS = 3;

/**
 * The name that is most like a word, or `undefined` if none is: capitals do not count, and at most half of a
 * word's letters may differ.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * assert.equal(nearest("orignal", ["shared", "original"]), "original");
 * assert.equal(nearest("cuda", ["auto", "webgpu", "wasm"]), undefined);
 * ```
 */
export function nearest(word: string, names: readonly string[]): string | undefined {
  const byLowerCase = new Map(names.map((name) => [name.toLowerCase(), name]));
  const maxDistance = Math.min(MOST_EDITS, Math.floor(word.length / 2));
  const found = closestMatch(word.toLowerCase(), [...byLowerCase.keys()], { maxDistance });
  return found === undefined ? undefined : byLowerCase.get(found);
}

/**
 * A question to end a refusal with, as ` Did you mean original?`; nothing if no name is like the word.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * assert.equal(`No such model.${didYouMean("Shraed", ["shared"])}`, "No such model. Did you mean shared?");
 * assert.equal(didYouMean("third", ["shared"]), "");
 * ```
 */
export function didYouMean(word: string, names: readonly string[]): string {
  const name = nearest(word, names);
  return name === undefined ? "" : ` Did you mean ${name}?`;
}
