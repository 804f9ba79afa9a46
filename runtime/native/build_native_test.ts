import assert from "node:assert/strict";
import { join } from "node:path";
import { relu } from "../../generated/relu/relu.ts";
import type { ModuleSpec } from "../spec.ts";
import { sourceOf, withChangedText } from "../testing/changed_text.ts";
import { hasCompiler, nativeTest } from "../testing/native_access.ts";
import { buildLibrary } from "./build.ts";
import { findToolchain, type Toolchain } from "./toolchain.ts";

/** Runs a test with a compiler that writes down how often it compiles, and an empty folder. */
async function withToolchain(
  test: (toolchain: Toolchain, compiled: () => Promise<number>) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    const [log, compiler] = [join(folder, "log"), join(folder, "compiler")];
    const text =
      `#!/bin/sh\ncase "$*" in *kernels.c*) echo >> ${log};; esac\nexec "\${CC:-cc}" "$@"\n`;
    await Deno.writeTextFile(compiler, text, { mode: 0o755 });
    await Deno.writeTextFile(log, "");
    const search = await findToolchain({ compilers: [compiler], folder: join(folder, "made") });
    assert.ok(search.found);
    await test(search.toolchain, async () => (await Deno.readTextFile(log)).length);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** A test that is ignored where nothing compiles C. */
function buildTest(name: string, test: Parameters<typeof withToolchain>[0]): void {
  Deno.test(name, { ignore: !hasCompiler }, () => withToolchain(test));
}

buildTest("a text is compiled once, until it or the flags change", async (toolchain, compiled) => {
  const file = await buildLibrary(relu, toolchain);
  assert.equal(await buildLibrary(relu, toolchain), file);
  assert.equal(await compiled(), 1);
  const flags = [...toolchain.flags, "-DUNUSED"];
  assert.notEqual(await buildLibrary(relu, { ...toolchain, flags }), file);
  assert.equal(await compiled(), 2);
  const otherCpu = { ...toolchain, target: `${toolchain.target}#define __OTHER_CPU__ 1\n` };
  assert.notEqual(await buildLibrary(relu, otherCpu), file);
  assert.equal(await compiled(), 3);
  const changed = await withChangedText(relu, ["0.0f", "0.5f"]);
  assert.notEqual(await buildLibrary(changed, toolchain), file);
  assert.equal(await compiled(), 4);
});

buildTest("two that compile at once both get a whole library", async (toolchain) => {
  const files = await Promise.all([1, 2, 3].map(() => buildLibrary(relu, toolchain)));
  assert.equal(new Set(files).size, 1);
  const [file = ""] = files;
  const names = Array.from(Deno.readDirSync(join(file, "..")), ({ name }) => name);
  assert.deepEqual(names.filter((name) => name.includes(".so")), ["kernels.so"]);
});

buildTest("what the compiler says is told with the module and the kept text", async (toolchain) => {
  const changed = await withChangedText(relu, ["tw_maximum(x[b * N + n], 0.0f)", "maximal(x)"]);
  await assert.rejects(
    buildLibrary(changed, toolchain),
    /^Error: Cannot compile module "relu" with \S+compiler: .*maximal.*; its text is kept at \S+kernels\.c$/,
  );
});

buildTest("a text that is not that of its bindings is refused", async (toolchain, compiled) => {
  const other = await sourceOf("int other;");
  const mixed = { ...relu, native: { ...relu.native, source: other.source } };
  await assert.rejects(
    buildLibrary(mixed, toolchain),
    /is not the text that its bindings were written with; run "deno task gen" to write both anew$/,
  );
  const missing = new URL("./no_such_file.c", import.meta.url);
  await assert.rejects(
    buildLibrary({ ...relu, native: { ...relu.native, source: missing } }, toolchain),
    /^Error: Cannot fetch file:\S+no_such_file\.c: .*; allow reading it$/,
  );
  const { native: _, ...without } = relu satisfies ModuleSpec;
  await assert.rejects(
    buildLibrary(without, toolchain),
    /Cannot load module "relu" as machine code: its bindings name no C; run "deno task gen"/,
  );
  assert.equal(await compiled(), 0);
});

nativeTest("a kept library that is damaged is told with its file", async (open) => {
  const folder = await Deno.makeTempDir();
  try {
    const dims = { B: 1, N: 1 };
    const search = await findToolchain({ folder });
    assert.ok(search.found);
    const file = await buildLibrary(relu, search.toolchain);
    await Deno.writeTextFile(file, "no machine code");
    const loading = (await open({ toolchain: { folder } })).load(relu, dims);
    await assert.rejects(
      loading,
      /^Error: Cannot load module "relu": \S+kernels\.so does not fit this process: .*; delete it, so that it/,
    );
    await Deno.remove(file);
    await (await open({ toolchain: { folder } })).load(relu, dims);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
