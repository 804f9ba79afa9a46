import assert from "node:assert/strict";
import { join } from "node:path";
import type { Checkpoint } from "../train/checkpoint.ts";
import {
  CHECKPOINT_FILE,
  checkpointAt,
  loadCheckpoint,
  saveCheckpoint,
} from "./checkpoint_folder.ts";

/** A checkpoint of two megabytes in which everything tells its number. */
function numbered(number: number): Checkpoint {
  return {
    module: "numbers",
    declaration: "",
    position: { epoch: 1, batch: number, step: number },
    settings: { seed: 1, batches: 1e6 },
    sums: { samples: number, totals: { loss: number } },
    seconds: number,
    history: [],
    config: null,
    tensors: new Map([
      ["W", { dtype: "f32", shape: [500_000], data: new Float32Array(500_000).fill(number) }],
    ]),
  };
}

async function inFolder(use: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await use(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Saves ever new checkpoints; tells when the first is there. */
const SAVING = `
  const [module, folder, first] = Deno.args;
  const { saveCheckpoint } = await import(module);
  const tensor = (number) => ({ dtype: "f32", shape: [500_000], data: new Float32Array(500_000).fill(number) });
  const state = ${JSON.stringify(numbered(0))};
  for (let number = Number(first); ; number++) {
    await saveCheckpoint(folder, {
      ...state,
      position: { epoch: 1, batch: number, step: number },
      tensors: new Map([["W", tensor(number)]]),
    });
    if (number === Number(first)) console.log("saved");
  }`;

Deno.test("a process that is killed at any moment leaves a whole checkpoint", () =>
  inFolder(async (folder) => {
    const script = join(folder, "save.ts");
    await Deno.writeTextFile(script, SAVING);
    const config = new URL("../../deno.json", import.meta.url).pathname;
    const module = new URL("checkpoint_folder.ts", import.meta.url).href;
    const numbers: number[] = [];
    let next = 1;
    for (let kill = 0; kill < 20; kill++) {
      const child = new Deno.Command(Deno.execPath(), {
        args: [
          "run",
          "-A",
          "--no-check",
          "--quiet",
          "--config",
          config,
          script,
          module,
          join(folder, "c"),
          `${next}`,
        ],
        stdout: "piped",
      }).spawn();
      const reader = child.stdout.getReader();
      await reader.read();
      await new Promise((resolve) => setTimeout(resolve, 40 * Math.random()));
      child.kill("SIGKILL");
      await child.status;
      await reader.cancel();
      const { position: { step }, tensors } = await loadCheckpoint(join(folder, "c"));
      assert.ok(step >= next, `${step} after ${next}`);
      assert.ok(tensors.get("W")?.data.every((each) => each === step), `W is not of ${step}`);
      numbers.push(step);
      next = step + 1;
    }
    assert.equal(numbers.length, 20);
    await saveCheckpoint(join(folder, "c"), numbered(next));
    assert.deepEqual(await loadCheckpoint(join(folder, "c")), numbered(next));
    const names = Array.from(Deno.readDirSync(join(folder, "c")), ({ name }) => name);
    assert.deepEqual(names, [CHECKPOINT_FILE], "what was cut off is gone");
  }));

Deno.test("a path means a file, or the checkpoint in a folder", () =>
  inFolder(async (folder) => {
    await saveCheckpoint(join(folder, "a", "b"), numbered(3));
    const file = join(folder, "a", "b", CHECKPOINT_FILE);
    assert.equal(await checkpointAt(join(folder, "a", "b")), file);
    assert.equal(await checkpointAt(file), file);
    await assert.rejects(checkpointAt(folder), {
      name: "FormatError",
      message:
        `${folder} holds no checkpoint: there is no ${CHECKPOINT_FILE} in it; give another folder or a file.`,
    });
    await assert.rejects(loadCheckpoint(join(file, "x")), {
      name: "FormatError",
      message: `${join(file, "x")} does not exist; give a checkpoint or its folder.`,
    });
  }));

Deno.test("a checkpoint that cannot be saved is told with what to do", () =>
  inFolder(async (folder) => {
    const file = join(folder, "file");
    await Deno.writeTextFile(file, "");
    await assert.rejects(saveCheckpoint(file, numbered(1)), {
      message: `Cannot make folder ${file}: it is no folder; choose another name.`,
    });
    await assert.rejects(saveCheckpoint(join(file, "c"), numbered(1)), {
      message: `Cannot make folder ${join(file, "c")}: ${file} is no folder; choose another one.`,
    });
    await Deno.mkdir(join(folder, CHECKPOINT_FILE));
    await assert.rejects(saveCheckpoint(folder, numbered(1)), {
      message: `Cannot write ${
        join(folder, CHECKPOINT_FILE)
      }: it is a folder; give the name of a file.`,
    });
  }));
