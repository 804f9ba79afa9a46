/** What `docs/your_first_layer.md` tells works as it says, in a folder of its own. */
import assert from "node:assert/strict";

const ROOT = new URL("../", import.meta.url);
const text = await Deno.readTextFile(new URL("docs/your_first_layer.md", ROOT));
const FOLDER = "my_first";

/** The blocks of code that follow a comment of a kind, by what the comment says. */
function blocks(kind: string): readonly (readonly [string, string])[] {
  const found = text.matchAll(
    new RegExp(`<!-- ${kind} (.*?) -->\n\n\`\`\`[\\w ]+\n([\\s\\S]*?)\`\`\``, "g"),
  );
  return [...found].map(([, about = "", code = ""]) => [about, code]);
}

async function deno(
  ...args: readonly string[]
): Promise<{ code: number; out: string; err: string }> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [...args],
    cwd: ROOT.pathname,
    env: { NO_COLOR: "1" },
  }).output();
  return { code, out: new TextDecoder().decode(stdout), err: new TextDecoder().decode(stderr) };
}

const unindented = (code: string): string =>
  code.split("\n").map((line) => line.trimStart()).join("\n");

Deno.test("the first layer generates, trains, and fails as the guide says", async () => {
  const own = `${FOLDER}_${crypto.randomUUID().slice(0, 8)}.tmp`;
  const here = (path: string): string => path.replace(FOLDER, own);
  const write = (path: string, code: string) => Deno.writeTextFile(new URL(here(path), ROOT), code);
  await Deno.mkdir(new URL(own, ROOT));
  try {
    const files = blocks("file");
    assert.deepEqual(files.map(([path]) => path), ["my_first/layers.ts", "my_first/train.ts"]);
    for (const [path, code] of files) await write(path, code);
    const gen = ["task", "--quiet", "gen", `${own}/layers.ts`, "--out", `${own}/generated`];
    const generated = await deno(...gen);
    assert.equal(generated.code, 0, generated.err);
    const [[kernel = "", lines = ""] = []] = blocks("from");
    const shader = await Deno.readTextFile(new URL(here(kernel), ROOT));
    assert.ok(unindented(shader).includes(unindented(lines)), shader);
    const trained = await deno("run", "-A", "--check", "--quiet", `${own}/train.ts`);
    const accuracy = Number(trained.out.match(/accuracy on new images: (\S+)/)?.[1]);
    assert.ok(accuracy > 0.94, trained.out + trained.err);
    const [[change = "", message = ""] = []] = blocks("prints");
    const [wrong = "", right = ""] = [...change.matchAll(/"([^"]*)"/g)].map(([, part]) => part);
    const [, source = ""] = files[0] ?? [];
    assert.ok(source.includes(right));
    await write("my_first/layers.ts", source.replace(right, wrong));
    const refused = await deno(...gen);
    assert.equal(refused.code, 1);
    assert.ok(refused.err.includes(message.trim()), refused.err);
  } finally {
    await Deno.remove(new URL(own, ROOT), { recursive: true });
  }
});
