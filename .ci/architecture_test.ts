/** The lines that `docs/architecture.md` shows of an op are those of the files it names. */
import assert from "node:assert/strict";

const ROOT = new URL("../", import.meta.url);
const text = await Deno.readTextFile(new URL("docs/architecture.md", ROOT));

Deno.test("every line shown of an op stands in its file", async () => {
  const shown = [...text.matchAll(/```diff\n([\s\S]*?)```/g)].flatMap(([, diff = ""]) =>
    diff.trimEnd().split("\n")
  );
  let file = "", lines: ReadonlySet<string> = new Set(), checked = 0;
  for (const line of shown) {
    if (line.startsWith("+++ ")) {
      file = line.slice(4);
      lines = new Set((await Deno.readTextFile(new URL(file, ROOT))).split("\n"));
    } else {
      assert.ok(lines.has(line.slice(1)), `${file} no longer has the line ${line.slice(1)}`);
      checked++;
    }
  }
  assert.ok(checked > 20);
});
