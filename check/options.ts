/** The command line of `deno task check`. @module */
import { Command, Option } from "commander";
import { type CommandLine, readCommandLine } from "../commands/command_line.ts";
import { withGuide } from "../commands/guide.ts";
import { wholeNumber, words } from "../commands/option_values.ts";
import { COMPILER_ENVIRONMENT } from "../commands/compiler_environment.ts";
import { VULKAN_ENVIRONMENT } from "../commands/vulkan_folder.ts";
import { BACKEND_NAMES } from "../runtime/backend.ts";

/** What may run what is checked. */
const BACKENDS = ["present", ...BACKEND_NAMES, "all"] as const;

/** What was asked for. */
export interface CheckArguments {
  /** Names of declarations; all if absent. */
  readonly only?: readonly string[];
  /** `present` is those that this machine has; `all` fails where one is missing. */
  readonly backend: (typeof BACKENDS)[number];
  /** Sets of random values at each size. */
  readonly seeds: number;
  /** Fewer sizes. */
  readonly quick?: boolean;
}

/**
 * Reads the arguments of `deno task check`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * const line = parseCheckArguments(["my_layers.ts", "--only", "gated", "--seeds", "5"]);
 * assert.ok(line.kind === "run");
 * assert.deepEqual(line.operands, ["my_layers.ts"]);
 * assert.deepEqual(line.options, { only: ["gated"], seeds: 5, backend: "present" });
 * ```
 */
export function parseCheckArguments(args: readonly string[]): CommandLine<CheckArguments> {
  return readCommandLine(checkCommand(), args);
}

function checkCommand(): Command {
  const command = new Command("deno task check")
    .description(
      "Compares forward, gradients and training steps with float64 on every backend, and gradients with " +
        "slopes, over sizes that are hard: 1, primes, those around tiles, no sample at all. A failure " +
        "tells the element, what was got and wanted, and ends with exit code 1.",
    )
    .argument("[specs...]", "modules that export declarations (default: library and examples)")
    .option("--only <names>", "only these declarations, by commas (default: all)", words)
    .addOption(
      new Option(
        "--backend <name>",
        "what runs them; present: those that this machine has",
      )
        .choices(BACKENDS).default("present"),
    )
    .option("--seeds <n>", "sets of random values at each size", wholeNumber(1), 2)
    .option("--quick", "fewer sizes: one with every edge, one on WebGPU");
  return withGuide(command, {
    examples: {
      "the library, the examples and all optimizers, on what is there": "deno task check",
      "two layers, at more random values": "deno task check --only conv2d,softmax --seeds 10",
      "a layer of your own, on the CPU": "deno task check my_layers.ts --backend wasm",
    },
    exitCodes: {
      0: "everything is right",
      1: "something is wrong, and is told; or the check could not be made",
    },
    environment: { ...VULKAN_ENVIRONMENT, ...COMPILER_ENVIRONMENT },
  });
}
