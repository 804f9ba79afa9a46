/** The command line of `deno task explain`. @module */
import { Command, CommanderError, InvalidArgumentError } from "commander";

/** What was asked for. */
export interface ExplainOptions {
  /** Modules that export declarations; the library's and the examples' own if there is none. */
  readonly specs: readonly string[];
  /** Names of declarations; all if absent. */
  readonly only?: readonly string[];
  /** Names of programs; all if absent. */
  readonly program?: readonly string[];
  /** Sizes instead of the typical ones. */
  readonly dims?: Readonly<Record<string, number>>;
  /** MiB that all tensors together may take. */
  readonly memory?: number;
  readonly json?: true;
}

/** A command line to follow, or a text to show instead. */
type ParsedArguments =
  | { readonly kind: "explain"; readonly options: ExplainOptions }
  | { readonly kind: "text"; readonly text: string; readonly exitCode: 0 | 2 };

/**
 * Reads the arguments of `deno task explain`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * const parsed = parseExplainArguments(["--only", "relu,linear", "--dims", "B=256,N=10"]);
 * assert.ok(parsed.kind === "explain");
 * assert.deepEqual(parsed.options.only, ["relu", "linear"]);
 * assert.deepEqual(parsed.options.dims, { B: 256, N: 10 });
 * ```
 */
export function parseExplainArguments(args: readonly string[]): ParsedArguments {
  let text = "";
  const write = (part: string) => text += part;
  const command = explainCommand().exitOverride().configureOutput({
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
  const specs: readonly string[] = command.processedArgs[0];
  // explainCommand declares exactly these options, each with its parser.
  return { kind: "explain", options: { ...command.opts<Omit<ExplainOptions, "specs">>(), specs } };
}

function explainCommand(): Command {
  return new Command("deno task explain")
    .description(
      "Tells before anything runs what programs will do: the arithmetic, traffic and launches of each " +
        "kernel, what was fused into it, the memory, and the largest batch that fits every WebGPU device.",
    )
    .argument("[specs...]", "modules that export declarations (default: library and examples)", [])
    .option("--only <names>", "only these declarations, by commas", names)
    .option("--program <names>", "only these programs, by commas, e.g. step", names)
    .option("--dims <sizes>", "sizes instead of the typical ones, e.g. B=256,I=784", sizes)
    .option("--memory <MiB>", "what all tensors together may take", wholeNumber)
    .option("--json", "print JSON: numbers without units")
    .helpOption("-h, --help", "show this text");
}

function names(text: string): readonly string[] {
  return text.split(",").map((name) => name.trim()).filter((name) => name !== "");
}

function wholeNumber(text: string): number {
  const value = /^\d+$/.test(text) ? Number(text) : NaN;
  if (Number.isSafeInteger(value)) return value;
  throw new InvalidArgumentError("Expected a whole number.");
}

function sizes(text: string): Readonly<Record<string, number>> {
  return Object.fromEntries(
    names(text).map((part) => {
      const [, dim = "", size = ""] = part.match(/^(\w+)=(\d+)$/) ?? [];
      if (dim === "") {
        throw new InvalidArgumentError("Expected sizes of dims, such as B=256,I=784.");
      }
      return [dim, wholeNumber(size)];
    }),
  );
}
