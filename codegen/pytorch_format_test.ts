/** Generated Python is formatted as Python's formatter has it, wherever lines had to be broken. */
import assert from "node:assert/strict";

async function hasBlack(): Promise<boolean> {
  try {
    return (await new Deno.Command("black", { args: ["--version"] }).output()).success;
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    if (Deno.env.get("TILEWRIGHT_REQUIRE_PYTORCH") === undefined) return false;
    throw new Error("Cannot look at the form of generated Python: install Debian's black");
  }
}

Deno.test({
  name: "generated modules of PyTorch are formatted",
  ignore: !await hasBlack(),
  fn: async () => {
    const folders = ["generated", "examples/custom_layer/generated"];
    const paths = folders.map((path) => new URL(`../${path}`, import.meta.url).pathname);
    const { success, stderr } = await new Deno.Command("black", {
      args: ["--check", "--quiet", "--diff", ...paths],
    }).output();
    assert.ok(success, new TextDecoder().decode(stderr));
  },
});
