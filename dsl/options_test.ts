import assert from "node:assert/strict";
import { defineLayer, tensor } from "./declare.ts";
import { dim } from "./dim.ts";
import { accuracy, relu, softmaxCrossEntropy } from "./layers/mod.ts";
import { defineModel } from "./model.ts";
import { defineOptimizer } from "./optimizer.ts";
import { adam } from "./optimizers/adam.ts";
import { exp, type Tensor } from "./tensor.ts";

const B = dim("B");
type X = { readonly x: Tensor<readonly [typeof B], "f32"> };

/** Each attempt fails with its message, which names the declaration. */
function assertRefused(attempts: readonly (readonly [() => unknown, string])[]): void {
  for (const [attempt, message] of attempts) {
    assert.throws(attempt, { name: "DeclarationError", message });
  }
}

Deno.test("an option that a layer does not have, lacks, or has of a wrong kind is named", () => {
  const layer = { name: "foo", inputs: { x: tensor(B) }, forward: ({ x }: X) => exp(x) };
  const { forward: _, ...bare } = layer;
  assert.ok(defineLayer(layer));
  assertRefused([
    [
      // @ts-expect-error misspelt
      () => defineLayer({ ...bare, foward: layer.forward }),
      'Cannot declare layer "foo": it has no option "foward"; its options are ' +
      "name, doc, inputs, params, state, forward, update, backward, unverified, typical",
    ],
    [
      // @ts-expect-error missing
      () => defineLayer(bare),
      'Cannot declare layer "foo": "forward" is missing; ' +
      "it is a function, such as ({ x }) => exp(x)",
    ],
    [
      // @ts-expect-error missing
      () => defineLayer({ inputs: layer.inputs, forward: layer.forward }),
      'Cannot declare a layer: "name" is missing; it is a text, such as "my_layer"',
    ],
    [
      // @ts-expect-error a shape is not yet a tensor
      () => defineLayer({ ...layer, inputs: { x: [B] } }),
      'Cannot declare layer "foo": "inputs" is { x: […] }; ' +
      "it must be tensors by name, such as { x: tensor(B, I) }",
    ],
    [
      () => defineLayer({ ...layer, typical: { B: 1.5 } }),
      'Cannot declare layer "foo": "typical" is { B: 1.5 }; ' +
      "it must be whole numbers by the names of dims, such as { B: 100 }",
    ],
    [
      // @ts-expect-error no options at all
      () => defineLayer(),
      "Cannot declare a layer from undefined: wanted its options, " +
      "{ name, doc, inputs, params, state, forward, update, backward, unverified, typical }",
    ],
  ]);
});

Deno.test("a model's loss, metrics and optimizer are what they must be", () => {
  const model = {
    name: "m",
    inputs: { z: tensor(B, 3), label: tensor(B).u32() },
    forward: ({ z }: { readonly z: Tensor }) => z,
    loss: softmaxCrossEntropy,
    metrics: { accuracy },
    optimizer: adam(),
  };
  const { loss: _, ...lossless } = model;
  const { optimizer: __, ...fixed } = model;
  assert.ok(defineModel(model));
  assert.ok(defineModel({ ...model, loss: softmaxCrossEntropy(), metrics: { a: accuracy() } }));
  assertRefused([
    [
      // @ts-expect-error adam is a function that makes one
      () => defineModel({ ...model, optimizer: adam }),
      'Cannot declare model "m": "optimizer" is the function "adam"; ' +
      "it must be an optimizer, such as adam()",
    ],
    [
      // @ts-expect-error a loss is no text
      () => defineModel({ ...model, loss: "cross entropy" }),
      'Cannot declare model "m": "loss" is "cross entropy"; it must be a layer, such as ' +
      "softmaxCrossEntropy, or a function of tensors by name",
    ],
    [
      // @ts-expect-error a metric is no number
      () => defineModel({ ...model, metrics: { accuracy: 1 } }),
      'Cannot declare model "m": "metrics" is { accuracy: 1 }; ' +
      "it must be layers or functions by name, such as { accuracy }",
    ],
    [
      // @ts-expect-error missing
      () => defineModel(lossless),
      'Cannot declare model "m": "loss" is missing; it is a layer, such as softmaxCrossEntropy, ' +
      "or a function of tensors by name",
    ],
    [
      // @ts-expect-error missing
      () => defineModel(fixed),
      'Cannot declare model "m": "optimizer" is missing; it is an optimizer, such as adam()',
    ],
  ]);
});

Deno.test("an optimizer's state is a list of names", () => {
  assertRefused([
    [
      // @ts-expect-error one name is not a list
      () => defineOptimizer({ name: "o", state: "m", update: ({ w, m }) => ({ w, m }) }),
      'Cannot declare optimizer "o": "state" is "m"; ' +
      'it must be a list of names, such as ["m", "v"]',
    ],
  ]);
});

Deno.test("a layer and what it gives are not confused with tensors", () => {
  assertRefused([
    [
      // @ts-expect-error a layer in use is no tensor
      () => exp(relu()),
      'Cannot apply exp to the function "relu": operands are tensors; ' +
      "call it, and pass on the tensor that it gives",
    ],
    [
      // @ts-expect-error a layer is no tensor
      () => exp(relu),
      'Cannot apply exp to the layer "relu": operands are tensors; ' +
      "call it, and pass on the tensor that it gives",
    ],
  ]);
});
