/** The command line of `deno task custom`. @module */
import { type CommandLine, readCommandLine } from "../../commands/command_line.ts";
import { stepCommand, type StepOptions } from "../shared_options.ts";

/**
 * Reads the arguments of `deno task custom`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * const line = parseCustomArguments(["--steps", "7"]);
 * assert.ok(line.kind === "run");
 * assert.deepEqual(line.options, { steps: 7, batch: 64, seed: 1, backend: "wasm" });
 * ```
 */
export function parseCustomArguments(args: readonly string[]): CommandLine<StepOptions> {
  const command = stepCommand({
    name: "deno task custom",
    description:
      "Trains a model whose layers are declared in the example itself, and generated into a folder of its " +
      "own, to draw a wave. Losses are means per sample.",
    defaults: { steps: 1500, batch: 64, seed: 1 },
    examples: {
      "learns the wave": "deno task custom",
      "faster, and less exactly": "deno task custom --steps 300 --batch 32",
      "generates its layers anew, after a change of its spec":
        "deno task gen examples/custom_layer/spec.ts --out examples/custom_layer/generated",
    },
  });
  return readCommandLine(command, args);
}
