/** What the README and the documents quote is what the files say, and the README's program prints what it promises. */
import assert from "node:assert/strict";

const ROOT = new URL("../", import.meta.url);
const readme = await Deno.readTextFile(new URL("README.md", ROOT));

/** The formatter of Markdown takes indentation off; lines are compared without it. */
function unindented(text: string): string {
  return text.split("\n").map((line) => line.trimStart()).join("\n");
}

/** Documents that quote, and how often at least. */
const QUOTING: Readonly<Record<string, number>> = {
  "README.md": 4,
  "docs/reading_a_kernel.md": 12,
  "docs/reading_c.md": 8,
};

for (const [document, least] of Object.entries(QUOTING)) {
  Deno.test(`every quotation in ${document} stands in the file it names`, async () => {
    const text = await Deno.readTextFile(new URL(document, ROOT));
    const quotations = [...text.matchAll(/<!-- from (\S+) -->\n\n```[\w ]+\n([\s\S]*?)```/g)];
    assert.ok(quotations.length >= least);
    for (const [, path = "", quoted = ""] of quotations) {
      const source = await Deno.readTextFile(new URL(path, ROOT));
      assert.ok(
        unindented(source).includes(unindented(quoted)),
        `${path} no longer contains:\n${quoted}`,
      );
    }
  });
}

Deno.test("the README's program prints the sums it promises", async () => {
  const program = [...readme.matchAll(/```ts ignore\n([\s\S]*?)```/g)].map(([, text = ""]) => text)
    .find((text) => text.includes("openBackend"));
  assert.ok(program);
  const file = new URL(`readme_${crypto.randomUUID()}.tmp.ts`, ROOT);
  await Deno.writeTextFile(file, program);
  try {
    const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "--check", "--quiet", "--allow-read", file.pathname],
      env: { NO_COLOR: "1" },
    }).output();
    assert.equal(
      new TextDecoder().decode(stdout),
      "Float32Array(2) [ 975, 222 ]\n",
      new TextDecoder().decode(stderr),
    );
  } finally {
    await Deno.remove(file);
  }
});
