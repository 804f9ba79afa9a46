/**
 * Checks the options of declarations: specs run unchecked, and a slip must not become a stray error.
 *
 * @module
 */
import { isExtent } from "./dim.ts";
import { DeclarationError, showValue } from "./errors.ts";

/** What an option must be. */
export interface OptionRule {
  /** True where it may not be left out. */
  readonly required?: boolean;
  /** What is wanted, with an example. */
  readonly wanted: string;
  /** True for what is wanted. */
  fits(value: unknown): boolean;
}

/** The rules of all options of a kind of declaration. */
export type OptionRules<O> = { readonly [N in keyof Required<O>]: OptionRule };

/** True for objects whose properties all fit. */
export function isRecordOf(value: unknown, fits: (part: unknown) => boolean): boolean {
  return typeof value === "object" && value !== null && !Array.isArray(value) &&
    Object.values(value).every(fits);
}

/** A text. */
export const isText = (value: unknown): value is string => typeof value === "string";
/** The rule of `name`. */
export const NAME: OptionRule = {
  required: true,
  wanted: 'a text, such as "my_layer"',
  fits: isText,
};
/** The rule of `doc`. */
export const DOC: OptionRule = { wanted: "a text", fits: isText };
/** The rule of `typical`. */
export const TYPICAL: OptionRule = {
  wanted: "whole numbers by the names of dims, such as { B: 100 }",
  fits: (value) => isRecordOf(value, (part) => typeof part === "number" && isExtent(part)),
};
/** The rule of `unverified`. */
export const UNVERIFIED: OptionRule = {
  wanted: 'the reason as a text, such as "straight-through estimator"',
  fits: (value) => isText(value) && value.trim() !== "",
};
/** The rule of an option that is a number from `least` to below a bound. */
export const numberLike = (example: number, least: number, below = Infinity): OptionRule => ({
  wanted: `a number of at least ${least}${
    below === Infinity ? "" : ` and below ${below}`
  }, such as ${example}`,
  fits: (value) =>
    typeof value === "number" && Number.isFinite(Math.fround(value)) && value >= least &&
    value < below,
});
/** The rule of an option that is yes or no. */
export const FLAG: OptionRule = {
  wanted: "true or false",
  fits: (value) => typeof value === "boolean",
};
/** The rule of an option that is a function. */
export const functionLike = (wanted: string, required = true): OptionRule => ({
  required,
  wanted: `a function, such as ${wanted}`,
  fits: (value) => typeof value === "function",
});

/**
 * Checks that options have the right names and kinds.
 *
 * @param what the kind of declaration: `layer`
 * @throws {DeclarationError} if an option is unknown, missing, or of a wrong kind.
 */
export function checkOptions<O extends object>(
  what: string,
  given: O,
  rules: OptionRules<O>,
): void {
  const known: readonly (readonly [string, OptionRule])[] = Object.entries(rules);
  const names = known.map(([name]) => name).join(", ");
  if (!isRecordOf(given, () => true)) {
    throw new DeclarationError(
      `Cannot declare a ${what} from ${showValue(given)}: wanted its options, { ${names} }`,
    );
  }
  const values = new Map<string, unknown>(Object.entries(given));
  const own = values.get("name");
  const action = `Cannot declare ${isText(own) ? `${what} "${own}"` : `a ${what}`}`;
  for (const name of values.keys()) {
    if (!Object.hasOwn(rules, name)) {
      throw new DeclarationError(`${action}: it has no option "${name}"; its options are ${names}`);
    }
  }
  for (const [name, { required, wanted, fits }] of known) {
    const value = values.get(name);
    if (value === undefined && required !== true) continue;
    if (value === undefined) {
      throw new DeclarationError(`${action}: "${name}" is missing; it is ${wanted}`);
    }
    if (!fits(value)) {
      throw new DeclarationError(
        `${action}: "${name}" is ${showValue(value)}; it must be ${wanted}`,
      );
    }
  }
}
