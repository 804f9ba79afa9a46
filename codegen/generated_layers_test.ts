import assert from "node:assert/strict";
import { evaluateExtent } from "../dsl/dim.ts";
import { openWasm } from "../runtime/wasm/backend.ts";
import { interpretProgram } from "./kernel/interpret.ts";
import { compile } from "./pipeline.ts";
import {
  checkLayer,
  firstDifference,
  LAYER_CASES,
  leafValues,
  loaderOf,
  reference,
  withRandomSizes,
} from "./testing/generated_layers.ts";
import { seeded } from "./testing/random_values.ts";
import { SCALARS } from "./testing/run_kernels.ts";

for (const each of LAYER_CASES) {
  const { name } = each.declaration;

  Deno.test(`${name}: WebAssembly computes the declared values and gradients at every size`, async () => {
    const backend = await openWasm();
    for (const dims of withRandomSizes(each)) await checkLayer(loaderOf(backend), each, dims);
    await backend.dispose();
  });

  Deno.test(`${name}: the kernels mean what the declaration means`, () => {
    const { stages, module } = compile(each.declaration);
    for (const dims of withRandomSizes(each)) {
      const leaves = leafValues(stages, dims, seeded(3));
      for (const stage of stages) {
        const tensors = new Map(module.tensors.map((tensor) => {
          const shape = tensor.shape.map((extent) => evaluateExtent(extent, dims));
          const known = leaves.get(tensor.name)?.data;
          const data = known === undefined
            ? new Float64Array(shape.reduce((a, b) => a * b, 1)).fill(NaN)
            : Float64Array.from(known);
          return [tensor.name, { shape, data }];
        }));
        interpretProgram(stage.program, tensors, dims, SCALARS);
        for (const [result, wanted] of reference(stage, dims, leaves)) {
          const difference = firstDifference(tensors.get(result)?.data ?? [], wanted.data);
          assert.equal(difference, undefined, `${name}.${stage.source.name}: ${result}`);
        }
      }
    }
  });
}

Deno.test("an empty batch gives empty results and a weight gradient of zeros", async () => {
  const backend = await openWasm();
  const each = LAYER_CASES.find(({ declaration }) => declaration.name === "shared_linear");
  assert.ok(each);
  const loaded = await backend.load(each.module, { B: 4, K: 5, n: 2, O: 3 });
  loaded.write("gW", new Float32Array(15).fill(NaN));
  loaded.run("forward", { B: 0 });
  loaded.run("grad_w", { B: 0 });
  assert.deepEqual(await loaded.read("y", { B: 0 }), new Float32Array(0));
  assert.deepEqual(await loaded.read("gW"), new Float32Array(15));
  await backend.dispose();
});

Deno.test("the comparison of values notices a gradient that is too large by a thousandth", () => {
  const wanted = [1, -2, 0.5];
  assert.equal(firstDifference(wanted, wanted), undefined);
  assert.match(firstDifference(wanted.map((x) => 1.001 * x), wanted) ?? "", /element 0 is 1.001/);
  assert.match(firstDifference([1, NaN, 0.5], wanted) ?? "", /element 1 is NaN/);
});
