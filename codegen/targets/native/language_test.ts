import assert from "node:assert/strict";
import { atom } from "../../kernel/expression_text.ts";
import { conversion, Identifiers, literal, OPERATORS, quote, RESERVED } from "./language.ts";

const LEGAL = /^[A-Za-z_][A-Za-z0-9_]*$/;

/** What a name alone becomes. */
const identifier = (name: string): string => new Identifiers().of("tensor", name);

Deno.test("a word that the language or a text of ours keeps is given a number", () => {
  for (const word of RESERVED) assert.match(identifier(word), /_2$|_$/, word);
  for (const word of ["register", "float", "linux", "thread", "sums"]) {
    assert.ok(RESERVED.has(word));
  }
});

Deno.test("other names stay as they are, where they are legal", () => {
  const plain = ["x", "W", "gy", "fold_x", "h2", "Hq", "CIN", "clock", "expm1"];
  assert.deepEqual(plain.map(identifier), plain);
  for (const name of ["2x", "__x", "_", "σ", "a b", "tw_at"]) {
    assert.match(identifier(name), LEGAL);
    assert.ok(!/^_|^tw_/.test(identifier(name)), identifier(name));
  }
  assert.equal(identifier("l1.W"), "l1_W");
});

Deno.test("words of capitals are told from the macros of systems", () => {
  assert.deepEqual(["M_PI", "M_PIf", "VOCAB", "SEEK_SET", "TW_PANEL"].map(identifier), [
    "M_PI_",
    "M_PIf_",
    "VOCAB_",
    "SEEK_SET_",
    "TW_PANEL_",
  ]);
});

Deno.test("different things never share an identifier, and one thing keeps its own", () => {
  const ids = new Identifiers(["taken"]);
  const given = [
    ids.of("tensor", "x"),
    ids.of("dim", "x"),
    ids.of("tensor", "l1.y"),
    ids.of("tensor", "l1_y"),
    ids.fresh("taken"),
  ];
  assert.deepEqual(given, ["x", "x_2", "l1_y", "l1_y_2", "taken_2"]);
  assert.equal(ids.of("dim", "x"), "x_2");
});

Deno.test("numbers are as short as their 32 bits allow, and of their type", () => {
  const texts: readonly (readonly [number, string])[] = [
    [0, "0.0f"],
    [-0, "-0.0f"],
    [2, "2.0f"],
    [0.1, "0.1f"],
    [1 / 3, "0.33333333f"],
    [1e-45, "1e-45f"],
    [-3.4028234663852886e38, "-3.402823466e+38f"],
    [Infinity, "INFINITY"],
    [-Infinity, "-INFINITY"],
    [NaN, "NAN"],
  ];
  for (const [value, text] of texts) assert.equal(literal(value, "f32").text, text);
  assert.deepEqual([literal(7, "u32").text, literal(1, "bool").text], ["7u", "true"]);
  assert.deepEqual([-5, -(2 ** 31)].map((each) => literal(each, "i32").text), ["-5", "INT32_MIN"]);
});

Deno.test("operators of whole numbers are those that wrap around, and both sides of `and` are computed", () => {
  const [a, b] = ["a", "b"].map(atom);
  assert.ok(a && b);
  assert.equal(OPERATORS.div("f32")([a, b]).text, "a / b");
  assert.equal(OPERATORS.div("i32")([a, b]).text, "tw_quotient_i32(a, b)");
  assert.equal(OPERATORS.maximum("u32")([a, b]).text, "tw_maximum_u32(a, b)");
  const both = OPERATORS.and("bool")([
    OPERATORS.greater("f32")([a, b]),
    OPERATORS.not("bool")([b]),
  ]);
  assert.equal(both.text, "(a > b) & !b");
  assert.equal(OPERATORS.select("f32")([both, a, b]).text, "((a > b) & !b) ? a : b");
});

Deno.test("numbers are converted where C leaves open what becomes of those that do not fit", () => {
  const x = atom("x");
  assert.equal(conversion("f32", "i32")([x]).text, "tw_to_i32(x)");
  assert.equal(conversion("f32", "u32")([x]).text, "tw_to_u32(x)");
  assert.equal(conversion("u32", "f32")([x]).text, "(float)x");
  assert.equal(conversion("f32", "bool")([x]).text, "x != 0");
  assert.equal(conversion("i32", "i32")([x]).text, "x");
});

Deno.test("names in messages are whole, whatever stands in them", () => {
  assert.equal(quote(`a"b\\c??/`), `"a\\"b\\\\c?\\?/"`);
});
