import assert from "node:assert/strict";
import { join } from "node:path";
import { writeSampleMnist } from "../mnist/sample_mnist.ts";

const { tasks }: { readonly tasks: Readonly<Record<string, { readonly command: string }>> } = JSON
  .parse(await Deno.readTextFile(new URL("../../deno.json", import.meta.url)));

/** Runs the task as it stands in deno.json, with its own permissions; ends it once it serves. */
async function serve(
  args: readonly string[],
  whileServing: (url: string) => Promise<void> = () => Promise.resolve(),
) {
  const [, ...words] = (tasks["serve"]?.command ?? "").split(" ");
  const process = new Deno.Command(Deno.execPath(), {
    args: [...words, ...args],
    cwd: new URL("../../", import.meta.url),
    env: { NO_COLOR: "1" },
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const stderr = process.stderr.text();
  let stdout = "";
  for await (const text of process.stdout.pipeThrough(new TextDecoderStream())) {
    stdout += text;
    const [, url] = stdout.match(/^Train at (\S+) /m) ?? [];
    if (url === undefined) continue;
    await whileServing(url);
    process.kill("SIGINT");
    break;
  }
  const { code } = await process.status;
  return { code, stdout, stderr: await stderr };
}

async function withFolder(test: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ dir: ".", prefix: ".serve-", suffix: ".tmp" });
  try {
    await writeSampleMnist(folder, 20, 10);
    await test(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("the task serves the page until Ctrl-C, and tells its size", async () => {
  await withFolder(async (folder) => {
    const { code, stdout, stderr } = await serve(
      ["--port", "0", "--data", folder],
      async (url) => {
        assert.match(await (await fetch(url)).text(), /<h1>/);
        const labels = await fetch(new URL("data/t10k-labels-idx1-ubyte", url));
        assert.equal((await labels.bytes()).length, 18);
        const { stderr } = await serve(["--port", new URL(url).port, "--data", folder]);
        assert.match(
          stderr,
          /^Cannot serve at port \d+: another program listens there; choose .*--port/,
        );
      },
    );
    assert.deepEqual([code, stderr], [0, ""]);
    assert.match(
      stdout,
      /^Bundled 7 files for the browser: \d+ kB, \d+ kB gzipped\.\nTrain at http:\/\/127\.0\.0\.1:\d+\/ and end/,
    );
  });
});

Deno.test("the task writes the page for other servers, and tells which headers they need", async () => {
  await withFolder(async (folder) => {
    const build = join(folder, "site");
    const { code, stdout } = await serve(["--data", folder, "--build", build]);
    assert.equal(code, 0);
    assert.match(
      stdout,
      /cross-origin-opener-policy: same-origin\n.*embedder-policy: require-corp/,
    );
    assert.match(await Deno.readTextFile(join(build, "index.html")), /scripts\/page_main\.js/);
  });
});

Deno.test("what cannot be served is told in a sentence", async () => {
  const missing = await serve(["--data", "nowhere"]);
  assert.deepEqual([missing.code, missing.stdout], [1, ""]);
  assert.match(
    missing.stderr,
    /^Cannot find MNIST in nowhere: expected train-images-idx3-ubyte or .*\.\n$/,
  );
  const outside = await serve(["--build", "/tmp/elsewhere"]);
  assert.equal(outside.code, 2);
  assert.match(
    outside.stderr,
    /^Cannot write the page to \/tmp\/elsewhere: this task is not allowed/,
  );
});
