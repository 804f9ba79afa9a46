import assert from "node:assert/strict";
import { accuracy, linear, softmaxCrossEntropy } from "../dsl/layers/mod.ts";
import { defineModel, dim, sgd, tensor } from "../dsl/mod.ts";
import { openWasm } from "../runtime/wasm/backend.ts";
import { printGraph } from "./graph/print.ts";
import { evaluateHost } from "./kernel/host_expr.ts";
import { printKernel } from "./kernel/print.ts";
import { compile } from "./pipeline.ts";
import { checkDraws, drawingModel, DRAWN_SIZES } from "./testing/drawn_batch.ts";

const B = dim("B");

Deno.test("drawing is gathering: by the order from a place on, and then the rows of a table", () => {
  const [draw] = compile(drawingModel(28, 28, 255)).stages;
  assert.ok(draw !== undefined);
  assert.equal(
    printGraph(draw.source),
    `\
t1[B] = iota(B)
t2[B] = t1 + start
t3[B] = gather(order, t2)
t4[B, 28, 28] = gather(x_data, t3)
t5[B, 28, 28] = cast(t4, f32)
t6[B, 28, 28] = t5 / 255
t7[B] = gather(label_data, t3)
update x <- t6
update label <- t7`,
  );
  assert.deepEqual(draw.program.kernels.map(printKernel), [
    `draw_x(read order[samples], read x_data[samples, 28, 28], write x[B, 28, 28])
  for b in B, i in 28, j in 28:
    x[b, i, j] = f32(x_data[order[b + start], i, j]) / 255
  schedule: map, workgroup 64`,
    `draw_label(read order[samples], read label_data[samples], write label[B])
  for b in B:
    label[b] = label_data[order[b + start]]
  schedule: map, workgroup 64`,
  ]);
});

Deno.test("tables are inputs of bytes, and what is drawn stays an input of the other programs", () => {
  const { module } = compile(drawingModel(2, 3, 255));
  assert.deepEqual(module.programs.map(({ name }) => name), [
    "draw",
    "predict",
    "evaluate",
    "step",
  ]);
  assert.deepEqual([module.fixedDims, module.callDims], [["samples"], ["B"]]);
  const inputs = module.tensors.filter(({ kind }) => kind === "input");
  assert.deepEqual(inputs.map(({ name, dtype }) => [name, dtype]), [
    ["x", "f32"],
    ["label", "u32"],
    ["x_data", "u8"],
    ["order", "u32"],
    ["label_data", "u8"],
  ]);
  const [draw, , , step] = module.programs;
  assert.deepEqual([draw?.inputs, draw?.updates, draw?.scalars], [
    ["x_data", "order", "label_data"],
    ["x", "label"],
    ["start"],
  ]);
  assert.deepEqual(draw?.uniforms.map(({ name, type }) => [name, type]), [
    ["B", "u32"],
    ["start", "u32"],
  ]);
  assert.deepEqual(step?.inputs, ["x", "label"]);
  const most = draw?.limits?.get("start");
  assert.ok(most !== undefined);
  assert.equal(evaluateHost(most, { samples: 70, B: 8 }, {}), 62);
});

Deno.test("an input that says so is sparse in the plan, and no other tensor is", () => {
  const model = defineModel({
    name: "sparse",
    inputs: { x: tensor(B, 4).sparse(), label: tensor(B).u32() },
    forward: ({ x }) => linear({ O: 3 })(x),
    loss: softmaxCrossEntropy,
    metrics: { accuracy },
    optimizer: sgd(),
  });
  const { module } = compile(model);
  assert.deepEqual(module.tensors.filter(({ sparse }) => sparse).map(({ name }) => name), ["x"]);
  // Nothing is drawn from bytes: there is no program that draws.
  assert.deepEqual(module.programs.map(({ name }) => name), ["predict", "evaluate", "step"]);
});

for (const sizes of DRAWN_SIZES) {
  Deno.test(`WebAssembly draws the rows of the order, to the last bit, for ${sizes}`, async () => {
    const backend = await openWasm();
    await checkDraws(backend, sizes);
    await backend.dispose();
  });
}

Deno.test("WebAssembly divides bytes by any number as the nearest f32", async () => {
  const backend = await openWasm();
  for (const divisor of [1, 3, 0.1, 256]) {
    await checkDraws(backend, [16, 4, 5, 16], { divisor });
  }
  await backend.dispose();
});
