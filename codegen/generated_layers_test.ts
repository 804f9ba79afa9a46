import assert from "node:assert/strict";
import { evaluateExtent } from "../dsl/dim.ts";
import { openWasm } from "../runtime/wasm/backend.ts";
import { interpret } from "./graph/interpret.ts";
import { interpretProgram } from "./kernel/interpret.ts";
import { compile } from "./pipeline.ts";
import {
  checkLayer,
  firstDifference,
  LAYER_CASES,
  loaderOf,
  withRandomSizes,
} from "./testing/generated_layers.ts";
import { leavesOf, randomLeaves, seeded } from "./testing/random_values.ts";

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
      for (const { source, program } of stages) {
        const roots = source.results.map((result) => result.node);
        const leaves = randomLeaves(leavesOf(roots), dims, seeded(3), {
          low: -1,
          high: 1,
          below: dims.C ?? 1,
        });
        const wanted = interpret(roots, { dims, leaves });
        const tensors = new Map(module.tensors.map((tensor) => {
          const shape = tensor.shape.map((extent) => evaluateExtent(extent, dims));
          const poisoned = new Float64Array(shape.reduce((a, b) => a * b, 1)).fill(NaN);
          return [tensor.name, leaves.get(tensor.name) ?? { shape, data: poisoned }];
        }));
        interpretProgram(program, tensors, dims, {});
        source.results.forEach((result, i) => {
          const got = tensors.get(result.name)?.data ?? [];
          const difference = firstDifference(got, wanted[i]?.data ?? []);
          assert.equal(difference, undefined, `${name}.${program.name}: ${result.name}`);
        });
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
