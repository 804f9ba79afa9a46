/** Why there is no machine code, on any machine. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { findToolchain } from "./toolchain.ts";

async function whyNone(compilers: readonly string[]): Promise<string> {
  const search = await findToolchain({ compilers, folder: "unused" });
  assert.ok(!search.found);
  return search.why;
}

Deno.test("a machine without a C compiler is told which were tried", async () => {
  assert.equal(
    await whyNone(["no-such-cc"]),
    'no C compiler works here ("no-such-cc" tried: there is no no-such-cc)',
  );
  assert.match(await whyNone(["no-such-cc", "nor-this"]), /\("no-such-cc" and "nor-this" tried: /);
});

Deno.test("a compiler that breaks is told with what it says", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const compiler = join(folder, "cc");
    await Deno.writeTextFile(compiler, "#!/bin/sh\necho no licence >&2\nexit 1\n", { mode: 0o755 });
    assert.match(await whyNone([compiler]), /tried: no licence\)$/);
    await Deno.writeTextFile(compiler, "not a program");
    await Deno.chmod(compiler, 0o644);
    assert.match(await whyNone([compiler]), /does not start: .*denied/i);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

const CONFIG = new URL("../../deno.json", import.meta.url).pathname;

/** The sentence of a backend that was asked for as `native` with these permissions alone. */
async function reasonWith(...permissions: readonly string[]): Promise<string> {
  const program = `import { openBackend } from "${new URL("../mod.ts", import.meta.url)}";
    const { backend, reason } = await openBackend({ backend: "native", threads: 1 });
    console.log(reason);
    await backend.dispose();`;
  const file = await Deno.makeTempFile({ suffix: ".ts" });
  try {
    await Deno.writeTextFile(file, program);
    const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: [
        "run",
        "--no-prompt",
        "--no-check",
        "--config",
        CONFIG,
        "--allow-read",
        ...permissions,
        file,
      ],
    }).output();
    return new TextDecoder().decode(stdout) || new TextDecoder().decode(stderr);
  } finally {
    await Deno.remove(file);
  }
}

Deno.test("without permission the program goes on in WebAssembly, and says what it takes", async () => {
  assert.match(
    await reasonWith(),
    /^Running on 1 thread of the CPU \(WebAssembly .*\) because loading machine code takes --allow-ffi\n$/,
  );
  assert.match(
    await reasonWith("--allow-ffi"),
    /because .*--allow-env/,
  );
  assert.match(
    await reasonWith("--allow-ffi", "--allow-env"),
    /because no C compiler works here \("cc", "gcc" and "clang" tried: cc takes --allow-run=cc\)\n$/,
  );
});
