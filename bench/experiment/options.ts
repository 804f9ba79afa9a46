/**
 * The command line of `deno task experiment`.
 *
 * @module
 */
import { Command } from "commander";
import { type CommandLine, readCommandLine } from "../../commands/command_line.ts";
import { withGuide } from "../../commands/guide.ts";
import { oneOf, wholeNumber, words } from "../../commands/option_values.ts";
import { VULKAN_ENVIRONMENT } from "../../commands/vulkan_folder.ts";
import {
  backendOption,
  dataOption,
  epochsOption,
  type SharedOptions,
  threadsOption,
} from "../../examples/shared_options.ts";
import { type Variant, VARIANTS } from "./results.ts";

/** What was asked for. */
export interface ExperimentOptions extends Omit<SharedOptions, "seed" | "batch"> {
  readonly epochs: number;
  readonly seeds: readonly number[];
  readonly models: readonly Variant[];
  /** Writes the page and its data. */
  readonly write?: true;
  /** Writes the page anew from the data, and trains nothing. */
  readonly draw?: true;
}

/**
 * Reads the arguments of `deno task experiment`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * const line = parseExperimentArguments(["--seeds", "1,2", "--models", "shared"]);
 * assert.ok(line.kind === "run");
 * assert.deepEqual(line.options.seeds, [1, 2]);
 * assert.equal(line.options.epochs, 50);
 * ```
 */
export function parseExperimentArguments(args: readonly string[]): CommandLine<ExperimentOptions> {
  return readCommandLine(experimentCommand(), args);
}

function experimentCommand(): Command {
  const command = new Command("deno task experiment")
    .description(
      "Repeats the experiment of 2016 on MNIST: trains the weight-sharing network, the same without the " +
        "compiler's rewriting of tiles, and the ordinary network, an epoch each in turn, and tells how they " +
        "compare. What is interrupted goes on from its last epoch when the command is given again.",
    )
    .addOption(epochsOption(50))
    .option("--seeds <list>", "first weights and orders of samples; by commas", seeds, [2016])
    .option(
      "--models <list>",
      `of ${VARIANTS.join(", ")}; by commas`,
      models,
      VARIANTS,
    )
    .addOption(backendOption("wasm"))
    .addOption(threadsOption())
    .addOption(dataOption())
    .option("--write", "write docs/experiment.md, and data and curves to bench/results/")
    .option("--draw", "write them anew from the data of the last time, and train nothing");
  return withGuide(command, {
    examples: {
      "whether everything works, in a minute": "deno task experiment --epochs 2",
      "the whole experiment, into the repository's documents": "deno task experiment --write",
      "how much three seeds differ": "deno task experiment --seeds 1,2,3 --models shared,original",
    },
    environment: VULKAN_ENVIRONMENT,
  });
}

const distinct = (text: string): readonly string[] => [...new Set(words(text))];

const seeds = (text: string): readonly number[] =>
  distinct(text).map((each) => wholeNumber(0)(each));

const models = (text: string): readonly Variant[] => distinct(text).map(oneOf("Models", VARIANTS));
