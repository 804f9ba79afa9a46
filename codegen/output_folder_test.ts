import assert from "node:assert/strict";
import { compareFiles, writeFiles } from "./output_folder.ts";
import type { GeneratedFile } from "./targets/target.ts";
import { withFolder } from "../explain/temporary_module.ts";

const UP_TO_DATE = { missing: [], changed: [], stale: [] };

const FILES: readonly GeneratedFile[] = [
  { path: "relu/forward.wgsl", content: "fn main() {}\n" },
  { path: "relu/kernels.wasm", content: Uint8Array.of(0, 97, 115, 109) },
  { path: "linear/step/01_y.wgsl", content: "a\n" },
];

/** The bytes of all files in a folder, by path. */
async function contents(folder: URL, below = ""): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for await (const { name, isDirectory } of Deno.readDir(new URL(below, folder))) {
    const path = below + name;
    if (isDirectory) Object.assign(found, await contents(folder, `${path}/`));
    else found[path] = (await Deno.readFile(new URL(path, folder))).toString();
  }
  return found;
}

Deno.test("files are written with a sorted manifest, and a second run changes nothing", async () => {
  await withFolder(async (folder) => {
    const { missing } = await writeFiles(folder, FILES);
    assert.deepEqual(missing, [...FILES.map((file) => file.path), "manifest.json"]);
    assert.deepEqual(JSON.parse(await Deno.readTextFile(new URL("manifest.json", folder))), [
      "linear/step/01_y.wgsl",
      "relu/forward.wgsl",
      "relu/kernels.wasm",
    ]);
    const before = await contents(folder);
    assert.deepEqual(await writeFiles(folder, FILES), UP_TO_DATE);
    assert.deepEqual(await contents(folder), before);
    assert.deepEqual(await compareFiles(folder, FILES), UP_TO_DATE);
  });
});

Deno.test("a comparison names changed, missing and stale files, and touches none", async () => {
  await withFolder(async (folder) => {
    await writeFiles(folder, FILES);
    await Deno.writeTextFile(new URL("relu/forward.wgsl", folder), "fn main() { }\n");
    await Deno.remove(new URL("relu/kernels.wasm", folder));
    const before = await contents(folder);
    assert.deepEqual(await compareFiles(folder, FILES.slice(0, 2)), {
      missing: ["relu/kernels.wasm"],
      changed: ["relu/forward.wgsl", "manifest.json"],
      stale: ["linear/step/01_y.wgsl"],
    });
    assert.deepEqual(await contents(folder), before);
  });
});

Deno.test("files of a removed declaration go with their folders; foreign files stay", async () => {
  await withFolder(async (folder) => {
    await writeFiles(folder, FILES);
    await Deno.writeTextFile(new URL("relu/notes.txt", folder), "mine");
    await Deno.writeTextFile(new URL("readme.txt", folder), "mine too");
    const { stale } = await writeFiles(folder, []);
    assert.deepEqual(stale, ["linear/step/01_y.wgsl", "relu/forward.wgsl", "relu/kernels.wasm"]);
    const left = await contents(folder);
    assert.deepEqual(Object.keys(left).sort(), ["manifest.json", "readme.txt", "relu/notes.txt"]);
    await assert.rejects(Deno.stat(new URL("linear", folder)), Deno.errors.NotFound);
  });
});

Deno.test("a stale file that someone has removed already is no difference", async () => {
  await withFolder(async (folder) => {
    await writeFiles(folder, FILES);
    await Deno.remove(new URL("linear", folder), { recursive: true });
    assert.deepEqual((await writeFiles(folder, FILES.slice(0, 2))).stale, []);
    assert.deepEqual(await compareFiles(folder, FILES.slice(0, 2)), UP_TO_DATE);
  });
});

Deno.test("a manifest that cannot be read is named", async () => {
  await withFolder(async (folder) => {
    await writeFiles(folder, FILES);
    await Deno.writeTextFile(new URL("manifest.json", folder), "<<<<<<< ours\n[]\n");
    for (const run of [compareFiles, writeFiles]) {
      await assert.rejects(run(folder, FILES), {
        name: "DeclarationError",
        message: /^Cannot read .*manifest\.json: it is not JSON; restore it/,
      });
    }
  });
});

Deno.test("a manifest that lists files outside of its folder removes nothing", async () => {
  await withFolder(async (outer) => {
    const folder = new URL("out/", outer);
    await writeFiles(folder, FILES);
    const victim = new URL("victim.md", outer);
    await Deno.writeTextFile(victim, "mine");
    for (const path of ["../victim.md", victim.pathname]) {
      await Deno.writeTextFile(new URL("manifest.json", folder), JSON.stringify([path]));
      await assert.rejects(writeFiles(folder, FILES), {
        name: "DeclarationError",
        message: /it lists ".*victim\.md", which lies outside of the folder/,
      });
    }
    assert.equal(await Deno.readTextFile(victim), "mine");
  });
});
