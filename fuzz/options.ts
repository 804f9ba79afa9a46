/** The command line of `deno task fuzz`. @module */
import { Command, InvalidArgumentError, Option } from "commander";
import { type CommandLine, readCommandLine } from "../commands/command_line.ts";
import { withGuide } from "../commands/guide.ts";
import { wholeNumber } from "../commands/option_values.ts";
import { COMPILER_ENVIRONMENT } from "../commands/compiler_environment.ts";
import { VULKAN_ENVIRONMENT } from "../commands/vulkan_folder.ts";
import { BACKEND_NAMES } from "../runtime/backend.ts";

/** What may run the programs that are made. */
const BACKENDS = [...BACKEND_NAMES, "all"] as const;
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

/**
 * Reads the arguments of `deno task fuzz`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * const parsed = parseFuzzArguments(["--seed", "7", "--path", "3:0:1"]);
 * assert.ok(parsed.kind === "run");
 * assert.equal(parsed.options.path, "3:0:1");
 * assert.equal(parsed.options.count, 2000);
 * ```
 */
export function parseFuzzArguments(args: readonly string[]): CommandLine<FuzzOptions> {
  const line = readCommandLine<FuzzOptions>(fuzzCommand(), args);
  if (line.kind === "text" || line.options.path === undefined) return line;
  if (line.options.seed !== undefined) return line;
  const text = "Option '--path <path>' needs the '--seed <n>' of the run that printed it.";
  return { kind: "text", text, exitCode: 2 };
}

function fuzzCommand(): Command {
  const command = new Command("deno task fuzz")
    .description(
      "Makes random programs, compiles them, and compares values and gradients on every level " +
        "with float64. A program that differs is shrunk and printed as a spec.",
    )
    .option("--count <n>", "programs to try", wholeNumber(1, MOST), 2000)
    .option("--seed <n>", "begin as an earlier run did (default: the time)", wholeNumber(0, MOST))
    .option("--path <path>", "only this program of the run with --seed", path)
    .addOption(new Option("--backend <name>", "what runs them").choices(BACKENDS).default("wasm"))
    .addOption(new Option("--kind <name>", "what is made").choices(KINDS).default("layer"))
    .option("--minutes <n>", "end after so many (default: never)", wholeNumber(1, MOST));
  return withGuide(command, {
    examples: {
      "two thousand layers on the CPU": "deno task fuzz",
      "models on every backend, for an hour":
        "deno task fuzz --kind model --backend all --count 1000000 --minutes 60",
      "one failure again, as an earlier run printed it": "deno task fuzz --seed 7 --path 3:0:1",
    },
    exitCodes: {
      0: "every program computes what it declares",
      1: "one does not, and is printed; or none could be tried",
    },
    environment: { ...VULKAN_ENVIRONMENT, ...COMPILER_ENVIRONMENT },
  });
}

/** Numbers of programs and seeds are whole numbers of 31 bits. */
const MOST = 2 ** 31 - 1;

function path(text: string): string {
  if (/^\d+(:\d+)*$/.test(text)) return text;
  throw new InvalidArgumentError("Expected whole numbers with colons between them, as printed.");
}
