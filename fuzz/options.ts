/** The command line of `deno task fuzz`. @module */
import { Command, CommanderError, InvalidArgumentError, Option } from "commander";

/** What may run the programs that are made. */
const BACKENDS = ["wasm", "webgpu", "all"] as const;
/** What may be made. */
const KINDS = ["layer", "model"] as const;

/** What was asked for. */
export interface FuzzOptions {
  /** Programs to try. */
  readonly count: number;
  /** Where the sequence of programs begins; chosen anew if absent. */
  readonly seed?: number;
  /** The place of one program in the sequence, and how it shrank. */
  readonly path?: string;
  readonly backend: (typeof BACKENDS)[number];
  readonly kind: (typeof KINDS)[number];
  /** Ends the search after so many minutes. */
  readonly minutes?: number;
}

/** A command line to follow, or a text to show instead. */
type ParsedArguments =
  | { readonly kind: "fuzz"; readonly options: FuzzOptions }
  | { readonly kind: "text"; readonly text: string; readonly exitCode: 0 | 2 };

/**
 * Reads the arguments of `deno task fuzz`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * const parsed = parseFuzzArguments(["--seed", "7", "--path", "3:0:1"]);
 * assert.ok(parsed.kind === "fuzz");
 * assert.equal(parsed.options.path, "3:0:1");
 * assert.equal(parsed.options.count, 2000);
 * ```
 */
export function parseFuzzArguments(args: readonly string[]): ParsedArguments {
  let text = "";
  const write = (part: string) => text += part;
  const command = fuzzCommand().exitOverride().configureOutput({
    writeOut: write,
    writeErr: write,
  });
  try {
    command.parse([...args], { from: "user" });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    const exitCode = error.code === "commander.helpDisplayed" ? 0 : 2;
    return { kind: "text", text: text.trimEnd(), exitCode };
  }
  // fuzzCommand declares exactly these options, each with its parser or its choices.
  return { kind: "fuzz", options: command.opts<FuzzOptions>() };
}

function fuzzCommand(): Command {
  return new Command("deno task fuzz")
    .description(
      "Makes random programs, compiles them, and compares values and gradients on every level " +
        "with float64. A program that differs is shrunk and printed as a spec.",
    )
    .option("--count <n>", "programs to try", wholeNumber(1), 2000)
    .option("--seed <n>", "begin as an earlier run did", wholeNumber(0))
    .option("--path <path>", "only this program of the run with that seed", path)
    .addOption(new Option("--backend <name>", "what runs them").choices(BACKENDS).default("wasm"))
    .addOption(new Option("--kind <name>", "what is made").choices(KINDS).default("layer"))
    .option("--minutes <n>", "end after so many", wholeNumber(1))
    .allowExcessArguments(false)
    .helpOption("-h, --help", "show this text");
}

const wholeNumber = (least: number) => (text: string): number => {
  const value = /^\d+$/.test(text) ? Number(text) : NaN;
  if (Number.isSafeInteger(value) && value >= least && value < 2 ** 31) return value;
  throw new InvalidArgumentError(`Expected a whole number from ${least} to ${2 ** 31 - 1}.`);
};

function path(text: string): string {
  if (/^\d+(:\d+)*$/.test(text)) return text;
  throw new InvalidArgumentError("Expected whole numbers with colons between them, as printed.");
}
