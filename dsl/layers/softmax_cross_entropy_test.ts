import assert from "node:assert/strict";
import { gradients } from "../../codegen/autodiff/gradient.ts";
import { interpret, type Value } from "../../codegen/graph/interpret.ts";
import { full } from "../../codegen/graph/build.ts";
import { softmaxCrossEntropy } from "./softmax_cross_entropy.ts";

const C = 3;
const [z] = softmaxCrossEntropy.inputs;
const loss = softmaxCrossEntropy.output;

/** The losses of some rows of logits, and the gradient of their sum. */
function evaluate(rows: readonly number[][], labels: readonly number[]): readonly Value[] {
  assert.ok(z !== undefined);
  const [gz = z] = gradients(loss, full(1, loss.shape), [z]).gradients;
  return interpret([loss, gz], {
    dims: { B: rows.length, C },
    leaves: new Map<string, Value>([
      ["z", { shape: [rows.length, C], data: Float64Array.from(rows.flat()) }],
      ["label", { shape: [rows.length], data: Float64Array.from(labels) }],
    ]),
  });
}

Deno.test("a confident network has exact losses and finite gradients, right or wrong", () => {
  const [losses, gradient] = evaluate([[1000, 0, 0], [1000, 0, 0]], [0, 1]);
  assert.deepEqual(losses?.data, Float64Array.of(0, 1000));
  assert.deepEqual(gradient?.data, Float64Array.of(0, 0, 0, 1, -1, 0));
});

Deno.test("the gradient is softmax minus one at the label, and sums to 0 over each row", () => {
  const rows = [[0.5, -2, 3], [1e4, 1e4, -1e4], [0, 0, 0], [-1000, -1000.5, -999]];
  const labels = [2, 1, 0, 1];
  const [, gradient] = evaluate(rows, labels);
  rows.forEach((row, b) => {
    const largest = Math.max(...row);
    const exps = row.map((x) => Math.exp(x - largest));
    const sum = exps.reduce((total, x) => total + x, 0);
    const got = row.map((_, c) => gradient?.data[b * C + c] ?? NaN);
    exps.forEach((x, c) => {
      const wanted = x / sum - Number(c === labels[b]);
      assert.ok(Math.abs((got[c] ?? NaN) - wanted) < 1e-15);
    });
    assert.ok(Math.abs(got.reduce((total, x) => total + x, 0)) < 1e-15);
  });
});
