/** What the help of every command says besides its options: examples and exit codes. @module */
import type { Command } from "commander";

/** How a command is used. */
export interface Guide {
  /** Whole command lines, by what each of them does. */
  readonly examples: Readonly<Record<string, string>>;
  /** What exit codes mean, where it is not what {@linkcode EXIT_CODES} says. */
  readonly exitCodes?: Readonly<Record<number, string>>;
  /** Environment variables that the command reads, and what for. */
  readonly environment?: Readonly<Record<string, string>>;
}

/** What the exit codes of every command mean. */
export const EXIT_CODES: Readonly<Record<number, string>> = {
  0: "done",
  1: "failed; standard error tells why",
  2: "the command line cannot be followed; nothing was begun",
};

const ENVIRONMENT = { TILEWRIGHT_DEBUG: "1: an error also tells where it was thrown" };

/**
 * Ends the help of a command with examples, exit codes and environment variables.
 *
 * @returns the command
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { Command } from "commander";
 * const command = withGuide(new Command("deno task count"), {
 *   examples: { "counts to three": "deno task count --to 3" },
 *   exitCodes: { 130: "interrupted" },
 * });
 * assert.equal(command.name(), "deno task count");
 * ```
 */
export function withGuide(command: Command, guide: Guide): Command {
  const { examples, exitCodes, environment } = guide;
  const sections = [
    ["Examples:", ...Object.entries(examples).flatMap(([what, line]) => [`# ${what}`, line])],
    ["Exit codes:", ...aligned({ ...EXIT_CODES, ...exitCodes })],
    ["Environment:", ...aligned({ ...ENVIRONMENT, ...environment })],
  ];
  const text = sections.map((lines) => lines.join("\n  ")).join("\n\n");
  return command.addHelpText("after", `\n${text}`);
}

function aligned(rows: Readonly<Record<string, string>>): readonly string[] {
  const width = Math.max(...Object.keys(rows).map(({ length }) => length));
  return Object.entries(rows).map(([name, meaning]) => `${name.padEnd(width)}  ${meaning}`);
}
