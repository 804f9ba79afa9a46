/**
 * What `docs/language.md` and `docs/training.md` say: every word of the language is in the reference, every
 * word of the reference is in the language, and every example is one that `deno test --doc` runs.
 */
import assert from "node:assert/strict";
import * as language from "../dsl/mod.ts";
import * as random from "../dsl/random.ts";
import * as tensor from "../dsl/tensor.ts";

const read = (name: string): Promise<string> =>
  Deno.readTextFile(new URL(`../docs/${name}`, import.meta.url));
const reference = await read("language.md");

/** What stands in code in headings and in the first cells of tables. */
function entries(text: string): readonly string[] {
  const places = text.split("\n").flatMap((line) => {
    if (line.startsWith("#")) return [line];
    return line.startsWith("|") ? [line.replaceAll("\\|", "").split("|")[1] ?? ""] : [];
  });
  return places.flatMap((place) => [...place.matchAll(/`([^`]+)`/g)].map(([, code = ""]) => code));
}

const words = new Set([language, random, tensor].flatMap((module) => Object.keys(module)));
const documented = new Set(entries(reference).map((code) => /^\w+/.exec(code)?.[0] ?? ""));

/** Words that the reference lacks, each in a sentence. */
function lacking(exported: Iterable<string>, known: ReadonlySet<string>): readonly string[] {
  return [...exported].filter((word) => !known.has(word)).sort().map((word) =>
    `docs/language.md does not tell what "${word}" is: put \`${word}\` in a table or a heading there`
  );
}

Deno.test("every word of the language is in its reference", () => {
  assert.ok(words.size > 100);
  assert.deepEqual(lacking(words, documented), []);
});

Deno.test("a word that the reference lacks is named in a sentence", () => {
  const known = new Set(entries("# `exp`\n\n| `add(a, b)` | `sub` |\n| `min(\\|x\\|)` | |"));
  assert.deepEqual([...known], ["exp", "add(a, b)", "min(x)"]);
  assert.deepEqual(lacking(["exp", "sub"], known), [
    'docs/language.md does not tell what "sub" is: put `sub` in a table or a heading there',
  ]);
});

Deno.test("what the reference writes as a call is a word of the language", () => {
  for (const code of entries(reference)) {
    const [, called] = /^(\w+)\(/.exec(code) ?? [];
    if (called !== undefined) assert.ok(words.has(called), `the language has no word "${called}"`);
  }
});

Deno.test("every example of the language and of training is run by the doc tests", async () => {
  for (const text of [reference, await read("training.md")]) {
    const kinds = [...text.matchAll(/^```(.+)$/gm)].map(([, kind]) => kind);
    assert.ok(kinds.filter((kind) => kind === "ts").length >= 3);
    // Python is run by examples/mnist/pytorch_steps_test.ts; what a command prints is text.
    const known = ["ts", "sh", "python", "text"];
    assert.deepEqual(kinds.filter((kind = "") => !known.includes(kind)), []);
  }
});

Deno.test("the reference's links lead to headings that it has", () => {
  const headings = [...reference.matchAll(/^#+ (.+)$/gm)].map(([, heading = ""]) =>
    heading.toLowerCase().replaceAll(/[^\w -]/g, "").replaceAll(" ", "-")
  );
  for (const [, anchor = ""] of reference.matchAll(/\]\(#([^)]+)\)/g)) {
    assert.ok(headings.includes(anchor), anchor);
  }
});
