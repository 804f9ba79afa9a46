/**
 * The command line of `deno task train`.
 *
 * @module
 */
import { Command, InvalidArgumentError, Option } from "commander";
import { type CommandLine, readCommandLine } from "../../commands/command_line.ts";
import { withGuide } from "../../commands/guide.ts";
import { wholeNumber } from "../../commands/option_values.ts";
import { COMPILER_ENVIRONMENT } from "../../commands/compiler_environment.ts";
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

/** Names of the models, as given on the command line. */
export const MODEL_NAMES = ["shared", "original", "shared-f16"] as const;
/** A model's name on the command line. */
export type ModelName = (typeof MODEL_NAMES)[number];

/** What was asked for; also what the report states as its configuration. */
export interface TrainOptions extends SharedOptions {
  readonly model: ModelName;
  readonly epochs: number;
  /** Ends the run after this many steps. */
  readonly steps?: number;
  /** Stops after so many epochs without a lower loss on the test images. */
  readonly patience?: number;
  /** File with the first weights. */
  readonly init?: string;
  /** Folder to save checkpoints in. */
  readonly checkpoint?: string;
  /** Saves within an epoch too, this often. */
  readonly checkpointMinutes?: number;
  /** Checkpoint, or its folder, to go on from. */
  readonly resume?: string;
  /** What to do when the GPU is lost. */
  readonly onDeviceLoss: "stop" | "restart";
  /** `KERNEL@STEP`: what to write to a folder of its own. */
  readonly capture?: string;
  /** Times every kernel. */
  readonly profile?: true;
  /** JSON file to write. */
  readonly report?: string;
  /** SVG file to draw. */
  readonly plot?: string;
}

/** A command line, and which of its options somebody wrote there. */
export interface TrainRequest {
  readonly options: TrainOptions;
  readonly given: ReadonlySet<string>;
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
 * const { options, given } = parsed.options;
 * assert.equal(options.model, "original");
 * assert.equal(options.batch, 100);
 * assert.ok(given.has("model") && !given.has("batch"));
 * ```
 */
export function parseTrainArguments(args: readonly string[]): CommandLine<TrainRequest> {
  const command = trainCommand();
  const line = readCommandLine<TrainOptions>(command, args);
  if (line.kind === "text") return line;
  const given = Object.keys(line.options).filter((name) =>
    command.getOptionValueSource(name) === "cli"
  );
  return { ...line, options: { options: line.options, given: new Set(given) } };
}

function trainCommand(): Command {
  const command = new Command("deno task train")
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
    .addOption(epochsOption(5))
    .addOption(batchOption(100))
    .addOption(seedOption(2016))
    .addOption(stepLimitOption())
    .option(
      "--patience <n>",
      "stop when so many epochs brought no lower loss on the test images",
      wholeNumber(1),
    )
    .addOption(dataOption())
    .addOption(backendOption())
    .addOption(threadsOption());
  addFileOptions(command);
  return withGuide(command, {
    examples: {
      "trains the weight-sharing network for five epochs": "deno task train",
      "trains the ordinary one on the CPU, and draws how it went":
        "deno task train --model original --backend wasm --plot original.svg",
      "saves a checkpoint after each epoch": "deno task train --epochs 50 --checkpoint runs/shared",
      "goes on from there, with the same model, seed and batch":
        "deno task train --resume runs/shared",
      "trains in machine code, which is compiled here at first": "deno task train:native",
      "starts from weights that PyTorch has saved": "deno task train --init weights.safetensors",
    },
    exitCodes: { 130: "interrupted by Ctrl-C; with --checkpoint, training can go on" },
    environment: { ...VULKAN_ENVIRONMENT, ...COMPILER_ENVIRONMENT },
  });
}

/** The options about files, and about what may go wrong. */
function addFileOptions(command: Command): void {
  command
    .option(
      "--init <file>",
      "first weights: parameters in a .safetensors or .npz file, a checkpoint, or its folder",
    )
    .option(
      "--checkpoint <dir>",
      "save a checkpoint in this folder, which holds none yet, after each epoch, and where training ends",
    )
    .addOption(
      new Option("--checkpoint-minutes <n>", "save also within an epoch, every so many minutes")
        .argParser(minutes),
    )
    .addOption(
      new Option(
        "--resume <path>",
        "go on from a checkpoint, or from the one in a folder, and save further ones there",
      ).conflicts("init"),
    )
    .addOption(
      new Option(
        "--on-device-loss <action>",
        "when the GPU is lost: stop, or restart from the last epoch on a new device or the CPU",
      ).choices(["stop", "restart"]).default("stop"),
    )
    .option(
      "--capture <kernel@step>",
      "write a folder with a kernel, its inputs and outputs in this step, and a script that runs it again",
    )
    .option("--profile", "time every kernel, and print a table of them after training")
    .option("--report <file>", "write configuration and results to this JSON file")
    .option("--plot <file>", "draw losses and accuracies by epoch into this SVG file");
}

function minutes(text: string): number {
  const value = Number(text);
  if (text.trim() !== "" && Number.isFinite(value) && value > 0) return value;
  throw new InvalidArgumentError("Expected minutes, a number above 0.");
}
