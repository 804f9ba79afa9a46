import assert from "node:assert/strict";
import { heightsFor, OUTER_WIDTHS, tilesCost } from "./tiles.ts";

Deno.test("tiles cover an extent exactly, with low ones where few rows would be left over", () => {
  assert.deepEqual([1, 3, 5, 10, 14, 16, 28, 1000].map(heightsFor), [
    [1],
    [3],
    [5],
    [5],
    [5, 4],
    [4],
    [5, 3],
    [5],
  ]);
  for (let extent = 1; extent < 100; extent++) {
    const left = heightsFor(extent).reduce((rest, height) => rest % height, extent);
    assert.equal(left, 0, `${extent}`);
  }
});

Deno.test("rows or columns that fill no tile cost as much as a tile", () => {
  assert.equal(tilesCost([5], 5, OUTER_WIDTHS, 16), 20);
  // Two vectors, one, and two single columns.
  assert.equal(tilesCost([5], 5, OUTER_WIDTHS, 14), 34);
  assert.equal(tilesCost([5, 1], 16, OUTER_WIDTHS, 8), 38);
});
