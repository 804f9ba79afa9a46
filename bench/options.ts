/**
 * The command line of `deno task bench`.
 *
 * @module
 */
import { Command, InvalidArgumentError } from "commander";
import { type CommandLine, readCommandLine } from "../commands/command_line.ts";
import { withGuide } from "../commands/guide.ts";
import { oneOf, wholeNumber, words } from "../commands/option_values.ts";
import { VULKAN_ENVIRONMENT } from "../commands/vulkan_folder.ts";
import { JUDGED_STEPS } from "./loss_check.ts";

/** What can be measured. */
export const SECTIONS = ["step", "kernels", "scaling", "peaks"] as const;

/** One of {@linkcode SECTIONS}. */
export type Section = typeof SECTIONS[number];

/** What was asked for. */
export interface BenchOptions {
  /** What to measure. */
  readonly only: readonly Section[];
  /** Turns of each contestant. */
  readonly rounds: number;
  /** Steps of a turn, after the first; contestants that are known to be slow take fewer. */
  readonly steps: number;
  /** Parts of names of contestants; all contestants if there are none. */
  readonly contestants: readonly string[];
  /** Fewer sizes and shorter turns: to see that everything works, not to learn numbers. */
  readonly quick: boolean;
  /** Whether to write the document, its data and its plots. */
  readonly write: boolean;
}

/** What commander gives. */
interface Given {
  readonly only?: readonly Section[];
  readonly rounds?: number;
  readonly steps?: number;
  readonly contestants?: readonly string[];
  readonly quick?: boolean;
  readonly write?: boolean;
}

const FULL = { rounds: 3, steps: 120 };
const QUICK = { rounds: 1, steps: 60 };

/** Reads the arguments. */
export function parseOptions(args: readonly string[]): CommandLine<BenchOptions> {
  const line = readCommandLine<Given>(benchCommand(), args);
  return line.kind === "text" ? line : { ...line, options: withDefaults(line.options) };
}

function withDefaults(given: Given): BenchOptions {
  const quick = given.quick ?? false;
  const defaults = quick ? QUICK : FULL;
  return {
    only: given.only ?? SECTIONS,
    rounds: given.rounds ?? defaults.rounds,
    steps: given.steps ?? defaults.steps,
    contestants: given.contestants ?? [],
    quick,
    write: given.write ?? false,
  };
}

const count = wholeNumber(1);

function benchCommand(): Command {
  const command = new Command("deno task bench")
    .description(
      "Measures tilewright beside other libraries, one process after another, in rounds. Libraries " +
        "that are not installed are left out.",
    )
    .option("--only <sections>", `of ${SECTIONS.join(", ")}; by commas (default: all)`, sections)
    .option(
      "--rounds <n>",
      `turns of each contestant (default: ${FULL.rounds}; ${QUICK.rounds} if quick)`,
      count,
    )
    .option(
      "--steps <n>",
      `steps of a turn, a multiple of ${JUDGED_STEPS} (default: ${FULL.steps}; ${QUICK.steps} if quick)`,
      steps,
    )
    .option(
      "--contestants <list>",
      "only those whose name contains one of these words (default: all)",
      words,
    )
    .option("--quick", "short turns, one round, few sizes: numbers mean little")
    .option("--write", "write docs/benchmarks.md, and data and plots to bench/results/");
  return withGuide(command, {
    examples: {
      "whether everything works, in minutes": "deno task bench --quick",
      "steps of two libraries": "deno task bench --only step --contestants numpy,tilewright",
      "everything, into the repository's documents": "deno task bench --write",
    },
    environment: VULKAN_ENVIRONMENT,
  });
}

function sections(text: string): readonly Section[] {
  return words(text).map(oneOf("Sections", SECTIONS));
}

/** Losses are compared over whole groups of steps. */
function steps(text: string): number {
  const value = count(text);
  if (value % JUDGED_STEPS === 0) return value;
  throw new InvalidArgumentError(`Expected a multiple of ${JUDGED_STEPS}.`);
}
