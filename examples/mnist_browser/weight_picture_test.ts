import assert from "node:assert/strict";
import { pictureGrid, scaleOf } from "./weight_picture.ts";

const PALETTE = { least: [0, 0, 200], zero: [100, 100, 100], most: [200, 0, 0] } as const;

Deno.test("pictures lie row by row, and what is between them is invisible", () => {
  const values = Float32Array.from({ length: 5 * 4 }, (_, at) => Math.floor(at / 4) - 2);
  const { width, height, pixels } = pictureGrid(values, { side: 2, columns: 3, gap: 1 }, PALETTE);
  assert.deepEqual([width, height], [8, 5]);
  const at = (
    x: number,
    y: number,
  ) => [...pixels.subarray(4 * (y * width + x), 4 * (y * width + x) + 4)];
  assert.deepEqual(at(0, 0), [0, 0, 200, 255]);
  assert.deepEqual(at(2, 0), [0, 0, 0, 0], "a gap");
  assert.deepEqual(at(3, 1), [50, 50, 150, 255]);
  assert.deepEqual(at(6, 0), [100, 100, 100, 255]);
  assert.deepEqual(at(1, 4), [150, 50, 50, 255]);
  assert.deepEqual(at(4, 3), [200, 0, 0, 255]);
  assert.deepEqual(at(7, 4), [0, 0, 0, 0], "no sixth picture");
});

Deno.test("a few large numbers do not make the others pale", () => {
  const values = Float32Array.from({ length: 1000 }, (_, at) => at === 7 ? -100 : at % 2);
  assert.equal(scaleOf(values), 1);
  assert.equal(scaleOf(new Float32Array(9)), 1, "nothing is no colour, and no division by 0");
});
