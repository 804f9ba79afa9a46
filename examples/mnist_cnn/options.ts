/** The command line of `deno task cnn`. @module */
import { Command } from "commander";
import { type CommandLine, readCommandLine } from "../../commands/command_line.ts";
import { withGuide } from "../../commands/guide.ts";
import { VULKAN_ENVIRONMENT } from "../../commands/vulkan_folder.ts";
import {
  backendOption,
  batchOption,
  dataOption,
  epochsOption,
  seedOption,
  type SharedOptions,
  stepLimitOption,
  threadsOption,
} from "../shared_options.ts";

/** What was asked for. */
export interface CnnOptions extends SharedOptions {
  readonly epochs: number;
  /** Ends the run after this many steps. */
  readonly steps?: number;
}

/**
 * Reads the arguments of `deno task cnn`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * const line = parseCnnArguments(["--epochs", "3"]);
 * assert.ok(line.kind === "run");
 * assert.deepEqual(line.options, { epochs: 3, batch: 50, seed: 1, backend: "auto" });
 * ```
 */
export function parseCnnArguments(args: readonly string[]): CommandLine<CnnOptions> {
  return readCommandLine(cnnCommand(), args);
}

function cnnCommand(): Command {
  const command = new Command("deno task cnn")
    .description(
      "Trains a small convolution network on MNIST, and prints a line per epoch. Losses and accuracies " +
        "are means per sample; elapsed is in seconds since the start of training.",
    )
    .addOption(epochsOption(1))
    .addOption(stepLimitOption())
    .addOption(batchOption(50))
    .addOption(seedOption(1))
    .addOption(backendOption())
    .addOption(threadsOption())
    .addOption(dataOption());
  return withGuide(command, {
    examples: {
      "one epoch": "deno task cnn",
      "three, on the CPU, on images of your own":
        "deno task cnn --epochs 3 --backend wasm --data my_mnist",
      "a hundred steps, to see it work": "deno task cnn --steps 100",
    },
    environment: VULKAN_ENVIRONMENT,
  });
}
