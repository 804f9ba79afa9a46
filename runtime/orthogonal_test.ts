import assert from "node:assert/strict";
import { fillOrthogonal } from "./orthogonal.ts";

for (const [rows, columns] of [[1, 1], [7, 7], [5, 31], [31, 5], [1, 9], [9, 1]] as const) {
  Deno.test(`a matrix of ${rows} by ${columns} is orthogonal`, () => {
    const gain = 1.5;
    const fill = (seed: number) =>
      fillOrthogonal(new Float32Array(rows * columns), { seed, name: "W" }, {
        rows,
        columns,
        gain,
      });
    const W = fill(3);
    const at = (i: number, k: number) =>
      (rows <= columns ? W[i * columns + k] : W[k * columns + i]) ?? NaN;
    const [count, length] = [Math.min(rows, columns), Math.max(rows, columns)];
    for (let i = 0; i < count; i++) {
      for (let j = 0; j <= i; j++) {
        let product = 0;
        for (let k = 0; k < length; k++) product += at(i, k) * at(j, k);
        assert.ok(Math.abs(product - (i === j ? gain * gain : 0)) < 1e-6);
      }
    }
    assert.deepEqual(fill(3), W);
    if (rows * columns > 1) assert.notDeepEqual(fill(4), W);
  });
}
