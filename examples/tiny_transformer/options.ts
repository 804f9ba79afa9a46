/** The command line of `deno task transformer`. @module */
import { type CommandLine, readCommandLine } from "../../commands/command_line.ts";
import { stepCommand, type StepOptions } from "../shared_options.ts";

/**
 * Reads the arguments of `deno task transformer`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * const line = parseTransformerArguments(["--steps", "7"]);
 * assert.ok(line.kind === "run");
 * assert.deepEqual(line.options, { steps: 7, batch: 16, seed: 1, backend: "wasm" });
 * ```
 */
export function parseTransformerArguments(args: readonly string[]): CommandLine<StepOptions> {
  const command = stepCommand({
    name: "deno task transformer",
    description:
      "Trains a small transformer on sums in words ('four plus nine is thirteen.'), and lets it complete all " +
      "hundred. Losses and accuracies are means per character.",
    defaults: { steps: 2500, batch: 16, seed: 1 },
    examples: {
      "learns to add": "deno task transformer",
      "learns the language of sums, before it can add": "deno task transformer --steps 300",
      "on a GPU, with larger batches":
        "deno task transformer --backend webgpu --batch 64 --steps 1000",
    },
  });
  return readCommandLine(command, args);
}
