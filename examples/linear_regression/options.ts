/** The command line of `deno task regression`. @module */
import { type CommandLine, readCommandLine } from "../../commands/command_line.ts";
import { stepCommand, type StepOptions } from "../shared_options.ts";

/**
 * Reads the arguments of `deno task regression`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * const line = parseRegressionArguments(["--steps", "7"]);
 * assert.ok(line.kind === "run");
 * assert.deepEqual(line.options, { steps: 7, batch: 64, seed: 1, backend: "wasm" });
 * ```
 */
export function parseRegressionArguments(args: readonly string[]): CommandLine<StepOptions> {
  const command = stepCommand({
    name: "deno task regression",
    description:
      "The smallest whole program: draws points around a known plane, and finds the plane again by gradient " +
      "descent. Losses are means per point.",
    defaults: { steps: 100, batch: 64, seed: 1 },
    examples: {
      "finds the plane": "deno task regression",
      "other points, on a GPU, for longer":
        "deno task regression --seed 7 --backend webgpu --steps 500",
    },
  });
  return readCommandLine(command, args);
}
