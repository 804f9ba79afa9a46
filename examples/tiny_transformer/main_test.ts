import assert from "node:assert/strict";
import { trainTransformer } from "./main.ts";
import { decode, encode, sumOf, writeText } from "./text.ts";

Deno.test("the text is sums in words, and survives its encoding", () => {
  const text = writeText(2000, 3);
  assert.match(text, /^(\w+ plus \w+ is \w+\. )+$/);
  assert.equal(decode(encode(text)), text);
  assert.equal(sumOf(4, 9).start + sumOf(4, 9).end, "four plus nine is thirteen. ");
});

Deno.test("a transformer learns the language of sums before it learns to add", async () => {
  const { loss } = await trainTransformer({ steps: 200, batch: 16, seed: 1, backend: "wasm" });
  // Chance is ln 28 = 3.3; where only the numbers are open, under one.
  assert.ok(loss < 1, `${loss}`);
});
