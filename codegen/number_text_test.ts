import assert from "node:assert/strict";
import { shortestFloat } from "./number_text.ts";

Deno.test("a number is written with the fewest digits that give the same f32", () => {
  assert.equal(shortestFloat(0.09999999999999998), "0.1");
  assert.equal(shortestFloat(Math.fround(0.1)), "0.1");
  assert.equal(shortestFloat(1 / 3), "0.33333333");
  assert.equal(shortestFloat(-0), "-0");
  assert.equal(shortestFloat(1e-45), "1e-45");
});

Deno.test("no number is written larger than the largest f32, even if it would round to it", () => {
  const largest = Math.fround(3.4028234663852886e38);
  for (const value of [largest, -largest, 3.4028235e38]) {
    const text = shortestFloat(value);
    assert.ok(Math.abs(Number(text)) <= largest, text);
    assert.equal(Math.fround(Number(text)), Math.fround(value));
  }
});
