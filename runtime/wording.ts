/**
 * Small pieces of the sentences that the runtime says when something is wrong.
 *
 * @module
 */

/**
 * Names in quotes, as a person would list them.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * assert.equal(listed(["x", "W", "y"]), `"x", "W" and "y"`);
 * assert.equal(listed([]), "none");
 * ```
 */
export function listed(names: Iterable<string>): string {
  const quoted = Array.from(names, (name) => JSON.stringify(name));
  const last = quoted.pop();
  if (last === undefined) return "none";
  return quoted.length === 0 ? last : `${quoted.join(", ")} and ${last}`;
}

/**
 * A count with its noun in the right number.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * assert.equal(counted(1, "element"), "1 element");
 * assert.equal(counted(784, "element"), "784 elements");
 * ```
 */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

/** The message of anything that was thrown. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}

/**
 * The message of anything that was thrown, as a sentence: some end with a full stop, and some are to be put into
 * others.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * assert.equal(sentenceOf(new Error("The disk is full.")), "The disk is full.");
 * assert.equal(sentenceOf("gone"), "gone.");
 * ```
 */
export function sentenceOf(thrown: unknown): string {
  return messageOf(thrown).replace(/\.?$/, ".");
}
