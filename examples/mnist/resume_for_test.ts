/** Runs of `deno task train` in processes of their own, for tests that training goes on bit for bit. @module */
import assert from "node:assert/strict";
import { join } from "node:path";
import { CHECKPOINT_FILE } from "../../runtime/files/checkpoint_folder.ts";
import type { Checkpoint } from "../../runtime/train/checkpoint.ts";
import { decodeCheckpoint } from "../../runtime/train/checkpoint_file.ts";
import { writeSampleMnist } from "./sample_mnist.ts";

function command(args: readonly string[]): Deno.Command {
  const script = new URL("train.ts", import.meta.url).pathname;
  return new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-check", "--allow-all", script, ...args],
    stdout: "piped",
    stderr: "piped",
    env: { NO_COLOR: "1" },
  });
}

/** Trains in a process of its own. */
async function train(...args: readonly string[]): Promise<void> {
  const { success, stderr } = await command(args).output();
  assert.ok(success, new TextDecoder().decode(stderr));
}

/** Trains until the third epoch is over, then presses Ctrl-C; what the process said last. */
async function trainAndInterrupt(...args: readonly string[]): Promise<string> {
  const child = command(args).spawn();
  const stderr = new Response(child.stderr).text();
  let printed = "";
  for await (const text of child.stdout.pipeThrough(new TextDecoderStream())) {
    const hadIt = /^3 /m.test(printed);
    printed += text;
    if (!hadIt && /^3 /m.test(printed)) child.kill("SIGINT");
  }
  const { code } = await child.status;
  assert.equal(code, 130, await stderr);
  return await stderr;
}

async function checkpointIn(folder: string): Promise<Checkpoint> {
  return decodeCheckpoint(await Deno.readFile(join(folder, CHECKPOINT_FILE)), folder);
}

/** A folder with a small MNIST and room for checkpoints. */
async function inFolder(use: (data: string, folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  const data = join(folder, "data");
  try {
    await Deno.mkdir(data);
    await writeSampleMnist(data, 600, 150);
    await use(data, folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/**
 * Asserts that sixteen steps at once, and eight, a checkpoint, and eight more in another process, leave the same
 * bits: parameters, moments, totals, and the losses that were told. Six steps are an epoch.
 */
export function assertSameAfterResuming(...args: readonly string[]): Promise<void> {
  return inFolder(async (data, folder) => {
    const [whole, parts] = [join(folder, "whole"), join(folder, "parts")];
    const same = ["--data", data, "--epochs", "3", ...args];
    await train(...same, "--steps", "16", "--checkpoint", whole);
    await train(...same, "--steps", "8", "--checkpoint", parts);
    const { position } = await checkpointIn(parts);
    assert.deepEqual(position, { epoch: 2, batch: 2, step: 8 });
    await train("--resume", parts, "--steps", "16", ...args);
    const found = await checkpointIn(parts);
    assert.deepEqual(found.position, { epoch: 3, batch: 4, step: 16 });
    assertSame(found, await checkpointIn(whole));
  });
}

/** Asserts that Ctrl-C leaves a checkpoint from which training goes on as if nothing had been. */
export function assertSameAfterInterrupt(...args: readonly string[]): Promise<void> {
  return inFolder(async (data, folder) => {
    const [whole, parts] = [join(folder, "whole"), join(folder, "parts")];
    const same = ["--data", data, "--epochs", "100", ...args];
    const said = await trainAndInterrupt(...same, "--checkpoint", parts);
    assert.match(said, /Stopping after this step/);
    assert.ok(said.endsWith(`Go on with: deno task train --resume ${parts}\n`), said);
    const { position: { step } } = await checkpointIn(parts);
    assert.ok(step >= 18, `${step} steps`);
    await train("--resume", parts, "--steps", `${step + 8}`, ...args);
    await train(...same, "--steps", `${step + 8}`, "--checkpoint", whole);
    assertSame(await checkpointIn(parts), await checkpointIn(whole));
  });
}

/** The same bits, and the same losses told. */
function assertSame(found: Checkpoint, wanted: Checkpoint): void {
  assert.deepEqual(found.position, wanted.position);
  assert.deepEqual(found.tensors, wanted.tensors);
  assert.deepEqual(found.sums, wanted.sums);
  const losses = ({ history }: Checkpoint) =>
    history.map(({ main, validation }) => [main, validation]);
  assert.deepEqual(losses(found), losses(wanted));
}
