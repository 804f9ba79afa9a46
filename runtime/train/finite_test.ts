import assert from "node:assert/strict";
import { fillUniform } from "../random.ts";
import { firstNotFinite, notFiniteCount } from "./finite.ts";

/** All there are. */
const HALVES = Uint16Array.from({ length: 0x10000 }, (_, bits) => bits);
/** Every exponent with each sign, and fractions that are zero, small, large and full. */
const FLOATS = Uint32Array.from(
  [0, 1, 0x40_0000, 0x7f_ffff].flatMap((fraction) =>
    Array.from({ length: 512 }, (_, top) => (top << 23) | fraction)
  ),
);

for (
  const [name, every, expected] of [
    ["f16", new Float16Array(HALVES.buffer), 2 * 1024],
    ["f32", new Float32Array(FLOATS.buffer), 2 * 4],
  ] as const
) {
  Deno.test(`what is not finite among numbers of ${name} is found as JavaScript sees them`, () => {
    let count = 0;
    // Each alone, in the middle of an array that begins within its buffer.
    every.forEach((value, i) => {
      const isFinite = Number.isFinite(value);
      if (!isFinite) count++;
      const alone = every.slice(0, 4).fill(1);
      alone.set(every.subarray(i, i + 1), 2);
      assert.equal(firstNotFinite(alone.subarray(1)), isFinite ? undefined : 1, `${value}`);
    });
    assert.equal(count, expected);
    assert.equal(notFiniteCount(every), count);
    assert.equal(firstNotFinite(every), every.findIndex((value) => !Number.isFinite(value)));
  });
}

Deno.test("whole numbers and nothing are finite, whatever their bits", () => {
  const ones = [Uint32Array.of(0xffff_ffff), Int32Array.of(-1), Uint8Array.of(0xff)];
  for (const data of [...ones, new Float32Array(), new Float16Array()]) {
    assert.equal(firstNotFinite(data), undefined);
    assert.equal(notFiniteCount(data), 0);
  }
  assert.equal(
    firstNotFinite(fillUniform(new Float32Array(97), { seed: 1, name: "x" }, -1, 1)),
    undefined,
  );
});
