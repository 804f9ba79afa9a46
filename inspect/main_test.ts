import assert from "node:assert/strict";
import { stripVTControlCharacters } from "node:util";
import { lineDiff } from "./line_diff.ts";
import { main } from "./main.ts";

/** What the command prints, and its exit code. */
async function run(...args: readonly string[]) {
  const { log, error } = console;
  const printed: string[] = [];
  console.log = console.error = (text: string) => void printed.push(text);
  try {
    const code = await main(args);
    return { code, text: printed.join("\n") };
  } finally {
    Object.assign(console, { log, error });
  }
}

Deno.test("without a stage, all are listed with how to see them", async () => {
  const { code, text } = await run("relu");
  assert.equal(code, 0);
  assert.match(
    text,
    /^relu, program forward\nstage +lines +what it is\ndeclaration +\d+ +the declaration, dsl\/layers\/relu\.ts:\d+\n/,
  );
  assert.match(text, /A stage: deno task inspect relu --program forward --stage forward\.wgsl/);
  assert.equal(stripVTControlCharacters(text), text, "no colours where there is no terminal");
});

Deno.test("what is listed tells of the other programs, and of commands that work", async () => {
  const spec = new URL("../examples/custom_layer/spec.ts", import.meta.url).pathname;
  for (
    const args of [["linear_regression"], ["shared_linear", "forward", "--all-rules"], [
      "waves",
      "--spec",
      spec,
    ]]
  ) {
    const { text } = await run(...args);
    const hints = Array.from(text.matchAll(/: deno task inspect (.*)$/gm), ([, hint = ""]) => hint);
    assert.equal(hints.length, 2);
    for (const hint of hints) {
      const shown = await run(...hint.split(" "));
      assert.equal(shown.code, 0, `${hint}: ${shown.text}`);
    }
  }
  const { text } = await run("mnist_shared");
  assert.match(text, /^mnist_shared, program predict\n/);
  assert.match(text, /^Other programs: --program draw, evaluate, step$/m);
  assert.doesNotMatch((await run("relu")).text, /What a rule did/, "no rule fits");
});

Deno.test("lines that are far from a difference are counted", async () => {
  const args = ["mnist_shared", "--program", "step", "--diff", "rewrite-1..rewrite-2"];
  const lines = (await run(...args)).text.split("\n").slice(3);
  const kept = lines.filter((line) => line.startsWith("  ") && !line.startsWith("  ⋮")).length;
  const counts = lines.flatMap((line) => Number(/^ {2}⋮ (\d+) lines alike$/.exec(line)?.[1] ?? 0));
  const alike = kept + counts.reduce((sum, count) => sum + count, 0);
  const { stages } = JSON.parse((await run("mnist_shared", "--program", "step", "--json")).text);
  const length = (id: string): number =>
    stages.find((stage: { readonly id: string }) => stage.id === id).text.split("\n").length;
  const starting = (sign: string) => lines.filter((line) => line.startsWith(sign)).length;
  assert.equal(alike + starting("- "), length("rewrite-1"));
  assert.equal(alike + starting("+ "), length("rewrite-2"));
  assert.ok(kept < 20);
});

Deno.test("the beginning of a stage's name is enough", async () => {
  const { text } = await run("relu", "--stage", "decl");
  assert.match(text, /^── declaration: the declaration/);
  assert.match(text, /export const relu/);
});

Deno.test("colours change nothing but colours", async () => {
  const plain = await run("shared_linear", "--all", "--program", "grad_x");
  const coloured = await run("shared_linear", "--all", "--program", "grad_x", "--colour", "always");
  assert.notEqual(coloured.text, plain.text);
  assert.equal(stripVTControlCharacters(coloured.text), plain.text);
});

Deno.test("a difference has the lines that only one stage has", async () => {
  const json = JSON.parse((await run("shared_linear", "--json")).text);
  const text = (id: string): string[] =>
    json.stages.find((stage: { readonly id: string }) => stage.id === id).text.split("\n");
  const [before, after] = [text("graph"), text("rewrite-1")];
  const { text: diff } = await run("shared_linear", "--diff", "graph..rewrite-1");
  const lines = diff.split("\n");
  const only = (sign: string) =>
    lines.filter((line) => line.startsWith(sign)).map((line) => line.slice(2));
  assert.deepEqual(only("- "), before.filter((line) => !after.includes(line)));
  assert.deepEqual(only("+ "), after.filter((line) => !before.includes(line)));
});

Deno.test("differences put both texts back together", () => {
  const [before, after] = ["a\nb\nc\n\nd", "b\nx\nc\nd\n\ne"];
  const lines = lineDiff(before, after);
  const without = (kind: string) =>
    lines.filter((line) => line.kind !== kind).map(({ text }) => text).join("\n");
  assert.equal(without("added"), before);
  assert.equal(without("removed"), after);
  assert.deepEqual(lineDiff("a", "a"), [{ kind: "same", text: "a" }]);
});

Deno.test("what is not there is refused with what is", async () => {
  const refusals: readonly (readonly [readonly string[], RegExp])[] = [
    [
      ["rleu"],
      /^Cannot inspect rleu: there is no declaration of this name; .* Did you mean relu\?$/,
    ],
    [["relu", "--program", "backward"], /no program of this name; there are forward, grad_x\./],
    [["relu", "forwad"], /there is no kernel of this name; .* Did you mean forward\?$/],
    [
      ["relu", "--stage", "forward"],
      /^Cannot show forward: several stages begin so; there are forward\.kernel, /,
    ],
    [["relu", "--stage", "grpah"], /there is no stage of this name; .* Did you mean graph\?$/],
    [["relu", "--diff", "graph"], /Expected two stages, such as graph\.\.rewrite-1\.$/],
    [[], /^Missing <declaration>: name of a layer or model/],
  ];
  for (const [args, message] of refusals) {
    const { code, text } = await run(...args);
    assert.equal(code, 2, text);
    assert.match(text, message);
  }
});

Deno.test("a spec of one's own is inspected", async () => {
  const spec = new URL("../examples/custom_layer/spec.ts", import.meta.url).pathname;
  const { code, text } = await run("waves", "--spec", spec, "--stage", "declaration");
  assert.equal(code, 0, text);
  assert.match(text, /name: "waves"/);
});

Deno.test("a page is written to a file that can be written, and to no other", async () => {
  const folder = await Deno.makeTempDir({ prefix: "tilewright-" });
  try {
    const file = `${folder}/relu.html`;
    const { code, text } = await run("relu", "--html", file);
    assert.equal(code, 0, text);
    assert.equal(text, `${file}: 0.1 MB, all that there is about relu`);
    const page = await Deno.readTextFile(file);
    assert.match(page, /^<!doctype html>/);
    assert.match(page, /data-start="forward\/kernels\/forward"/);
    assert.match(page, /data-declaration/);
    assert.ok(page.includes('<script type="module">'));
    const refusals: readonly (readonly [readonly string[], RegExp])[] = [
      [
        ["relu", "--html", `${folder}/none/x.html`],
        /^Cannot write the page .*: there is no folder/,
      ],
      [["relu", "--html", folder], /^Cannot write the page .*: it is a folder\.$/],
      [["rleu", "--html", file], /Did you mean relu\?$/],
      [
        ["relu", "--html", file, "--json"],
        /'--html <file>' cannot be used with option '--json'\.$/,
      ],
      [["relu", "--serve", "--html", file], /cannot be used with option/],
      [["relu", "--serve", "--program", "forward"], /^Cannot serve a part: /],
      [["--html", file], /^Missing <declaration>: name of a layer or model/],
    ];
    for (const [args, message] of refusals) {
      const refused = await run(...args);
      assert.equal(refused.code, 2, refused.text);
      assert.match(refused.text, message);
    }
    assert.equal(await Deno.readTextFile(file), page);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
