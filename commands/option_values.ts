/** Parsers of the values of options. @module */
import { InvalidArgumentError } from "commander";
import { didYouMean } from "./nearest.ts";

/**
 * A parser of whole numbers.
 *
 * @throws {InvalidArgumentError} by the parser, if a text is no whole number from `least` to `most`
 */
export function wholeNumber(
  least: number,
  most: number = Number.MAX_SAFE_INTEGER,
): (text: string) => number {
  return (text) => {
    const value = /^\d+$/.test(text) ? Number(text) : NaN;
    if (value >= least && value <= most) return value;
    const range = most === Number.MAX_SAFE_INTEGER
      ? `of at least ${least}`
      : `from ${least} to ${most}`;
    throw new InvalidArgumentError(`Expected a whole number ${range}.`);
  };
}

/**
 * Words with commas between them.
 *
 * @throws {InvalidArgumentError} if there is none
 */
export function words(text: string): readonly string[] {
  const found = text.split(",").map((word) => word.trim()).filter((word) => word !== "");
  if (found.length > 0) return found;
  throw new InvalidArgumentError("Expected words with commas between them.");
}

/**
 * A parser of names out of a list; it takes one name.
 *
 * @param what the names in words, for messages: "Sections"
 * @throws {InvalidArgumentError} by the parser, if a text is none of the names
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * const section = oneOf("Sections", ["step", "peaks"]);
 * assert.equal(section("peaks"), "peaks");
 * assert.throws(() => section("peeks"), /Sections are step, peaks\. Did you mean peaks\?$/);
 * ```
 */
export function oneOf<Name extends string>(
  what: string,
  names: readonly Name[],
): (text: string) => Name {
  return (text) => {
    const found = names.find((name) => name === text);
    if (found !== undefined) return found;
    throw new InvalidArgumentError(`${what} are ${names.join(", ")}.${didYouMean(text, names)}`);
  };
}

/**
 * A parser for an option that may be given more than once; it takes all values, in order.
 *
 * @param parse takes each of them
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * const passes = repeated(oneOf("Passes", ["lower", "plan"]));
 * assert.deepEqual(passes("plan", passes("lower")), ["lower", "plan"]);
 * ```
 */
export function repeated<Value>(
  parse: (text: string) => Value,
): (text: string, before?: readonly Value[]) => readonly Value[] {
  return (text, before = []) => [...before, parse(text)];
}
