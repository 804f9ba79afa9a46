/**
 * Which lines of a declaration's source and which lines of generated code belong together.
 *
 * @module
 */
import type { Place } from "../../dsl/provenance.ts";

/**
 * Numbers for lines of source, and for the sets of them that lines of code come from. Both are counted from 0
 * in the order in which they are first asked for.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * const links = new LineLinks();
 * const place = { file: "file:///spec.ts", line: 7, column: 3 };
 * assert.equal(links.setOf([place]), 0);
 * assert.equal(links.setOf([]), undefined);
 * assert.equal(links.lineOf("file:///spec.ts", 7), 0);
 * assert.equal(links.lineOf("file:///spec.ts", 8), undefined);
 * ```
 */
export class LineLinks {
  readonly #lines = new Map<string, number>();
  readonly #sets = new Map<string, number>();

  /** The number of the set of lines at these places, in their order; nothing for no place. */
  setOf(places: readonly Place[]): number | undefined {
    if (places.length === 0) return undefined;
    const lines = places.map(({ file, line }) => numbered(this.#lines, keyOf(file, line)));
    return numbered(this.#sets, [...new Set(lines)].join(" "));
  }

  /** The number of a line of source, if code comes from it. */
  lineOf(file: string, line: number): number | undefined {
    return this.#lines.get(keyOf(file, line));
  }

  /** The lines of each set: first the one where the formula stands. */
  get sets(): readonly (readonly number[])[] {
    return Array.from(this.#sets.keys(), (key) => key.split(" ").map(Number));
  }
}

const keyOf = (file: string, line: number): string => `${line} ${file}`;

function numbered(all: Map<string, number>, key: string): number {
  const known = all.get(key);
  if (known !== undefined) return known;
  all.set(key, all.size);
  return all.size - 1;
}
