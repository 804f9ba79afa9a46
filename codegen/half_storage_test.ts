/** Models that store activations as f16. */
import assert from "node:assert/strict";
import { withFreshModule } from "../explain/temporary_module.ts";
import { openWasm } from "../runtime/wasm/backend.ts";
import { showShape } from "../dsl/dim.ts";
import { mnistShared, mnistSharedF16 } from "../examples/mnist/spec.ts";
import { compile } from "./pipeline.ts";
import { checkHalf, HALF_CASES, halfModel } from "./testing/half_models.ts";

const { module } = compile(halfModel(4, 12, true));
const inBits = (dtype: string) =>
  module.tensors.filter((tensor) => tensor.dtype === dtype).map(({ name }) => name);

Deno.test("activations and their gradients lie in 16 bits", () => {
  const half = inBits("f16");
  for (const name of ["relu1", "relu2", "l3.y", "l4.y", "g_l1.y", "g_l4.y"]) {
    assert.ok(half.includes(name), `${name} of ${half}`);
  }
  for (const name of half) {
    const tensor = module.tensors.find((each) => each.name === name);
    assert.equal(tensor?.kind, "temporary");
    assert.ok(showShape(tensor.shape).includes("B"), name);
  }
});

Deno.test("parameters, their gradients, statistics and what a caller sees stay in 32 bits", () => {
  const whole = inBits("f32");
  const others = module.tensors.filter(({ kind, dtype }) =>
    kind !== "temporary" && dtype !== "u32"
  );
  for (const { name } of others) assert.ok(whole.includes(name), name);
  // Gradients that wait for their norm, means and deviations of rows, and sums over slices.
  for (const name of ["g_l1.W", "g_l2.W", "loss", "fold_relu1"]) {
    assert.ok(whole.includes(name), `${name} of ${whole}`);
  }
  assert.ok(compile(mnistShared).module.tensors.every(({ dtype }) => dtype !== "f16"));
});

Deno.test("activations and their gradients take half the memory", () => {
  const bytes = (model: typeof mnistShared, size: number) =>
    compile(model).module.tensors.filter(({ kind, name }) =>
      kind === "temporary" && /relu|g_/.test(name)
    ).reduce((sum, { dtype }) => sum + (dtype === "f16" ? 2 : size), 0);
  assert.ok(bytes(mnistSharedF16, 4) < 0.65 * bytes(mnistShared, 4));
});

for (const [at, [model, batches]] of HALF_CASES.entries()) {
  Deno.test(`WebAssembly computes what the kernels of model ${at + 1} do, on one thread and two`, async () => {
    const backends = [await openWasm({ threads: 1 }), await openWasm({ threads: 2 })];
    try {
      await withFreshModule(model, async (module) => {
        for (const batch of batches) {
          for (const backend of backends) {
            await checkHalf(model, module, batch, (spec, dims) => backend.load(spec, dims));
          }
        }
      });
    } finally {
      for (const backend of backends) await backend.dispose();
    }
  });
}
