/** The command line of `deno task gen`. @module */
import { Command } from "commander";
import { type CommandLine, readCommandLine } from "../commands/command_line.ts";
import { withGuide } from "../commands/guide.ts";
import { oneOf, repeated } from "../commands/option_values.ts";
import { RULES } from "./rewrite/rules/mod.ts";

/** Where the library's own declarations are generated. */
export const DEFAULT_OUT = "generated";
/** Passes whose result can be printed. */
const PASSES = ["rewrite", "separate-results", "lower", "plan", "lay-out"] as const;

/** What was asked for. */
export interface GenOptions {
  /** The folder to write to; {@linkcode DEFAULT_OUT} if absent. */
  readonly out?: string;
  /** Compare only. */
  readonly check?: true;
  /** Passes after which to print every program. */
  readonly dump?: readonly string[];
  /** The runtime, as bindings import it. */
  readonly runtime?: string;
  /** Names of rules to leave out. */
  readonly without?: readonly string[];
}

/**
 * Reads the arguments of `deno task gen`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * const line = parseGenArguments(["my_layers.ts", "--out", "made", "--dump", "lower", "--dump", "plan"]);
 * assert.ok(line.kind === "run");
 * assert.deepEqual(line.operands, ["my_layers.ts"]);
 * assert.deepEqual(line.options, { out: "made", dump: ["lower", "plan"] });
 * ```
 */
export function parseGenArguments(args: readonly string[]): CommandLine<GenOptions> {
  return readCommandLine(genCommand(), args);
}

function genCommand(): Command {
  const pass = repeated(oneOf("Passes", PASSES));
  const rule = repeated(oneOf("Rules", RULES.map(({ name }) => name)));
  const command = new Command("deno task gen")
    .description("Turns declarations of layers and models into kernels, bindings and documents.")
    .argument("[specs...]", "modules that export declarations (default: library and examples)")
    .option(
      "--out <folder>",
      `where to write, inside the current folder; needed with specs (default: ${DEFAULT_OUT})`,
    )
    .option("--check", "write nothing; fail if a file differs from what would be written")
    .option(
      "--runtime <specifier>",
      "the runtime as bindings import it (default: by relative path)",
    )
    .option("--dump <pass>", `print every program after a pass: ${PASSES.join(", ")}`, pass)
    .option("--without <rule>", "leave a rule of rewriting out, to see what it is good for", rule);
  return withGuide(command, {
    examples: {
      "the library's layers and the examples' models": "deno task gen",
      "whether generated files are those of their declarations": "deno task gen --check",
      "layers of your own": "deno task gen my_layers.ts --out my_generated",
      "what a rule is good for":
        "deno task gen my_layers.ts --out without_it --without fold-across-tile",
    },
    exitCodes: { 1: "a declaration is wrong, or with --check a file differs; nothing was written" },
    environment: { TILEWRIGHT_DEBUG: "1 to 5: tells more and more of what every pass did" },
  });
}
