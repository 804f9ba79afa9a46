import assert from "node:assert/strict";
import { Identifiers, quote } from "./identifiers.ts";

Deno.test("identifiers are legal and unique", () => {
  const identifiers = new Identifiers();
  const names = ["l1.W", "n·K", "a b", "a_b", "a_b", "a_b_2"];
  assert.deepEqual(
    names.map((name) => identifiers.fresh(name)),
    ["$l1.W", "$n_x_K", "$a_b", "$a_b_2", "$a_b_3", "$a_b_2_2"],
  );
});

Deno.test("string literals escape quotes, backslashes and other bytes", () => {
  assert.equal(quote("l1.W"), '"l1.W"');
  assert.equal(quote('a"\\·'), '"a\\22\\5c\\c2\\b7"');
});
