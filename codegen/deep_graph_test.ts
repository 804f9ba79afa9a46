import assert from "node:assert/strict";
import {
  defineLayer,
  defineModel,
  dim,
  linear,
  product,
  softmaxCrossEntropy,
  tensor,
} from "../dsl/mod.ts";
import { defineOptimizer } from "../dsl/optimizer.ts";
import * as t from "../dsl/tensor.ts";
import { generateModule } from "./generate.ts";
import { compile } from "./pipeline.ts";
import { compare } from "./targets/wasm/reference_run.ts";
import { kernelDifference } from "./testing/run_kernels.ts";
import { seeded } from "./testing/random_values.ts";

const B = dim("B"), I = dim("I"), C = dim("C");

/** h ← tanh(h) · h, so that written out as a tree the expression doubles with each turn. */
function doubling(x: t.Tensor<readonly [typeof B, typeof I], "f32">, turns: number): typeof x {
  let h = x;
  for (let turn = 0; turn < turns; turn++) h = t.mul(t.tanh(h), h);
  return h;
}

Deno.test("a value that is used twice at each of thirty steps is compiled once for each", async () => {
  const layer = defineLayer({
    name: "doubling",
    inputs: { x: tensor(B, I) },
    forward: ({ x }) => doubling(x, 30),
  });
  assert.equal(kernelDifference(compile(layer), { B: 2, I: 3 }, seeded(1)), undefined);
  const files = await generateModule(layer, { runtime: "../runtime" });
  assert.ok(files.every((file) => file.content.length < 200_000));
});

Deno.test("a long expression is stored before it is summed", () => {
  const layer = defineLayer({
    name: "summed_doubling",
    inputs: { x: tensor(B, I) },
    forward: ({ x }) => t.sum(doubling(x, 12), { axis: 1 }),
  });
  const compilation = compile(layer);
  assert.equal(kernelDifference(compilation, { B: 2, I: 3 }, seeded(1)), undefined);
  assert.equal(compilation.module.programs[0]?.kernels.length, 2);
});

Deno.test("an optimizer may scale its updates by the norm of the gradient", () => {
  const clipped = defineOptimizer({
    name: "clipped",
    state: ["m", "v"],
    update: ({ w, g, m, v }) => {
      const square = t.sum(t.reshape(t.mul(g, g), [product(g.shape)]), { axis: 0 });
      const scale = t.div(1, t.maximum(t.sqrt(square), 0.01));
      const step = t.mul(g, scale);
      return {
        w: t.sub(w, t.mul(t.add(m, step), 0.1)),
        m: t.add(v, step),
        v: t.add(m, t.mul(step, 2)),
      };
    },
  });
  const compilation = compile(defineModel({
    name: "clipped_model",
    inputs: { x: tensor(B, 4), label: tensor(B).u32() },
    forward: ({ x }) => linear({ I: 4, O: 3 })(x),
    loss: softmaxCrossEntropy,
    optimizer: clipped,
  }));
  assert.equal(kernelDifference(compilation, { B: 5 }, seeded(2)), undefined);
  // The norm is one number; the update itself is spread over all weights.
  const step = compilation.module.programs.find((program) => program.name === "step");
  for (const kernel of step?.kernels ?? []) {
    const updates = kernel.tensors.some((tensor) =>
      tensor.name === "l1.W" && tensor.access !== "read"
    );
    assert.ok(!updates || kernel.parallel.length > 0, kernel.name);
  }
});

Deno.test("a number divided by zero is itself among whole numbers, in every form of a program", async () => {
  const layer = defineLayer({
    name: "quotient",
    inputs: { a: tensor(B, C).u32(), b: tensor(B, C).u32() },
    forward: ({ a, b }) => t.cast(t.div(a, t.sub(b, b)), "f32"),
  });
  const compilation = compile(layer);
  assert.equal(kernelDifference(compilation, { B: 2, C: 5 }, seeded(3)), undefined);
  await compare(compilation.module, { B: 2, C: 5 }, 0);
});
