/**
 * Proves of every text what one of the two compilers in use does not check, before it is written.
 *
 * @module
 */
import { checkConstants } from "./constants.ts";
import { checkLimits } from "./limits.ts";
import { checkNames } from "./names.ts";
import { parse } from "./parse.ts";
import type { Finding, Text } from "./syntax.ts";
import { SyntaxFault } from "./tokens.ts";
import { checkUniformity } from "./uniformity.ts";

/** Something that holds of every text. */
export interface ProofRule {
  readonly name: string;
  /** Why it has to be proved here. */
  readonly reason: string;
  readonly check: (text: Text) => readonly Finding[];
}

/** The rules, in the order in which they are checked. */
export const PROOF_RULES: readonly ProofRule[] = [
  {
    name: "uniform-barriers",
    reason:
      "a barrier that only some invocations reach hangs or races, and not every compiler looks for it",
    check: checkUniformity,
  },
  {
    name: "constants-fit",
    reason: "compilers differ in what they do with a constant that its type lacks",
    check: checkConstants,
  },
  {
    name: "names-are-free",
    reason:
      "a name that hides a builtin changes what the text computes, and some compilers take reserved words",
    check: checkNames,
  },
  {
    name: "within-limits",
    reason:
      "a text that needs more than every device has runs here and fails on a reader's machine",
    check: checkLimits,
  },
];

/** A rule that a text breaks. */
export interface Fault extends Finding {
  readonly rule: string;
}

/** The rules that a text breaks, with the lines where; none for a text that may be written. */
export function faultsOf(text: string): readonly Fault[] {
  try {
    const parsed = parse(text);
    return PROOF_RULES.flatMap(({ name, check }) =>
      check(parsed).map(({ line, message }): Fault => ({ rule: name, line, message }))
    );
  } catch (cause) {
    if (!(cause instanceof SyntaxFault)) throw cause;
    return [{ rule: "known-form", line: cause.line, message: cause.message }];
  }
}

const proved = new Set<string>();

/**
 * Proves a text.
 *
 * @param file where it is to be written, for the message
 * @throws {Error} with file, line and rule, if it breaks one: a fault of this target
 */
export function prove(file: string, text: string): void {
  if (proved.has(text)) return;
  const faults = faultsOf(text);
  const [first] = faults;
  if (first === undefined) {
    proved.add(text);
    return;
  }
  const lines = text.split("\n");
  throw new Error(
    [
      `Cannot write ${file}: it breaks a rule that every shader keeps, which is a fault of the code generator; ` +
      `please report it together with the declaration`,
      ...faults.map(({ rule, line, message }) =>
        `  ${file}:${line}: ${rule}: ${message}\n    ${lines[line - 1]?.trim() ?? ""}`
      ),
    ].join("\n"),
  );
}
