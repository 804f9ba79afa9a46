/** Reads the command line of a task and runs it, the same for all tasks. @module */
import { type Command, CommanderError } from "commander";

/** A command line to follow, or a text to show instead. */
export type CommandLine<Options> =
  | { readonly kind: "run"; readonly options: Options; readonly operands: readonly string[] }
  | { readonly kind: "text"; readonly text: string; readonly exitCode: 0 | 2 };

/** A command line that cannot be followed; the message is one sentence. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/**
 * What a command makes of arguments: options and operands, its help, or a sentence about what is wrong.
 *
 * @typeParam Options what the options of `command` give, by their names and parsers
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { Command } from "commander";
 * const command = new Command("deno task count").option("--to <n>", "the last one");
 * assert.deepEqual(readCommandLine(command, ["--to", "3"]), {
 *   kind: "run",
 *   options: { to: "3" },
 *   operands: [],
 * });
 * ```
 */
export function readCommandLine<Options extends object>(
  command: Command,
  args: readonly string[],
): CommandLine<Options> {
  let text = "";
  const write = (part: string) => text += part;
  command.allowExcessArguments(command.registeredArguments.length > 0)
    .helpOption("-h, --help", "show this text")
    .exitOverride()
    .configureOutput({ writeOut: write, writeErr: () => {} });
  try {
    command.parse([...args], { from: "user" });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return { kind: "text", text: text.trimEnd(), exitCode: 0 };
    return { kind: "text", text: asSentence(error.message), exitCode: 2 };
  }
  return { kind: "run", options: command.opts<Options>(), operands: command.args };
}

/** Commander's messages begin with `error: ` and may stretch over lines. */
function asSentence(message: string): string {
  const line = message.replace(/^error: /, "").replaceAll(/\s*\n\s*/g, " ");
  const capital = line.charAt(0).toUpperCase() + line.slice(1);
  return capital.replace(/[^.?)]$/, "$&.");
}

/**
 * Does what a command line asks for. A help text goes to standard output; what is wrong, and the message of an
 * error, goes to standard error; with the environment variable TILEWRIGHT_DEBUG=1, where it was thrown, too.
 *
 * @returns the exit code: that of `run`, 1 where it throws, 2 where the command line cannot be followed
 */
export async function runCommandLine<Options>(
  line: CommandLine<Options>,
  run: (options: Options, operands: readonly string[]) => Promise<number>,
): Promise<number> {
  if (line.kind === "text") {
    (line.exitCode === 0 ? console.log : console.error)(line.text);
    return line.exitCode;
  }
  try {
    return await run(line.options, line.operands);
  } catch (error) {
    console.error(describe(error));
    return error instanceof UsageError ? 2 : 1;
  }
}

function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return Deno.env.get("TILEWRIGHT_DEBUG") === "1" ? error.stack ?? error.message : error.message;
}
