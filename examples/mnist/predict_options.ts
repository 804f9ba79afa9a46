/** The command line of `deno task predict`. @module */
import { Command } from "commander";
import { type CommandLine, readCommandLine } from "../../commands/command_line.ts";
import { withGuide } from "../../commands/guide.ts";
import { VULKAN_ENVIRONMENT } from "../../commands/vulkan_folder.ts";
import { backendOption, threadsOption } from "../shared_options.ts";
import { CHECKPOINT_ARGUMENT, networkOption, type NetworkOptions } from "./network_options.ts";

/** What was asked for. */
export interface PredictOptions extends NetworkOptions {
  /** Prints JSON instead of drawings. */
  readonly json?: true;
}

/**
 * Reads the arguments of `deno task predict`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * const line = parsePredictArguments(["my_run", "a.png", "b.png"]);
 * assert.ok(line.kind === "run");
 * assert.deepEqual(line.operands, ["my_run", "a.png", "b.png"]);
 * assert.deepEqual(line.options, { backend: "wasm" });
 * ```
 */
export function parsePredictArguments(args: readonly string[]): CommandLine<PredictOptions> {
  return readCommandLine(predictCommand(), args);
}

function predictCommand(): Command {
  const command = new Command("deno task predict")
    .description(
      "Tells which digit a picture shows, how sure a trained network is of that, and what the network saw. " +
        "A picture may have any size and any colours; the digit should be the only thing on it, and its " +
        "edge should show the ground.",
    )
    .argument("<checkpoint>", CHECKPOINT_ARGUMENT)
    .argument("[images...]", "PNG files; - is standard input (default: standard input)")
    .addOption(networkOption())
    .addOption(backendOption("wasm"))
    .addOption(threadsOption())
    .option("--json", "print JSON: a list with all probabilities of each image");
  return withGuide(command, {
    examples: {
      "one picture": "deno task predict my_run seven.png",
      "several, for a program": "deno task predict my_run a.png b.png --json",
      "from a pipe": "deno task predict my_run -",
    },
    exitCodes: { 1: "failed, or a picture could not be read; standard error tells why" },
    environment: VULKAN_ENVIRONMENT,
  });
}
