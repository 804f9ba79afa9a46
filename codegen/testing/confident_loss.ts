/** The loss of a network that is sure of itself, right or wrong, on any backend. @module */
import assert from "node:assert/strict";
import { softmaxCrossEntropy } from "../../generated/softmax_cross_entropy/softmax_cross_entropy.ts";
import type { Backend } from "../../runtime/backend.ts";

/** Logits of [1000, 0, 0] have loss 0 for the first class and 1000 for the second, exactly. */
export async function checkConfidentLoss(backend: Backend): Promise<void> {
  const dims = { B: 4, C: 3 };
  const loaded = await backend.load(softmaxCrossEntropy, dims);
  const rows = [[1000, 0, 0], [1000, 0, 0], [-1000, 0, 1000], [0, 0, 0]];
  loaded.write("z", Float32Array.from(rows.flat()));
  loaded.write("label", Uint32Array.of(0, 1, 2, 1));
  loaded.write("gy", new Float32Array(4).fill(1));
  loaded.run("forward", { B: 4 });
  loaded.run("grad_z", { B: 4 });
  const losses = await loaded.read("y");
  assert.deepEqual([...losses.slice(0, 3)], [0, 1000, 0]);
  assert.ok(Math.abs((losses[3] ?? NaN) - Math.log(3)) < 1e-6);
  const gradient = [...await loaded.read("gz")];
  assert.deepEqual(gradient.slice(0, 9).map((x) => x + 0), [0, 0, 0, 1, -1, 0, 0, 0, 0]);
  for (let b = 0; b < dims.B; b++) {
    const row = gradient.slice(dims.C * b, dims.C * (b + 1));
    assert.ok(Math.abs(row.reduce((sum, x) => sum + x, 0)) < 1e-6, `row ${b}`);
  }
  loaded.dispose();
}
