/** What programs import is documented as a whole: every symbol, every member, and every type that they refer to. */
import assert from "node:assert/strict";

const ROOT = new URL("../", import.meta.url).pathname;

/** Modules that are. */
const DOCUMENTED = ["runtime/mod.ts"];

for (const module of DOCUMENTED) {
  Deno.test(`every public symbol of ${module} is documented`, async () => {
    const { success, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["doc", "--lint", module],
      cwd: ROOT,
      env: { NO_COLOR: "1" },
    }).output();
    assert.ok(success, new TextDecoder().decode(stderr));
  });
}
