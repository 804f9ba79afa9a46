import assert from "node:assert/strict";
import { gpuTest } from "../runtime/testing/gpu_access.ts";
import { checkLayer, LAYER_CASES, withRandomSizes } from "./testing/generated_layers.ts";

for (const each of LAYER_CASES) {
  const { name } = each.declaration;
  for (const plain of [false, true]) {
    const kernels = plain ? "the plain twins compute" : "WGSL computes";
    gpuTest(
      `${name}: ${kernels} the declared values and gradients at every size`,
      async ({ backend }) => {
        for (const dims of withRandomSizes(each)) {
          await checkLayer((module, sizes) => backend.load(module, sizes, { plain }), each, dims);
        }
      },
    );
  }
}

gpuTest(
  "an empty batch gives empty results and a weight gradient of zeros",
  async ({ backend }) => {
    const each = LAYER_CASES.find(({ declaration }) => declaration.name === "shared_linear");
    assert.ok(each);
    const loaded = await backend.load(each.module, { B: 4, K: 5, n: 2, O: 3 });
    loaded.write("gW", new Float32Array(15).fill(NaN));
    loaded.run("forward", { B: 0 });
    loaded.run("grad_w", { B: 0 });
    assert.deepEqual(await loaded.read("y", { B: 0 }), new Float32Array(0));
    assert.deepEqual(await loaded.read("gW"), new Float32Array(15));
  },
);
