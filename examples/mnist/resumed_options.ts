/**
 * What a training that goes on is asked for: what it was asked for at first, and what is new.
 *
 * @module
 */
import { basename, dirname } from "node:path";
import { UsageError } from "../../commands/command_line.ts";
import { CHECKPOINT_FILE } from "../../runtime/files/checkpoint_folder.ts";
import type { Checkpoint, Json } from "../../runtime/train/checkpoint.ts";
import { MODELS } from "./models.ts";
import { MODEL_NAMES, type TrainOptions, type TrainRequest } from "./train_options.ts";

/** Options that a checkpoint keeps: what is trained, on what, and for how long. */
const KEPT = ["model", "epochs", "batch", "seed", "data", "patience"] as const satisfies readonly (
  keyof TrainOptions
)[];

/** Those of them without which other numbers would follow: nobody can change them on the way. */
const FIXED = ["model", "batch", "seed"] as const satisfies readonly (typeof KEPT)[number][];

/** The options that a checkpoint should keep. */
export function keptOptions(options: TrainOptions): Json {
  return Object.fromEntries(
    KEPT.flatMap((name) => options[name] === undefined ? [] : [[name, options[name]]]),
  );
}

/**
 * The options of a training that goes on from a checkpoint: those that it kept, unless others are given now.
 *
 * @param file where the checkpoint was found; further ones are saved there if it has their name
 * @throws {UsageError} if another program saved the checkpoint, or if what is given now would be another training
 */
export function resumedOptions(
  { options, given }: TrainRequest,
  checkpoint: Checkpoint,
  file: string,
): TrainOptions {
  const config = checkpoint.config ?? withoutConfig(checkpoint, options);
  if (!isKept(config)) {
    throw new UsageError(
      `Cannot go on from ${file}: it was not saved by deno task train; use its weights with --init.`,
    );
  }
  for (const name of FIXED) {
    if (!given.has(name) || options[name] === config[name]) continue;
    throw new UsageError(
      `Cannot go on from ${file} with --${name} ${options[name]}: its training began with ` +
        `--${name} ${config[name]}; leave --${name} out.`,
    );
  }
  const kept = KEPT.filter((name) => !given.has(name) && config[name] !== undefined)
    .map((name) => [name, config[name]]);
  const folder = basename(file) === CHECKPOINT_FILE ? { checkpoint: dirname(file) } : {};
  return { ...folder, ...options, ...Object.fromEntries(kept) };
}

/** Options of a training that another program began, such as the script for PyTorch: by its model and settings. */
function withoutConfig({ module, settings }: Checkpoint, { epochs }: TrainOptions): Json {
  const model = MODEL_NAMES.find((name) => MODELS[name].name === module);
  const { seed, batchSize } = settings;
  return model === undefined || batchSize === undefined
    ? null
    : { model, epochs, batch: batchSize, seed };
}

/** True for what {@linkcode keptOptions} gives. */
function isKept(config: Json): config is { readonly [key: string]: Json } {
  return typeof config === "object" && config !== null && "model" in config &&
    MODEL_NAMES.some((name) => name === config["model"]) &&
    ["epochs", "batch", "seed"].every((name) => typeof config[name] === "number");
}
