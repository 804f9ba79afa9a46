/**
 * Expressions as text with as few parentheses as their precedence allows.
 *
 * @module
 */
import type { ScalarOp } from "./kernel.ts";

/** A printed expression and how tightly its outermost operator binds. */
export interface ExpressionText {
  readonly text: string;
  readonly binding: number;
}

/** How tightly the forms of an expression bind, loosest first. */
export const BINDING = {
  choice: 1,
  comparison: 2,
  sum: 3,
  product: 4,
  prefix: 5,
  atom: 6,
} as const;

/** Prints an operator from its printed arguments. */
export type Spelling = (args: readonly ExpressionText[]) => ExpressionText;

/** A spelling for each operator. */
export type Spellings<Ops extends ScalarOp = ScalarOp> = { readonly [Op in Ops]: Spelling };

/** A text that never needs parentheses. */
export function atom(text: string): ExpressionText {
  return { text, binding: BINDING.atom };
}

/** A number; a negative one binds like a prefix. */
export function numeral(value: number): ExpressionText {
  const negative = value < 0 || Object.is(value, -0);
  const text = Object.is(value, -0) ? "-0" : String(value);
  return { text, binding: negative ? BINDING.prefix : BINDING.atom };
}

/** Prints an argument where an operator that binds `needed` surrounds it. */
export function within(argument: ExpressionText | undefined, needed: number): string {
  if (argument === undefined) return "?";
  return argument.binding < needed ? `(${argument.text})` : argument.text;
}

/** `left sign right`, for operators that group to the left. */
export function infix(sign: string, binding: number): Spelling {
  return ([left, right]) => ({
    text: `${within(left, binding)} ${sign} ${within(right, binding + 1)}`,
    binding,
  });
}

/** `sign argument`. */
export function prefix(sign: string): Spelling {
  return ([argument]) => ({
    text: `${sign}${within(argument, BINDING.atom)}`,
    binding: BINDING.prefix,
  });
}

/** `left sign right`, for bools: parentheses around all but atoms, as languages do not agree here. */
export function joined(sign: string): Spelling {
  return ([left, right]) => ({
    text: `${within(left, BINDING.prefix)} ${sign} ${within(right, BINDING.prefix)}`,
    binding: BINDING.choice,
  });
}

/** `name(arguments)`. */
export function call(name: string): Spelling {
  return (args) => atom(`${name}(${args.map((argument) => argument.text).join(", ")})`);
}

/** `condition ? whenTrue : whenFalse`. */
export const conditional: Spelling = ([condition, whenTrue, whenFalse]) => ({
  text: `${within(condition, BINDING.comparison)} ? ${within(whenTrue, BINDING.choice)} : ${
    within(whenFalse, BINDING.choice)
  }`,
  binding: BINDING.choice,
});
