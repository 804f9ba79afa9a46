import assert from "node:assert/strict";
import { defineLayer, tensor } from "../../dsl/declare.ts";
import { dim } from "../../dsl/dim.ts";
import * as t from "../../dsl/tensor.ts";
import { printKernel } from "../kernel/print.ts";
import { compile } from "../pipeline.ts";
import { seeded } from "../testing/random_values.ts";
import { kernelDifference } from "../testing/run_kernels.ts";

const B = dim("B"), K = dim("K"), O = dim("O");

/** The sum of the only kernel of a layer's forward program. */
function sumOf(layer: Parameters<typeof compile>[0]): string | undefined {
  const [kernel] = compile(layer).module.programs[0]?.kernels ?? [];
  assert.ok(kernel);
  return printKernel(kernel).split("\n").find((line) => line.includes("acc = "))?.trim();
}

Deno.test("sums over neighbours in the memory of both operands are one", () => {
  const layer = defineLayer({
    name: "windows_last",
    inputs: { x: tensor(B, 8, K) },
    params: { W: tensor(O, 3, K) },
    forward: ({ x, W }) => t.einsum("btck,okc->bto", t.window(x, { axis: 1, size: 3 }), W),
  });
  assert.equal(
    sumOf(layer),
    "acc = sum j in 3·K: x[b, i + j div K, j mod K] * W[o, j div K, j mod K]",
  );
  for (const dims of [{ B: 2, K: 5, O: 3 }, { B: 1, K: 1, O: 1 }]) {
    assert.equal(kernelDifference(compile(layer), dims, seeded(1)), undefined);
  }
});

Deno.test("sums that one operand goes through in steps of another length stay apart", () => {
  const layer = defineLayer({
    name: "windows_with_gaps",
    inputs: { x: tensor(B, 8, K) },
    params: { W: tensor(O, 3, K) },
    forward: ({ x, W }) =>
      t.einsum("btck,okc->bto", t.window(x, { axis: 1, size: 3, dilation: 2 }), W),
  });
  assert.equal(sumOf(layer), "acc = sum k in K, j in 3: x[b, i + j·2, k] * W[o, j, k]");
});
