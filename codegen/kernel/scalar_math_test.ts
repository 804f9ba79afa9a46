import assert from "node:assert/strict";
import { applyTyped } from "./scalar_math.ts";

Deno.test("whole numbers of 32 bits wrap around, and division cuts off and survives 0", () => {
  const i32 = (op: "add" | "mul" | "div" | "neg" | "abs", ...args: number[]) =>
    applyTyped(op, args, "i32", "i32");
  assert.equal(i32("add", 2 ** 31 - 1, 1), -(2 ** 31));
  assert.equal(i32("mul", 65537, 65537), 131073);
  assert.deepEqual([i32("div", -7, 2), i32("div", 7, -2), i32("div", -7, 0)], [-3, -3, -7]);
  assert.equal(i32("div", -(2 ** 31), -1), -(2 ** 31));
  assert.deepEqual([i32("neg", 5), i32("abs", -5), i32("abs", -(2 ** 31))], [-5, 5, -(2 ** 31)]);
  assert.equal(applyTyped("div", [7, 0], "u32", "u32"), 7);
});

Deno.test("conversions from floats are cut off at the ends, those between whole numbers keep bits", () => {
  const to = (type: "i32" | "u32", from: "f32" | "i32" | "u32", value: number) =>
    applyTyped("cast", [value], type, from);
  assert.deepEqual([1e10, -1e10, NaN, -1.9].map((x) => to("i32", "f32", x)), [
    2 ** 31 - 1,
    -(2 ** 31),
    0,
    -1,
  ]);
  assert.deepEqual([1e10, -1e10, NaN, 1.9].map((x) => to("u32", "f32", x)), [2 ** 32 - 1, 0, 0, 1]);
  assert.equal(to("u32", "i32", -1), 2 ** 32 - 1);
  assert.equal(to("i32", "u32", 2 ** 32 - 2), -2);
});
