/** Reads the command line of a task and runs it, the same for all tasks. @module */
import {
  type Argument,
  type Command,
  CommanderError,
  InvalidArgumentError,
  type Option,
} from "commander";
import { didYouMean } from "./nearest.ts";

/** A command line to follow, or a text to show instead. */
export type CommandLine<Options> =
  | { readonly kind: "run"; readonly options: Options; readonly operands: readonly string[] }
  | { readonly kind: "text"; readonly text: string; readonly exitCode: 0 | 2 };

/** A command line that cannot be followed; the message is one sentence. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/**
 * What a command makes of arguments: options and operands, its help, or a sentence about what is wrong, with
 * what was meant if something is like it.
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
  command.allowExcessArguments(false)
    .helpOption("-h, --help", "show this text")
    .exitOverride()
    .configureOutput({ writeOut: write, writeErr: () => {} });
  [...command.options, ...command.registeredArguments].forEach(suggestChoices);
  try {
    command.parse([...args], { from: "user" });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return { kind: "text", text: text.trimEnd(), exitCode: 0 };
    return { kind: "text", text: asSentence(refusal(command, error)), exitCode: 2 };
  }
  return { kind: "run", options: command.opts<Options>(), operands: command.args };
}

/** Lets what takes one of some words name the nearest when it refuses another. */
function suggestChoices(taker: Option | Argument): void {
  const { argChoices, parseArg } = taker;
  if (argChoices === undefined || parseArg === undefined) return;
  taker.argParser((value: string, previous: unknown) => {
    if (argChoices.includes(value)) return parseArg(value, previous);
    throw new InvalidArgumentError(
      `Allowed choices are ${argChoices.join(", ")}.${didYouMean(value, argChoices)}`,
    );
  });
}

/** Commander's message, or one that names the operands where they are wrong. */
function refusal(command: Command, { code, message }: CommanderError): string {
  const taken = command.registeredArguments;
  if (code === "commander.missingArgument") {
    const missing = taken.slice(command.args.length).filter(({ required }) => required);
    return `Missing ${missing.map((each) => `<${each.name()}>: ${each.description}`).join(", ")}`;
  }
  if (code !== "commander.excessArguments") return message;
  const [stray = ""] = command.args.slice(taken.length);
  const names = taken.map((each) => `<${each.name()}>`).join(" ");
  const flags = command.options.flatMap(({ long }) => long ?? []);
  return `Too many arguments: ${command.name()} takes ${
    names === "" ? "options only" : `${names} and options`
  }, but got '${stray}'.${didYouMean(`--${stray}`, flags)}`;
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
