import assert from "node:assert/strict";
import { mnistOriginal, mnistShared } from "../../examples/mnist/spec.ts";
import {
  add,
  cast,
  defineModel,
  dim,
  greater,
  linear,
  mean,
  mul,
  sgd,
  tensor,
} from "../../dsl/mod.ts";
import type { Kernel } from "../kernel/kernel.ts";
import { printKernel } from "../kernel/print.ts";
import { compile } from "../pipeline.ts";
import { NETWORKS } from "../testing/convolution_cases.ts";
import {
  convolution,
  convolutionalModel,
  type Layout,
  LAYOUTS,
} from "../testing/convolutional_models.ts";
import { seeded } from "../testing/random_values.ts";
import { kernelDifference } from "../testing/run_kernels.ts";
import { layOut } from "./lay_out.ts";

const B = dim("B");

const digitsModel = (layout: Layout) =>
  convolutionalModel({
    name: "digits",
    layout,
    image: { channels: 1, height: 28, width: 28 },
    stages: [
      { channels: 16, size: 5, pad: 2, pool: 2 },
      { channels: 32, size: 5, pad: 2, pool: 2 },
    ],
    classes: 10,
  });
const digits = LAYOUTS.map(digitsModel);

const step = (model: Parameters<typeof compile>[0]): readonly Kernel[] =>
  compile(model).module.programs.find(({ name }) => name === "step")?.kernels ?? [];

/** What a kernel is told about its tensors, and its loops. */
const head = (kernel: Kernel | undefined): readonly string[] =>
  kernel === undefined ? [] : printKernel(kernel).split("\n").slice(0, 2);

Deno.test("a network's images lie as their readers like it, however they are declared", () => {
  // Channels first, the last layer reads samples that are side by side; channels last, features.
  for (const [i, last] of [B, 32].entries()) {
    const kernels = step(digits[i] ?? digitsModel("channelsFirst"));
    const stored = (name: string) =>
      kernels.flatMap(({ tensors }) => tensors).find((each) => each.name === name)?.shape.at(-1);
    const images = ["maximum", "max", "pad_2", "maximum_2", "max_2", "g_l1.y"];
    assert.deepEqual(images.map(stored), [16, 16, 16, last, last, 16]);
  }
});

Deno.test("weights are copied into the order in which a product reads them, before it does", () => {
  const [first] = digits;
  assert.ok(first);
  const kernels = step(first);
  const copy = kernels.findIndex(({ name }) => name === "l2_W_turned");
  assert.deepEqual(head(kernels[copy]), [
    "l2_W_turned(read l2.W[32, 16, 5, 5], write l2.W_turned[5, 5, 16, 32])",
    "  for i in 5, j in 5, k in 16, l in 32:",
  ]);
  const reader = kernels.findIndex(({ tensors }) =>
    tensors.some(({ name, access }) => name === "l2.W_turned" && access === "read")
  );
  const update = kernels.findIndex(({ name }) => name === "update_l2_W");
  assert.ok(copy < reader && reader < update);
});

Deno.test("a sum over images and their places goes along what lies side by side", () => {
  for (const [i, along] of [B, 14].entries()) {
    const schedule = step(digits[i] ?? digitsModel("channelsFirst"))
      .find(({ name }) => name === "update_l2_W")?.schedule;
    assert.ok(schedule?.frame === "contract");
    assert.deepEqual(schedule.k.extent, along);
  }
});

Deno.test("a plain network stays as it is", () => {
  for (const model of [mnistShared, mnistOriginal]) {
    const { module } = compile(model);
    assert.deepEqual(layOut(module, model.typical), module);
    assert.ok(module.tensors.every(({ name }) => !name.endsWith("_turned")));
  }
});

Deno.test("kernels compute what is declared, wherever their tensors lie", () => {
  const moved = (model: Parameters<typeof compile>[0]): boolean =>
    compile(model).module.tensors.some(({ name }) => name.endsWith("_turned"));
  assert.ok(NETWORKS.some(moved));
  for (const model of NETWORKS.slice(1, 3)) {
    assert.equal(kernelDifference(compile(model), { B: 2 }, seeded(3)), undefined, model.name);
  }
  const alone = convolution("alone", "channelsFirst", { channels: 3, height: 4, width: 5 }, {
    channels: 8,
    size: 3,
    pad: 1,
  });
  for (const B of [1, 3]) {
    assert.equal(kernelDifference(compile(alone), { B }, seeded(B)), undefined);
  }
});

Deno.test("an operand of a product that is also used after its sum is not copied", () => {
  const compilation = compile(defineModel({
    name: "residual",
    inputs: { x: tensor(B, 256) },
    forward: ({ x }) => add(cast(greater(x, mul(x, 2)), "f32"), linear({ O: 256 })(x)),
    loss: ({ logits }) => mean(logits, { axis: 1 }),
    optimizer: sgd(),
  }));
  assert.equal(kernelDifference(compilation, { B: 2 }, seeded(5)), undefined);
});
