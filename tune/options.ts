/** The command line of `deno task tune`. @module */
import { Command, CommanderError, InvalidArgumentError, Option } from "commander";

/** Names of the models. */
const MODEL_NAMES = ["shared", "original"] as const;

/** Where choices are kept; the training example looks there too. */
export const DEFAULT_OUT = ".tilewright/tuned.json";

/** What was asked for. */
export interface TuneOptions {
  readonly model: (typeof MODEL_NAMES)[number];
  /** Samples of a batch. */
  readonly batch: number;
  /** Names of the kernels to tune; all contractions if absent. */
  readonly kernels?: readonly string[];
  /** Seconds that all kernels together may take, to compile and to time. */
  readonly budget: number;
  /** File to write. */
  readonly out: string;
}

/** A command line to follow, or a text to show instead. */
type ParsedArguments =
  | { readonly kind: "tune"; readonly options: TuneOptions }
  | { readonly kind: "text"; readonly text: string; readonly exitCode: 0 | 2 };

/**
 * Reads the arguments of `deno task tune`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * const parsed = parseTuneArguments(["--kernels", "relu1,l3_y", "--budget", "20"]);
 * assert.ok(parsed.kind === "tune");
 * assert.deepEqual(parsed.options.kernels, ["relu1", "l3_y"]);
 * assert.equal(parsed.options.model, "shared");
 * ```
 */
export function parseTuneArguments(args: readonly string[]): ParsedArguments {
  let text = "";
  const write = (part: string) => text += part;
  const command = tuneCommand().exitOverride().configureOutput({
    writeOut: write,
    writeErr: write,
  });
  try {
    command.parse([...args], { from: "user" });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    const exitCode = error.code === "commander.helpDisplayed" ? 0 : 2;
    return { kind: "text", text: text.trimEnd(), exitCode };
  }
  // tuneCommand declares exactly these options, each with its parser or its choices.
  return { kind: "tune", options: command.opts<TuneOptions>() };
}

function tuneCommand(): Command {
  return new Command("deno task tune")
    .description(
      "Times schedules of a model's contractions on this machine's WebGPU adapter and keeps the " +
        "fastest, for `deno task train --backend webgpu`. A schedule counts only if it computes " +
        "what the kernel's plain twin does.",
    )
    .addOption(new Option("--model <name>", "whose kernels").choices(MODEL_NAMES).default("shared"))
    .option("--batch <n>", "samples of a batch", wholeNumber, 100)
    .option("--kernels <names>", "only these, by commas, e.g. relu1,update_l1_W", names)
    .option(
      "--budget <seconds>",
      "for all kernels together, to compile and to time",
      wholeNumber,
      120,
    )
    .option("--out <file>", "where to keep the choices", DEFAULT_OUT)
    .allowExcessArguments(false)
    .helpOption("-h, --help", "show this text");
}

function wholeNumber(text: string): number {
  const value = /^\d+$/.test(text) ? Number(text) : NaN;
  if (Number.isSafeInteger(value) && value >= 1) return value;
  throw new InvalidArgumentError("Expected a whole number of at least 1.");
}

function names(text: string): readonly string[] {
  return text.split(",").map((name) => name.trim()).filter((name) => name !== "");
}
