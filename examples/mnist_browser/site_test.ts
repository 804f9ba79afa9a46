import assert from "node:assert/strict";
import { join } from "node:path";
import { openMnist } from "../mnist/mnist_files.ts";
import { writeSampleMnist } from "../mnist/sample_mnist.ts";
import { buildSite, writeSite } from "./site.ts";

const ROOT = new URL("../../", import.meta.url).href;
const site = await buildSite();

/** What was measured, and 15 % more: 954 kB, of which 162 kB go over the wire where a server packs them. */
const MOST = { bytes: 1_100_000, gzipped: 187_000 };

Deno.test("the page carries no compiler, and nothing else that it does not need", () => {
  const sources = [...site.bundle.sources];
  assert.ok(sources.length > 100);
  const strangers = sources.filter((source) =>
    !/^(generated\/mnist_(shared|original)|runtime|examples\/mnist(_browser)?)\//.test(
      source.slice(ROOT.length),
    ) && !/\/node_modules\/(uplot|signature_pad|fflate)\//.test(source)
  );
  assert.deepEqual(strangers, []);
  assert.ok(!sources.some((source) => /\/runtime\/(files|testing|native)\/|\.c$/.test(source)));
  for (const [name, bytes] of site.bundle.files) {
    if (!name.endsWith(".js")) continue;
    assert.doesNotMatch(
      new TextDecoder().decode(bytes),
      /handlebars|ts-morph|\bDeno\.|from"node:/i,
    );
  }
});

Deno.test("the page does not grow unnoticed", () => {
  const { bytes, gzipped } = site.size;
  assert.ok(bytes > MOST.bytes / 2 && bytes < MOST.bytes, `${bytes} bytes`);
  assert.ok(gzipped > MOST.gzipped / 2 && gzipped < MOST.gzipped, `${gzipped} bytes gzipped`);
});

Deno.test("all that the page names is there", () => {
  const { body } = site.files.get("/") ?? assert.fail();
  assert.ok(typeof body === "string");
  const names = [...body.matchAll(/(?:src|href)="([^"#{][^"]*)"/g)].map(([, name = ""]) => name);
  assert.ok(names.length >= 4);
  for (const name of names) assert.ok(site.files.has(`/${name}`), name);
});

Deno.test("a written page has all files, and data that can be read again", async () => {
  const folder = await Deno.makeTempDir({ prefix: "tilewright-" });
  try {
    await writeSampleMnist(folder, 30, 20);
    const small = await buildSite(folder);
    const total = await writeSite(small, join(folder, "site"));
    assert.ok(total > small.size.bytes);
    for (const path of small.files.keys()) {
      const file = join(folder, "site", path === "/" ? "index.html" : path);
      assert.ok((await Deno.stat(file)).isFile, path);
    }
    const { training, validation } = await openMnist(join(folder, "site/data"));
    assert.deepEqual([training.count, validation.count], [30, 20]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("data that are not there are told before anything is bundled", async () => {
  await assert.rejects(
    buildSite("no such folder"),
    /^DataError: Cannot find MNIST in no such folder/,
  );
});
