/**
 * The keys of a JSON text as they stand there. A parsed object has them in another order where they look like
 * numbers, and only the last of equal ones.
 *
 * @module
 */

/** A key of an object. */
export interface JsonKey {
  readonly key: string;
  /** How many objects and lists it stands in; 1 for the keys of the text's own object. */
  readonly depth: number;
}

/** A string, with the colon after it if it is a key; or a bracket. All else is of no interest. */
const TOKEN = /("[^"\\]*(?:\\.[^"\\]*)*")(\s*:)?|[[\]{}]/g;

/**
 * The keys of all objects in a JSON text, in order.
 *
 * @param text valid JSON
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * const keys = [...jsonKeys(`{"b": {"1": "x:"}, "a": []}`)];
 * assert.deepEqual(keys.map(({ key, depth }) => `${depth} ${key}`), ["1 b", "2 1", "1 a"]);
 * ```
 */
export function* jsonKeys(text: string): Generator<JsonKey> {
  let depth = 0;
  for (const [token, quoted, colon] of text.matchAll(TOKEN)) {
    if (token === "{" || token === "[") depth++;
    else if (quoted === undefined) depth--;
    else if (colon !== undefined) yield { key: JSON.parse(quoted), depth };
  }
}
