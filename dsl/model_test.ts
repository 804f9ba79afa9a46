import assert from "node:assert/strict";
import { defineLayer, tensor } from "./declare.ts";
import { dim, type Shape, showShape } from "./dim.ts";
import { accuracy, linear, relu, sharedLinear, softmaxCrossEntropy } from "./layers/mod.ts";
import { defineModel, sequential } from "./model.ts";
import type { Node } from "./ops.ts";
import { sgd } from "./optimizers/sgd.ts";
import { add, type Tensor } from "./tensor.ts";

const B = dim("B");

/** Declares a classifier of 12 numbers into 3 classes around a forward function. */
const classifier = (forward: (x: Tensor<Shape, "f32">) => Tensor) =>
  defineModel({
    name: "classifier",
    inputs: { x: tensor(B, 12), label: tensor(B).u32() },
    forward: ({ x }) => forward(x),
    loss: softmaxCrossEntropy,
    metrics: { accuracy },
    optimizer: sgd(),
  });

const described = (leaves: readonly Node[]) =>
  leaves.map((leaf) => (leaf.op === "input" ? leaf.attrs.name : "?") + showShape(leaf.shape));

Deno.test("parameters are named by the path of their layer, in order of first use", () => {
  const model = classifier((x) =>
    sequential(x, [
      linear({ O: 8 }),
      relu(),
      sharedLinear({ n: 2, O: 6 }),
      relu(),
      linear({ O: 3 }),
    ])
  );
  assert.deepEqual(described(model.params), [
    "l1.W[8, 12]",
    "l1.b[8]",
    "l2.W[6, 4]",
    "l3.W[3, 6]",
    "l3.b[3]",
  ]);
  assert.equal(showShape(model.prediction.shape), "[B, 3]");
  assert.equal(showShape(model.loss.shape), "[B]");
  assert.deepEqual([...model.metrics.keys()], ["accuracy"]);
  assert.deepEqual(described(model.inputs), ["x[B, 12]", "label[B]"]);
  assert.ok([...model.names.values()].includes("l2.y"));
});

Deno.test("a layer that is used twice shares its parameters; two layers do not", () => {
  const shared = linear({ I: 12, O: 12 });
  const once = classifier((x) => linear({ O: 3 })(shared(shared(x))));
  assert.deepEqual(described(once.params), ["l1.W[12, 12]", "l1.b[12]", "l2.W[3, 12]", "l2.b[3]"]);
  const twice = classifier((x) =>
    sequential(x, [linear({ O: 12 }), linear({ O: 12 }), linear({ O: 3 })])
  );
  assert.equal(twice.params.length, 6);
});

Deno.test("a model is a function of tensors: a residual connection is a sum", () => {
  const model = classifier((x) => linear({ O: 3 })(add(x, relu()(x))));
  assert.equal(model.params.length, 2);
});

Deno.test("uses that would need parameters of two shapes cannot share them", () => {
  const shared = linear({ O: 3 });
  assert.throws(() => classifier((x) => shared(shared(x))), {
    name: "DeclarationError",
    message: "In linear: Cannot share l1.W[3, 12] with a use that needs l1.W[3, 3]: the operands " +
      "of all uses of one layer must have the same shape but for the batch",
  });
});

Deno.test("a loss is one number per sample", () => {
  const logits = defineLayer({
    name: "logits",
    inputs: { z: tensor(B, dim("C")), label: tensor(B).u32() },
    forward: ({ z }) => z,
  });
  assert.throws(
    () =>
      defineModel({
        name: "m",
        inputs: { x: tensor(B, 12), label: tensor(B).u32() },
        forward: ({ x }) => linear({ O: 3 })(x),
        loss: logits,
        optimizer: sgd(),
      }),
    /In model m: logits must give one number per sample, got rank 2/,
  );
});

Deno.test("a loss takes the prediction and every input that the prediction leaves over", () => {
  const unused = { x: tensor(B, 12), label: tensor(B).u32(), weight: tensor(B) };
  assert.throws(
    () =>
      defineModel({
        name: "m",
        inputs: unused,
        forward: ({ x }) => linear({ O: 3 })(x),
        loss: softmaxCrossEntropy,
        optimizer: sgd(),
      }),
    /Cannot apply layer "softmax_cross_entropy" to 3 tensors: it takes z\[B, C\], label\[B\]/,
  );
});

Deno.test("faults of a model name it", () => {
  assert.throws(
    () => classifier((x) => classifier(() => x) && x),
    /In model classifier: Cannot declare a model inside another model's forward/,
  );
  // A failed declaration leaves nothing behind.
  assert.equal(classifier((x) => linear({ O: 3 })(x)).params.length, 2);
});

Deno.test("inputs and metrics have names of their own", () => {
  const named = (input: string, metric: string) =>
    defineModel({
      name: "m",
      inputs: { [input]: tensor(B, 12), label: tensor(B).u32() },
      forward: (inputs) => linear({ O: 3 })(...Object.values<Tensor>(inputs).slice(0, 1)),
      loss: softmaxCrossEntropy,
      metrics: { [metric]: accuracy },
      optimizer: sgd(),
    });
  assert.ok(named("x", "accuracy"));
  const refused: readonly [string, string, string][] = [
    ["step", "accuracy", '"step" is the name of the number of the training step; use another name'],
    ["x", "loss", '"loss" is the name of the loss; use another name'],
    [
      "hits_total",
      "hits",
      '"hits_total" is the name of the total of hits over several runs; use another name',
    ],
    ["x", "x", '"x" names both an input and a metric'],
    ["x", "X", '"x" and "X" differ only in case, and files are named after them'],
  ];
  for (const [input, metric, reason] of refused) {
    assert.throws(() => named(input, metric), {
      name: "DeclarationError",
      message: `Cannot declare model "m": ${reason}`,
    });
  }
  assert.throws(() => named("x", "top-5"), /Cannot declare a metric "top-5": use a letter/);
});
