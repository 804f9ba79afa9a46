import assert from "node:assert/strict";
import { identifier, Identifiers, literal, OPERATORS, RESERVED } from "./language.ts";
import { atom } from "../../kernel/expression_text.ts";

const LEGAL = /^[A-Za-z_][A-Za-z0-9_]*$/;

Deno.test("a word that the language or a text of ours keeps gets an underscore", () => {
  for (const word of RESERVED) {
    assert.equal(identifier(word), `${word}_`);
    assert.ok(!RESERVED.has(identifier(word)), word);
  }
  const samples = ["target", "filter", "final", "module", "self", "struct", "loop", "array", "exp"];
  for (const word of samples) assert.ok(RESERVED.has(word), word);
});

Deno.test("other names stay as they are, where they are legal", () => {
  assert.deepEqual(["x", "W", "gy", "fold_x", "h2"].map(identifier), [
    "x",
    "W",
    "gy",
    "fold_x",
    "h2",
  ]);
  for (const name of ["l1.W", "2x", "__x", "_", "σ", "a b", "left_0", "sum_1_2", "m_3"]) {
    const text = identifier(name);
    assert.notEqual(text, name);
    assert.match(text, LEGAL);
    assert.ok(!text.startsWith("__") && text !== "_");
  }
});

Deno.test("different things never share an identifier, and one thing keeps its own", () => {
  const ids = new Identifiers();
  const given = [
    ids.of("tensor", "x"),
    ids.of("dim", "x"),
    ids.of("local", "x"),
    ids.of("tensor", "l1.y"),
    ids.of("tensor", "l1_y"),
  ];
  assert.deepEqual(given, ["x", "x_2", "x_3", "l1_y", "l1_y_2"]);
  assert.equal(ids.of("dim", "x"), "x_2");
});

Deno.test("numbers are as short as their 32 bits allow, and have a point or an exponent", () => {
  const texts: readonly (readonly [number, string])[] = [
    [0, "0.0"],
    [-0, "-0.0"],
    [2, "2.0"],
    [-1, "-1.0"],
    [0.1, "0.1"],
    [1 / 3, "0.33333333"],
    [1e-8, "1e-8"],
    [1e-45, "1e-45"],
    [1e21, "1e+21"],
    [-3.4028234663852886e38, "-3.402823466e+38"],
  ];
  for (const [value, text] of texts) {
    assert.equal(literal(value, "f32").text, text);
    assert.equal(Math.fround(Number(text)), Math.fround(value));
  }
  assert.equal(literal(7, "u32").text, "7u");
  assert.equal(literal(1, "bool").text, "true");
  assert.equal(literal(0, "bool").text, "false");
});

Deno.test("bools are joined by signs that vectors know too, in parentheses where grammar asks for them", () => {
  const [a, b] = ["a", "b"].map(atom);
  assert.ok(a && b);
  const both = OPERATORS.and([OPERATORS.greaterEqual([a, b]), OPERATORS.not([b])]);
  assert.equal(both.text, "(a >= b) & !b");
  assert.equal(OPERATORS.not([OPERATORS.or([both, a])]).text, "!(((a >= b) & !b) | a)");
});

Deno.test("a choice has its condition last and the value for false first", () => {
  const [condition, yes, no] = ["c", "yes", "no"].map(atom);
  assert.ok(condition && yes && no);
  assert.equal(OPERATORS.select([condition, yes, no]).text, "select(no, yes, c)");
});
