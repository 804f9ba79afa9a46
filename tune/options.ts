/** The command line of `deno task tune`. @module */
import { Command, Option } from "commander";
import { type CommandLine, readCommandLine } from "../commands/command_line.ts";
import { withGuide } from "../commands/guide.ts";
import { wholeNumber, words } from "../commands/option_values.ts";
import { VULKAN_ENVIRONMENT } from "../commands/vulkan_folder.ts";

/** Names of the models. */
const MODEL_NAMES = ["shared", "original"] as const;

/** Where choices are kept; the training example looks there too. */
export const DEFAULT_OUT = ".tilewright/tuned.json";

/** What was asked for. */
export interface TuneOptions {
  readonly model: (typeof MODEL_NAMES)[number];
  /** Samples of a batch. */
  readonly batch: number;
  /** Names of the kernels to tune; all contractions if absent. */
  readonly kernels?: readonly string[];
  /** Seconds that all kernels together may take, to compile and to time. */
  readonly budget: number;
  /** File to write. */
  readonly out: string;
}

/**
 * Reads the arguments of `deno task tune`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * const parsed = parseTuneArguments(["--kernels", "relu1,l3_y", "--budget", "20"]);
 * assert.ok(parsed.kind === "run");
 * assert.deepEqual(parsed.options.kernels, ["relu1", "l3_y"]);
 * assert.equal(parsed.options.model, "shared");
 * ```
 */
export function parseTuneArguments(args: readonly string[]): CommandLine<TuneOptions> {
  return readCommandLine(tuneCommand(), args);
}

function tuneCommand(): Command {
  const command = new Command("deno task tune")
    .description(
      "Times schedules of a model's contractions on this machine's WebGPU adapter and keeps the " +
        "fastest, for `deno task train --backend webgpu`. A schedule counts only if it computes " +
        "what the kernel's plain twin does.",
    )
    .addOption(new Option("--model <name>", "whose kernels").choices(MODEL_NAMES).default("shared"))
    .option("--batch <n>", "samples of a batch", wholeNumber(1), 100)
    .option(
      "--kernels <names>",
      "only these, by commas, e.g. relu1,update_l1_W (default: all contractions)",
      words,
    )
    .option(
      "--budget <seconds>",
      "seconds for all kernels together, to compile and to time",
      wholeNumber(1),
      120,
    )
    .option(
      "--out <file>",
      "where to keep the choices, beside those of other kernels",
      DEFAULT_OUT,
    );
  return withGuide(command, {
    examples: {
      "all kernels of the weight-sharing model": "deno task tune",
      "two kernels, at another batch, for a minute":
        "deno task tune --kernels relu1,update_l1_W --batch 256 --budget 60",
    },
    environment: VULKAN_ENVIRONMENT,
  });
}
