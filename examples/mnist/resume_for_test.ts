/** Runs of `deno task train` in processes of their own, for tests that training goes on bit for bit. @module */
import assert from "node:assert/strict";
import { join } from "node:path";
import { CHECKPOINT_FILE } from "../../runtime/files/checkpoint_folder.ts";
import type { Checkpoint } from "../../runtime/train/checkpoint.ts";
import { decodeCheckpoint } from "../../runtime/train/checkpoint_file.ts";
import { writeSampleMnist } from "./sample_mnist.ts";

/** Trains in a process of its own. */
async function train(...args: readonly string[]): Promise<void> {
  const script = new URL("train.ts", import.meta.url).pathname;
  const { success, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-check", "--allow-all", script, ...args],
  }).output();
  assert.ok(success, new TextDecoder().decode(stderr));
}

async function checkpointIn(folder: string): Promise<Checkpoint> {
  return decodeCheckpoint(await Deno.readFile(join(folder, CHECKPOINT_FILE)), folder);
}

/**
 * Asserts that sixteen steps at once, and eight, a checkpoint, and eight more in another process, leave the same
 * bits: parameters, moments, totals, and the losses that were told. Six steps are an epoch.
 */
export async function assertSameAfterResuming(...args: readonly string[]): Promise<void> {
  const folder = await Deno.makeTempDir();
  const [data, whole, parts] = ["data", "whole", "parts"].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ];
  try {
    await Deno.mkdir(data);
    await writeSampleMnist(data, 600, 150);
    const same = ["--data", data, "--epochs", "3", ...args];
    await train(...same, "--steps", "16", "--checkpoint", whole);
    await train(...same, "--steps", "8", "--checkpoint", parts);
    const { position } = await checkpointIn(parts);
    assert.deepEqual(position, { epoch: 2, batch: 2, step: 8 });
    await train("--resume", parts, "--steps", "16", ...args);
    const [wanted, found] = [await checkpointIn(whole), await checkpointIn(parts)];
    assert.deepEqual(found.position, { epoch: 3, batch: 4, step: 16 });
    assert.deepEqual(found.tensors, wanted.tensors);
    assert.deepEqual(found.sums, wanted.sums);
    const losses = ({ history }: Checkpoint) =>
      history.map(({ main, validation }) => [main, validation]);
    assert.deepEqual(losses(found), losses(wanted));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
