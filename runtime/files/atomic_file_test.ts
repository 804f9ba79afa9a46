import assert from "node:assert/strict";
import { join } from "node:path";
import { writeAtomically } from "./atomic_file.ts";

/** A test in a folder of its own, which is removed. */
function inFolder(name: string, run: (folder: string) => Promise<void>): void {
  Deno.test(name, async () => {
    const folder = await Deno.makeTempDir();
    try {
      await run(folder);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  });
}

async function namesIn(folder: string): Promise<readonly string[]> {
  return (await Array.fromAsync(Deno.readDir(folder), ({ name }) => name)).sort();
}

inFolder(
  "bytes and text are written, over what was there, and nothing else is left",
  async (folder) => {
    const path = join(folder, "f");
    await writeAtomically(path, Uint8Array.of(1, 2, 0, 255));
    assert.deepEqual([...await Deno.readFile(path)], [1, 2, 0, 255]);
    await writeAtomically(path, "ü\n");
    assert.equal(await Deno.readTextFile(path), "ü\n");
    await writeAtomically(path, "");
    assert.equal(await Deno.readTextFile(path), "");
    assert.deepEqual(await namesIn(folder), ["f"]);
  },
);

inFolder("a reader never sees a part, however many write", async (folder) => {
  const path = join(folder, "f");
  const size = 200_000;
  const write = (value: number) => writeAtomically(path, new Uint8Array(size).fill(value));
  await write(0);
  let isDone = false;
  const writing = Promise.all(Array.from({ length: 20 }, (_, value) => write(value)))
    .finally(() => isDone = true);
  let reads = 0;
  while (!isDone) {
    const bytes = await Deno.readFile(path);
    assert.equal(bytes.length, size);
    assert.equal(bytes.findIndex((byte) => byte !== bytes[0]), -1);
    reads++;
  }
  await writing;
  assert.ok(reads > 0);
  assert.deepEqual(await namesIn(folder), ["f"]);
});

inFolder("a link stays, and the file that it names is written", async (folder) => {
  const [path, link] = [join(folder, "f"), join(folder, "link")];
  await Deno.writeTextFile(path, "old");
  await Deno.symlink(path, link);
  await writeAtomically(link, "new");
  assert.equal(await Deno.readTextFile(path), "new");
  assert.ok((await Deno.lstat(link)).isSymlink);
});

inFolder(
  "what cannot be written is refused with what to do, and left as it was",
  async (folder) => {
    const refuses = (path: string, message: RegExp) =>
      assert.rejects(writeAtomically(path, "x"), ({ message: found }: Error) => {
        assert.ok(found.startsWith(`Cannot write ${path}: `), found);
        assert.match(found, message);
        return true;
      });
    await Deno.mkdir(join(folder, "inner"));
    await Deno.writeTextFile(join(folder, "f"), "old");
    await refuses(join(folder, "none", "f"), /there is no folder \S+none; create it first\.$/);
    await refuses(join(folder, "f", "g"), /f is no folder; choose another one\.$/);
    await refuses(join(folder, "inner"), /it is a folder; give the name of a file\.$/);
    await refuses(join(folder, "x".repeat(300)), /its name is too long; choose a shorter one\.$/);
    const pipe = join(folder, "pipe");
    await new Deno.Command("mkfifo", { args: [pipe] }).output();
    await refuses(pipe, /it is no ordinary file; give the name of one\.$/);
    assert.ok((await Deno.stat(pipe)).isFifo);
    assert.deepEqual(await namesIn(folder), ["f", "inner", "pipe"]);
    assert.equal(await Deno.readTextFile(join(folder, "f")), "old");
  },
);

Deno.test({
  name: "without the permission to write, the refusal says so",
  permissions: { read: true, write: false },
  fn: () =>
    assert.rejects(
      writeAtomically("/tmp/unwritable", "x"),
      /^Error: Cannot write \/tmp\/unwritable: Requires write access to .*--allow-write.*\.$/,
    ),
});
