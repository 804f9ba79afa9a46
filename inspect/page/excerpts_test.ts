import assert from "node:assert/strict";
import type { Place } from "../../dsl/provenance.ts";
import { excerptsOf } from "./excerpts.ts";

const SPEC = `import { linear } from "./layers.ts";

const B = dim("B");
const unused = 1;
const sizes = { B, I: 2 };

/** What a layer is given. */
const inputs = { x: tensor(B, sizes.I) };

function helper() {
  return 0;
}

/** A model. */
export const model = defineModel({
  inputs,
  forward: ({ x }) => linear(x),
});
`;
const LAYERS = `// first
export const relu = 1;
export function linear(x) {
  const y = x;
  return y;
}

export const other = 2;
`;
const FILES: Readonly<Record<string, string>> = {
  "file:///spec.ts": SPEC,
  "file:///layers.ts": LAYERS,
};
const read = (file: string) => Promise.resolve(FILES[file]);
const place = (file: string, line: number): Place => ({ file, line, column: 1 });
const lineOf = (text: string, part: string) =>
  text.split("\n").findIndex((line) => line.includes(part)) + 1;

Deno.test("a declaration brings along what it names, a layer only what is used of it", async () => {
  const declaration = { file: "file:///spec.ts", line: lineOf(SPEC, "/** A model") };
  const used = place("file:///layers.ts", lineOf(LAYERS, "const y"));
  const [spec, layers, ...more] = await excerptsOf(declaration, [used, used], read);
  assert.deepEqual(more, []);
  assert.equal(spec?.file, "file:///spec.ts");
  assert.deepEqual(spec?.excerpts.map(({ firstLine, lines }) => [firstLine, lines[0]]), [
    [3, 'const B = dim("B");'],
    [5, "const sizes = { B, I: 2 };"],
    [lineOf(SPEC, "/** A model"), "/** A model. */"],
  ]);
  assert.match(
    spec.excerpts[1]?.lines.join("\n") ?? "",
    /\n\n\/\*\* What a layer is given\. \*\/\nconst inputs = .*$/,
  );
  assert.deepEqual(layers?.excerpts, [{
    firstLine: 3,
    lines: ["export function linear(x) {", "  const y = x;", "  return y;", "}"],
  }]);
});

Deno.test("each line of an excerpt is the file's line of its number", async () => {
  const files = await excerptsOf(undefined, [
    place("file:///spec.ts", 11),
    place("file:///spec.ts", 3),
    place("file:///layers.ts", 8),
  ], read);
  assert.deepEqual(files.map(({ file }) => file), ["file:///spec.ts", "file:///layers.ts"]);
  for (const { text, excerpts } of files) {
    const all = text.split("\n");
    for (const { firstLine, lines } of excerpts) {
      assert.deepEqual(lines, all.slice(firstLine - 1, firstLine - 1 + lines.length));
    }
  }
});

Deno.test("a file that cannot be read is left out", async () => {
  assert.deepEqual(await excerptsOf(undefined, [place("https://far/away.ts", 1)], read), []);
  assert.deepEqual(await excerptsOf(undefined, [], read), []);
});
