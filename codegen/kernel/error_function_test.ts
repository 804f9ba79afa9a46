import assert from "node:assert/strict";
import { erf } from "./error_function.ts";

/** erf x as C's library gives it, to all digits of a float64. */
const KNOWN: readonly (readonly [number, number])[] = [
  [1e-10, 1.1283791670955126e-10],
  [0.1, 0.1124629160182849],
  [0.5, 0.5204998778130465],
  [1, 0.8427007929497149],
  [1.5, 0.9661051464753108],
  [2, 0.9953222650189527],
  [2.5, 0.999593047982555],
  [3, 0.9999779095030014],
  [4, 0.9999999845827421],
  [5, 0.9999999999984626],
];

Deno.test("erf has the known digits, and is odd", () => {
  for (const [x, wanted] of KNOWN) {
    assert.ok(
      Math.abs(erf(x) - wanted) <= 2e-16 * Math.max(1, wanted / 0.5),
      `erf ${x}: ${erf(x)}`,
    );
    assert.equal(erf(-x), -erf(x));
  }
  assert.equal(erf(0), 0);
});

Deno.test("the slope of erf is 2/√π · e^(−x²) on both sides of the seam of its two forms", () => {
  for (const x of [0.25, 1, 1.75, 1.999, 2.001, 2.25, 3]) {
    const h = 1e-4;
    const slope = (8 * (erf(x + h) - erf(x - h)) - (erf(x + 2 * h) - erf(x - 2 * h))) / (12 * h);
    assert.ok(Math.abs(slope - 2 / Math.sqrt(Math.PI) * Math.exp(-x * x)) < 1e-11, `at ${x}`);
  }
  assert.ok(Math.abs(erf(2 - 1e-15) - erf(2 + 1e-15)) < 1e-15);
});

Deno.test("far from 0 erf is 1 or -1, and of no number it is none", () => {
  for (const x of [6, 10, 1e300, Infinity]) {
    assert.equal(erf(x), 1);
    assert.equal(erf(-x), -1);
  }
  assert.ok(Number.isNaN(erf(NaN)));
});
