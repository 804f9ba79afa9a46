/** The lines that documents show of a change are those of the files that they name. */
import assert from "node:assert/strict";

const ROOT = new URL("../", import.meta.url);

/** Documents that show changes, and of how many lines at least. */
const SHOWING: Readonly<Record<string, number>> = {
  "docs/architecture.md": 20,
  "CONTRIBUTING.md": 15,
};

for (const [document, least] of Object.entries(SHOWING)) {
  Deno.test(`every line that ${document} shows of a change stands in its file`, () =>
    checkLines(document, least));
}

async function checkLines(document: string, least: number): Promise<void> {
  const text = await Deno.readTextFile(new URL(document, ROOT));
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
  assert.ok(checked > least);
}
