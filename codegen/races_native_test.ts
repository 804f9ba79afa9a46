/** Threads in C never touch what another one writes, but for where they have met in between. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { findToolchain } from "../runtime/native/toolchain.ts";
import { nativeTest } from "../runtime/testing/native_access.ts";

const file = (path: string) => new URL(`../${path}`, import.meta.url).pathname;

/** What a program that runs a text, and watches its threads, says in the end. */
async function watch(
  compiler: string,
  text: string,
): Promise<{ readonly code: number; readonly said: string }> {
  const folder = await Deno.makeTempDir();
  try {
    const program = join(folder, "watched");
    const made = await new Deno.Command(compiler, {
      args: [
        ..."-std=gnu11 -O1 -g -fopenmp-simd -fwrapv -pthread -fsanitize=thread".split(" "),
        `-I${file("runtime/native")}`,
        `-DTEXT_FILE="${text}"`,
        file("runtime/testing/races.c"),
        ...["-o", program, "-lm"],
      ],
    }).output();
    assert.ok(made.success, new TextDecoder().decode(made.stderr));
    // The libraries of other sanitizers must not come along.
    const env = { LD_PRELOAD: "" };
    const { code, stdout, stderr } = await new Deno.Command(program, { env }).output();
    return { code, said: [stdout, stderr].map((each) => new TextDecoder().decode(each)).join("") };
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function compiler(): Promise<string> {
  const search = await findToolchain();
  assert.ok(search.found);
  return search.toolchain.compiler;
}

for (const name of ["attention", "batch_norm", "mnist_cnn", "mnist_shared", "tiny_transformer"]) {
  nativeTest(`${name}: no thread touches what another one is writing`, async () => {
    const found = await watch(await compiler(), file(`generated/${name}/kernels.c`));
    assert.deepEqual(found, { code: 0, said: "" });
  });
}

nativeTest("a meeting that is left out is found", async () => {
  const text = await Deno.readTextFile(file("generated/mnist_shared/kernels.c"));
  const changed = await Deno.makeTempFile({ suffix: ".c" });
  try {
    await Deno.writeTextFile(changed, text.replace("  tw_meet(thread);\n", ""));
    const { code, said } = await watch(await compiler(), changed);
    assert.notEqual(code, 0);
    assert.match(said, /data race[^]*kernel_relu1/);
  } finally {
    await Deno.remove(changed);
  }
});
