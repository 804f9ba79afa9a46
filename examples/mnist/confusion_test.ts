import assert from "node:assert/strict";
import { stripVTControlCharacters } from "node:util";
import { confusionTable } from "./confusion.ts";

const CONFUSION = [[980, 1, 0], [12, 1100, 3], [0, 0, 0]];

Deno.test("a table is aligned, whatever its counts, and tells what nothing tells by a dash", () => {
  assert.equal(
    confusionTable(CONFUSION, false),
    `\
       taken for
truth    0     1  2  recall  precision
    0  980     1  ·  99.9 %     98.8 %
    1   12  1100  3  98.7 %     99.9 %
    2    ·     ·  0       -      0.0 %`,
  );
});

Deno.test("colours change no letter, and only come when asked for", () => {
  const [plain, coloured] = [confusionTable(CONFUSION, false), confusionTable(CONFUSION, true)];
  assert.equal(stripVTControlCharacters(coloured), plain);
  assert.equal(stripVTControlCharacters(plain), plain);
  const ESCAPE = "\u001b[";
  assert.ok(coloured.includes(`${ESCAPE}32m980${ESCAPE}39m`), "right is green");
  assert.ok(coloured.includes(`${ESCAPE}33m   1${ESCAPE}39m`), "one of 981 is yellow");
  assert.ok(coloured.includes(`${ESCAPE}31m${ESCAPE}1m 12${ESCAPE}22m${ESCAPE}39m`), "12 are red");
});
