/** The generated script that trains with PyTorch: in one process and in two, and from checkpoint to checkpoint. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { pythonWithTorch } from "../../codegen/testing/torch/python.ts";
import { decodeCheckpoint } from "../../runtime/train/checkpoint_file.ts";
import type { Checkpoint } from "../../runtime/train/checkpoint.ts";
import { writeSampleMnist } from "./sample_mnist.ts";

const python = await pythonWithTorch();
const SCRIPT = fileURLToPath(new URL("../../generated/mnist_shared/train.py", import.meta.url));

/**
 * How several processes are started. What they say is kept in files: this is the only way of it that PyTorch 1.13
 * has with Python 3.11.
 */
const TOGETHER = "-m torch.distributed.run --standalone --redirects 1 --tee 1 --nproc_per_node 2"
  .split(" ");

function command(before: readonly string[], args: readonly string[]): Deno.Command {
  return new Deno.Command(python ?? "", {
    args: ["-B", ...before, SCRIPT, ...args],
    stdout: "piped",
    stderr: "piped",
    env: { OMP_NUM_THREADS: "1" },
  });
}

/** Trains; what was printed. */
async function train(args: readonly string[], before: readonly string[] = []): Promise<string> {
  const { success, stdout, stderr } = await command(before, args).output();
  assert.ok(success, new TextDecoder().decode(stderr));
  return new TextDecoder().decode(stdout);
}

async function checkpointAt(file: string): Promise<Checkpoint> {
  return decodeCheckpoint(await Deno.readFile(file), file);
}

/** Asserts that two checkpoints hold the same up to rounding. */
function assertClose(got: Checkpoint, wanted: Checkpoint): void {
  assert.deepEqual(got.position, wanted.position);
  assert.deepEqual([...got.tensors.keys()], [...wanted.tensors.keys()]);
  for (const [name, { data }] of got.tensors) {
    const other = wanted.tensors.get(name)?.data ?? [];
    data.forEach((value, at) => {
      assert.ok(
        Math.abs(value - (other[at] ?? NaN)) < 2e-5,
        `${name}[${at}]: ${value} for ${other[at]}`,
      );
    });
  }
}

/** A test in a folder with a small MNIST. */
function trainingTest(name: string, test: (folder: string, data: string) => Promise<void>): void {
  Deno.test({
    name,
    ignore: python === undefined,
    fn: async () => {
      const folder = await Deno.makeTempDir();
      const data = join(folder, "data");
      try {
        await Deno.mkdir(data);
        await writeSampleMnist(data, 600, 150);
        await test(folder, data);
      } finally {
        await Deno.remove(folder, { recursive: true });
      }
    },
  });
}

trainingTest("two processes with half a batch each train as one does", async (folder, data) => {
  const [one, two] = ["one", "two"].map((name) => join(folder, `${name}.safetensors`));
  const same = ["--data", data, "--epochs", "2"];
  const told = await train([...same, "--batch", "70", "--checkpoint", one ?? ""]);
  await train([...same, "--batch", "35", "--checkpoint", two ?? ""], TOGETHER);
  const [alone, together] = [await checkpointAt(one ?? ""), await checkpointAt(two ?? "")];
  assertClose(together, alone);
  assert.deepEqual(together.settings, { seed: 2016, batches: 9, batchSize: 70 });
  assert.equal(told.trim().split("\n").length, 3);
  const [first, second] = alone.history;
  assert.ok((second?.main.loss ?? NaN) < 0.6 * (first?.main.loss ?? NaN), "it learns");
});

trainingTest(
  "an epoch and another one from its checkpoint are two epochs",
  async (folder, data) => {
    const [whole, part] = ["whole", "part"].map((name) => join(folder, `${name}.safetensors`));
    await train(["--data", data, "--epochs", "2", "--checkpoint", whole ?? ""]);
    await train(["--data", data, "--epochs", "1", "--checkpoint", part ?? ""]);
    await train([
      "--data",
      data,
      "--epochs",
      "2",
      "--resume",
      part ?? "",
      "--checkpoint",
      part ?? "",
    ]);
    assertClose(await checkpointAt(part ?? ""), await checkpointAt(whole ?? ""));
  },
);

/** Goes on with `deno task train`, or begins there. */
async function trainHere(...args: readonly string[]): Promise<void> {
  const { success, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "--no-check", "--allow-all", fileURLToPath(new URL("train.ts", import.meta.url))],
      ...["--backend", "wasm", ...args],
    ],
  }).output();
  assert.ok(success, new TextDecoder().decode(stderr));
}

trainingTest("checkpoints go to PyTorch and come back", async (folder, data) => {
  const file = join(folder, "run", "checkpoint.safetensors");
  await trainHere("--data", data, "--epochs", "1", "--checkpoint", join(folder, "run"));
  await train(["--data", data, "--epochs", "2", "--resume", file, "--checkpoint", file]);
  await trainHere("--data", data, "--epochs", "3", "--resume", file);
  const { position, history, module } = await checkpointAt(file);
  assert.deepEqual([module, position], ["mnist_shared", { epoch: 4, batch: 0, step: 18 }]);
  const losses = history.map(({ main }) => main.loss);
  assert.equal(losses.length, 3);
  losses.slice(1).forEach((loss, at) => assert.ok(loss < (losses[at] ?? NaN), losses.join()));
});

trainingTest(
  "a run whose worker is killed fails, and goes on from its checkpoint",
  async (folder, data) => {
    const file = join(folder, "checkpoint.safetensors");
    const args = ["--data", data, "--batch", "50", "--checkpoint", file];
    const child = command(TOGETHER, [...args, "--epochs", "100000"]).spawn();
    const told = new Response(child.stderr).text();
    let killed = false;
    for await (const text of child.stdout.pipeThrough(new TextDecoderStream())) {
      if (killed || !/\]:2 /.test(text)) continue;
      killed = true;
      const { stdout } = await new Deno.Command("pgrep", { args: ["-f", file] }).output();
      // The first is the one that started the others.
      const [, worker] = new TextDecoder().decode(stdout).trim().split("\n").map(Number);
      assert.ok(worker !== undefined);
      Deno.kill(worker, "SIGKILL");
    }
    const { code } = await child.status;
    assert.notEqual(code, 0);
    assert.match(await told, /Signal 9|SIGKILL|failed/);
    const { position: { epoch } } = await checkpointAt(file);
    assert.ok(epoch >= 2);
    await train([...args, "--epochs", `${epoch}`, "--resume", file], TOGETHER);
    assert.equal((await checkpointAt(file)).position.epoch, epoch + 1);
  },
);

trainingTest("what cannot be gone on from is refused in a sentence", async (folder, data) => {
  const weights = join(folder, "weights.safetensors");
  await train(["--data", data, "--epochs", "1", "--checkpoint", weights]);
  const original = SCRIPT.replace("mnist_shared", "mnist_original");
  const { code, stderr } = await new Deno.Command(python ?? "", {
    args: ["-B", original, "--data", data, "--resume", weights],
  }).output();
  assert.equal(code, 1);
  assert.equal(
    new TextDecoder().decode(stderr),
    `${weights} is no checkpoint of this mnist_original; use its weights by --init\n`,
  );
});
