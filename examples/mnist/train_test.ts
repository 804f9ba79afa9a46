import assert from "node:assert/strict";
import { join } from "node:path";
import { writeSampleMnist } from "./sample_mnist.ts";

Deno.test("a run says why it stopped and what it did not capture, and keeps other trainings' checkpoints", async () => {
  const folder = await Deno.makeTempDir();
  const train = async (...args: readonly string[]) => {
    const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: [
        ...["run", "--no-check", "--allow-all", new URL("train.ts", import.meta.url).pathname],
        ...["--data", folder, "--backend", "wasm", "--threads", "1", ...args],
      ],
      env: { NO_COLOR: "1" },
    }).output();
    const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
    return { code, said: text(stdout), complained: text(stderr) };
  };
  try {
    await writeSampleMnist(folder, 200, 50);
    const run = join(folder, "run");
    // The images to judge by are few: the loss rises in one of the first epochs.
    const first = await train("--epochs", "99", "--patience", "1", "--checkpoint", run);
    assert.equal(first.code, 0, first.complained);
    assert.ok(
      first.said.endsWith(
        "\nStopped: no lower loss on the test images for 1 epoch; go on with a larger --patience.\n",
      ),
      first.said,
    );
    assert.equal(first.complained, "", "nothing is left to go on with");

    const again = await train("--checkpoint", run);
    assert.deepEqual(again, {
      code: 2,
      said: "",
      complained:
        `Cannot write checkpoints to ${run}: the one of another training is there and would be lost; ` +
        `go on from it with --resume ${run}, or name another folder.\n`,
    });

    const fewer = await train("--resume", run, "--epochs", "1", "--capture", "relu1@1");
    assert.equal(fewer.code, 0, fewer.complained);
    assert.match(
      fewer.said,
      /\nNothing is left to do after \d+ epochs; ask for more with --epochs\.\n/,
    );
    assert.equal(
      fewer.complained,
      "Nothing was captured: the step of relu1@1 was not taken.\n",
    );
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
