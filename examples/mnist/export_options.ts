/** The command line of `deno task export`. @module */
import { Command } from "commander";
import { type CommandLine, readCommandLine, UsageError } from "../../commands/command_line.ts";
import { withGuide } from "../../commands/guide.ts";
import { WEIGHT_FILE_ENDINGS } from "../../runtime/train/weights.ts";

/**
 * Reads the arguments of `deno task export`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * const line = parseExportArguments(["my_run", "weights.npz"]);
 * assert.ok(line.kind === "run");
 * assert.deepEqual(line.operands, ["my_run", "weights.npz"]);
 * ```
 */
export function parseExportArguments(args: readonly string[]): CommandLine<object> {
  return readCommandLine(exportCommand(), args);
}

/** The ending of a file that holds a whole network. */
export const ONNX_ENDING = ".onnx";

/** The endings of files that can be written. */
const ENDINGS = [...WEIGHT_FILE_ENDINGS, ONNX_ENDING];
const SHOWN = `${WEIGHT_FILE_ENDINGS.join(", ")} or ${ONNX_ENDING}`;

/**
 * Refuses a file for weights whose ending names no format.
 *
 * @throws {UsageError} with the endings that do
 */
export function requireWeightFile(file: string): void {
  if (ENDINGS.some((ending) => file.endsWith(ending))) return;
  throw new UsageError(
    `Cannot write the weights ${file}: let it end in ${SHOWN}.`,
  );
}

function exportCommand(): Command {
  const command = new Command("deno task export")
    .description(
      "Writes the parameters of a checkpoint to a file of their own, for PyTorch, NumPy and others, without " +
        "what only training needs. A matrix is [outputs, inputs], as in PyTorch's nn.Linear. A file of ONNX " +
        "holds the network as well, and takes a checkpoint.",
    )
    .argument("<checkpoint>", "a checkpoint, its folder, or a file of weights (safetensors, NPZ)")
    .argument("<file>", `file to write, which ends in ${SHOWN}`);
  return withGuide(command, {
    examples: {
      "the weights of a training run, for PyTorch": "deno task export my_run weights.safetensors",
      "the network with its weights, for ONNX Runtime and others":
        "deno task export my_run network.onnx",
      "the same weights for NumPy": "deno task export my_run weights.npz",
      "weights from PyTorch to NumPy": "deno task export weights.safetensors weights.npz",
      "trains from them": "deno task train --init weights.safetensors",
    },
  });
}
