import assert from "node:assert/strict";
import { join } from "node:path";
import { writeSampleMnist } from "./sample_mnist.ts";

const ROOT = new URL("../../", import.meta.url);

Deno.test("a kernel is captured with the permissions of the task, and its script runs it again", async () => {
  const folder = await Deno.makeTempDir();
  const text = await Deno.readTextFile(new URL("deno.json", ROOT));
  const { tasks }: { readonly tasks: { readonly train: { readonly command: string } } } = JSON
    .parse(text);
  // Without "deno run" before them, and the script after them.
  const flags = tasks.train.command.split(" ").slice(2, -1);
  const run = (...args: readonly string[]) =>
    new Deno.Command(Deno.execPath(), {
      args: ["run", ...args],
      cwd: folder,
      env: { NO_COLOR: "1" },
    })
      .output();
  try {
    await writeSampleMnist(folder, 100, 50);
    const script = new URL("train.ts", import.meta.url).pathname;
    const asked = "--data . --backend wasm --threads 1 --batch 20 --steps 2 --capture relu2@2";
    const trained = await run(...flags, script, ...asked.split(" "));
    assert.equal(trained.code, 0, new TextDecoder().decode(trained.stderr));
    const place = join(".tilewright", "captures", "mnist_shared-relu2@2");
    assert.match(
      new TextDecoder().decode(trained.stdout),
      new RegExp(`^Captured relu2 in step 2: ${place}$`, "m"),
    );
    const { code, stdout } = await run("--allow-all", join(place, "reproduce.ts"));
    assert.equal(code, 0);
    assert.match(new TextDecoder().decode(stdout), /All outputs are finite, and as captured\.\n$/);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
