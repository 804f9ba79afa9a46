import assert from "node:assert/strict";
import { add, block, comment, f32, form, get, i32, mul } from "./wat.ts";
import { printWat } from "./wat_print.ts";

const X = { id: "$x", type: "i32" } as const;

Deno.test("forms stand on one line where they fit, else one item a line", () => {
  const deep = Array.from({ length: 8 }).reduce<ReturnType<typeof get>>(
    (inner) => form("i32.rem_u", inner, i32(1000)),
    get(X),
  );
  const lines = printWat([comment("A sample."), block("func $f", [form("drop", deep)])]).split(
    "\n",
  );
  assert.equal(lines[0], ";; A sample.");
  assert.equal(lines[1], "(func $f");
  assert.equal(lines[2], "  (drop");
  assert.ok(lines.every((line) => line.length <= 100));
});

Deno.test("sums and products of constants are computed, neutral elements dropped", () => {
  const print = (node: ReturnType<typeof i32>) => printWat([node]).trim();
  assert.equal(print(add(i32(2), mul(i32(3), i32(4)))), "(i32.const 14)");
  assert.equal(print(add(get(X), i32(0))), "(local.get $x)");
  assert.equal(print(mul(i32(1), get(X))), "(local.get $x)");
  assert.equal(print(mul(get(X), i32(0))), "(i32.const 0)");
  assert.equal(print(f32(-Infinity)), "(f32.const -inf)");
  assert.equal(print(f32(1e-8)), "(f32.const 1e-8)");
});
