import assert from "node:assert/strict";
import type { Checkpoint } from "../../runtime/train/checkpoint.ts";
import { keptOptions, resumedOptions } from "./resumed_options.ts";
import { parseTrainArguments, type TrainRequest } from "./train_options.ts";

function requestOf(...args: readonly string[]): TrainRequest {
  const line = parseTrainArguments(args);
  assert.ok(line.kind === "run");
  return line.options;
}

/** A checkpoint of a training that was asked for by these arguments. */
function checkpointOf(...args: readonly string[]): Checkpoint {
  return {
    module: "mnist_original",
    declaration: "",
    position: { epoch: 2, batch: 0, step: 600 },
    settings: { seed: 1, batches: 600, batchSize: 100 },
    sums: { samples: 0, totals: {} },
    seconds: 1,
    history: [],
    config: keptOptions(requestOf(...args).options),
    tensors: new Map(),
  };
}

const FILE = "runs/a/checkpoint.safetensors";
const FIRST = ["--model", "original", "--seed", "3", "--epochs", "9", "--patience", "2"] as const;

Deno.test("what was asked for at first holds, unless something else is given", () => {
  const { options } = requestOf("--resume", "runs/a", "--epochs", "12", "--seed", "3");
  const found = resumedOptions(
    requestOf("--resume", "runs/a", "--epochs", "12", "--seed", "3"),
    checkpointOf(...FIRST),
    FILE,
  );
  assert.deepEqual(found, {
    ...options,
    model: "original",
    seed: 3,
    patience: 2,
    checkpoint: "runs/a",
  });
});

Deno.test("checkpoints are saved where training goes on from, unless that is another file", () => {
  const folderOf = (file: string, ...args: readonly string[]) =>
    resumedOptions(requestOf(...args), checkpointOf(...FIRST), file).checkpoint;
  assert.equal(folderOf(FILE), "runs/a");
  assert.equal(folderOf(FILE, "--checkpoint", "runs/b"), "runs/b");
  assert.equal(folderOf("runs/a/copy.safetensors"), undefined);
});

Deno.test("what would be another training is refused, naming both", () => {
  for (
    const [option, value, first] of [
      ["--model", "shared", "original"],
      ["--seed", "4", "3"],
      ["--batch", "50", "100"],
    ] as const
  ) {
    assert.throws(() => resumedOptions(requestOf(option, value), checkpointOf(...FIRST), FILE), {
      name: "UsageError",
      message:
        `Cannot go on from ${FILE} with ${option} ${value}: its training began with ${option} ${first}; ` +
        `leave ${option} out.`,
    });
  }
  for (const config of [{}, { model: "cnn", epochs: 1, batch: 1, seed: 1 }]) {
    assert.throws(() => resumedOptions(requestOf(), { ...checkpointOf(), config }, FILE), {
      name: "UsageError",
      message:
        `Cannot go on from ${FILE}: it was not saved by deno task train; use its weights with --init.`,
    });
  }
});

Deno.test("a checkpoint of another program is known by its model and settings", () => {
  const foreign = { ...checkpointOf(), config: null };
  const { model, batch, seed, epochs } = resumedOptions(requestOf("--epochs", "7"), foreign, FILE);
  assert.deepEqual([model, batch, seed, epochs], ["original", 100, 1, 7]);
  for (const other of [{ module: "mnist_other" }, { settings: { seed: 1, batches: 600 } }]) {
    assert.throws(
      () => resumedOptions(requestOf(), { ...foreign, ...other }, FILE),
      /it was not saved by deno task train/,
    );
  }
});
