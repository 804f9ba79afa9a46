/** Models that store activations as f16: which tensors these are, and what WebAssembly computes with them. */
import assert from "node:assert/strict";
import * as t from "../dsl/mod.ts";
import { accuracy, linear, relu, sharedLinear, softmaxCrossEntropy } from "../dsl/layers/mod.ts";
import { layerNorm } from "../dsl/layers/normalisation.ts";
import { compile } from "./pipeline.ts";
import { compare } from "./targets/wasm/reference_run.ts";

const B = t.dim("B");

const half = (units: number, features: number, storage: "f32" | "f16" = "f16") =>
  t.defineModel({
    name: "half",
    inputs: { x: t.tensor(B, features), label: t.tensor(B).u32() },
    forward: ({ x }) => {
      const h = relu()(linear({ O: 2 * units })(x));
      const shared = relu()(sharedLinear({ K: units, n: 2, O: 6 })(h));
      return linear({ O: 3 })(layerNorm({ N: 6 })(shared));
    },
    loss: softmaxCrossEntropy,
    metrics: { accuracy },
    optimizer: t.clipGlobalNorm(t.sgd({ rate: 0.1 }), 5),
    storage,
  });

for (const [units, features] of [[4, 12], [5, 7], [16, 20], [3, 1]] as const) {
  Deno.test(`half ${units} ${features}`, async () => {
    const { module } = compile(half(units, features));
    for (const program of module.programs) {
      for (const B of [1, 3, 8, 13]) {
        await compare({ ...module, programs: [program] }, { B }, 4e-3, { scalars: { step: 1 } });
      }
    }
  });
}
