import assert from "node:assert/strict";
import { wrap } from "./wrap.ts";

Deno.test("a line that can be read stays as it is", () => {
  for (const line of ["", "  x = y;", `  ${"f(a, b) + ".repeat(9)}0;`, ` * ${"a, ".repeat(99)}`]) {
    assert.deepEqual(wrap(line), [line]);
  }
});

Deno.test("a long line is broken outside of parentheses first, and then as late as it can be", () => {
  const name = "a_rather_long_name";
  const call = `f(${name}, ${name})`;
  assert.deepEqual(wrap(`  x[${name}] = ${call} + ${call} + ${call};`), [
    `  x[${name}] =`,
    `      ${call} + ${call} +`,
    `      ${call};`,
  ]);
  const many = Array.from({ length: 9 }, () => name).join(", ");
  const pieces = wrap(`  call(${many});`);
  assert.ok(pieces.every((piece) => piece.length <= 110));
  assert.equal(pieces.map((piece) => piece.trim()).join(" "), `call(${many});`);
  assert.deepEqual(pieces.slice(1).map((piece) => piece.search(/\S/)), [6]);
});

Deno.test("what has no place to be broken at stays whole", () => {
  const word = "x".repeat(200);
  assert.deepEqual(wrap(`  ${word};`), [`  ${word};`]);
});
