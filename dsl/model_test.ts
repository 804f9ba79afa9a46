import assert from "node:assert/strict";
import { block } from "./block.ts";
import { defineLayer, type Layer, tensor } from "./declare.ts";
import { dim, type Shape, showShape } from "./dim.ts";
import { accuracy, linear, relu, sharedLinear, softmaxCrossEntropy } from "./layers/mod.ts";
import { defineModel, isDrawn, sequential } from "./model.ts";
import type { Node } from "./ops.ts";
import { sgd } from "./optimizers/sgd.ts";
import { add, input, mean, mul, sum, type Tensor } from "./tensor.ts";

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
  assert.deepEqual([...model.outputs].map(([name, { shape }]) => name + showShape(shape)), [
    "logits[B, 3]",
  ]);
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

Deno.test("a loss or a metric is one number per sample", () => {
  const C = dim("C");
  const logits = defineLayer({
    name: "logits",
    inputs: { z: tensor(B, C), label: tensor(B).u32() },
    forward: ({ z }) => z,
  });
  const perClass = defineLayer({
    name: "per_class",
    inputs: { z: tensor(B, C), label: tensor(B).u32() },
    forward: ({ z }) => sum(z, { axis: 0 }),
  });
  const model = (loss: Layer, metric: Layer) =>
    defineModel({
      name: "m",
      inputs: { x: tensor(B, 12), label: tensor(B).u32() },
      forward: ({ x }) => linear({ O: 3 })(x),
      loss,
      metrics: { metric },
      optimizer: sgd(),
    });
  const refused: readonly [Layer, Layer, string][] = [
    [
      logits,
      accuracy,
      "logits as a loss or metric: it must give one number per sample, " +
      "of shape [B], got [B, 3]; reduce over the other axes",
    ],
    [
      perClass,
      accuracy,
      "per_class as a loss or metric: it must give one number per sample, " +
      "of shape [B], got [3]; reduce over the other axes",
    ],
    [
      softmaxCrossEntropy,
      perClass,
      "per_class as a loss or metric: it must give one number " +
      "per sample, of shape [B], got [3]; reduce over the other axes",
    ],
  ];
  for (const [loss, metric, message] of refused) {
    assert.throws(() => model(loss, metric), {
      name: "DeclarationError",
      message: `In model m: Cannot use ${message}`,
    });
  }
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

Deno.test("the number of the training step has its name for itself", () => {
  const step = dim("step");
  assert.throws(
    () =>
      defineModel({
        name: "m",
        inputs: { x: tensor(step, 12), label: tensor(step).u32() },
        forward: ({ x }) => linear({ O: 3 })(x),
        loss: softmaxCrossEntropy,
        optimizer: sgd(),
      }),
    {
      name: "DeclarationError",
      message: 'Cannot declare model "m": the dim "step" of x[step, 12] has the name of the ' +
        "number of the training step; use another name",
    },
  );
});

Deno.test("what is drawn from bytes has a row for each sample, and names of its own", () => {
  const model = (names: { input?: string; metric?: string; batch?: string; rows?: string }) => {
    const { input = "x", metric = "accuracy", batch = "B", rows = batch } = names;
    return defineModel({
      name: "m",
      inputs: { [input]: tensor(dim(batch), 12), label: tensor(dim(rows)).u32().fromBytes() },
      forward: (inputs) => linear({ O: 3 })(...Object.values<Tensor>(inputs).slice(0, 1)),
      loss: softmaxCrossEntropy,
      metrics: { [metric]: accuracy },
      optimizer: sgd(),
    });
  };
  assert.deepEqual(model({}).inputs.map(isDrawn), [false, true]);
  const refused: readonly [Parameters<typeof model>[0], string][] = [
    [{ input: "order" }, '"order" is the name of the order of samples; use another name'],
    [
      { metric: "start" },
      '"start" is the name of the place in the order of samples where a batch begins; ' +
      "use another name",
    ],
    [
      { input: "label_data" },
      '"label_data" is the name of the bytes that label is drawn from; use another name',
    ],
    [
      { batch: "samples" },
      'the dim "samples" of x[samples, 12] has the name of the number of samples in the tables ' +
      "of bytes; use another name",
    ],
    [
      { rows: "N" },
      "label[N] is drawn from bytes, a row for each sample, " +
      "so its first axis must be the batch, B",
    ],
  ];
  for (const [names, reason] of refused) {
    assert.throws(() => model(names), {
      name: "DeclarationError",
      message: `Cannot declare model "m": ${reason}`,
    });
  }
  // Names that only drawing takes are free in a model that draws nothing.
  assert.ok(defineModel({
    name: "m",
    inputs: { order: tensor(B, 12), label: tensor(B).u32() },
    forward: ({ order }) => linear({ O: 3 })(order),
    loss: softmaxCrossEntropy,
    optimizer: sgd(),
  }));
});

Deno.test("what is no layer in use is refused where layers are applied", () => {
  const refused: readonly [(x: Tensor<Shape, "f32">) => Tensor, string][] = [
    [
      // @ts-expect-error a layer is given its sizes first
      (x) => sequential(x, [relu, linear({ O: 3 })]),
      'Cannot apply layer "relu" to x[B, 12]: it takes sizes first; ' +
      "call relu() first, as in relu()(x)",
    ],
    [
      // @ts-expect-error layers come in a list
      (x) => sequential(x, relu()),
      'Cannot apply the function "relu" in sequential: wanted a list of layers; ' +
      "write sequential(x, [relu()])",
    ],
    [
      // @ts-expect-error a tensor is no layer
      (x) => sequential(x, [relu()(x)]),
      "Cannot apply a tensor at position 0 of sequential: wanted a layer given its sizes, " +
      "such as relu()",
    ],
    [
      // @ts-expect-error a layer takes tensors
      () => relu()(3),
      'Cannot apply layer "relu" to 3: operands are tensors; ' +
      "write constant(3) for a tensor of shape []",
    ],
    [
      // @ts-expect-error a size has a name
      (x) => linear(10)(x),
      'Cannot use layer "linear" with 10: wanted sizes by the names of its dims, ' +
      "such as linear({ O: 10 })",
    ],
  ];
  for (const [forward, message] of refused) {
    assert.throws(() => classifier(forward), {
      name: "DeclarationError",
      message: `In model classifier: ${message}`,
    });
  }
});

Deno.test("a model's forward asks for inputs that there are, and returns a tensor", () => {
  const model = (forward: (inputs: Readonly<Record<string, Tensor>>) => unknown) =>
    defineModel({
      name: "m",
      inputs: { x: tensor(B, 3), label: tensor(B).u32() },
      // Specs run unchecked: a function may take and return anything.
      forward: (inputs) => forward(inputs) as Tensor,
      loss: softmaxCrossEntropy,
      optimizer: sgd(),
    });
  assert.ok(model(({ x }) => x));
  const refused: readonly [Parameters<typeof model>[0], string][] = [
    [
      ({ z }) => z,
      'Cannot find a tensor "z": it is none of x, label; correct the name, or declare it',
    ],
    [
      () => {},
      "Cannot use the result of forward: it must be a tensor, got undefined; " +
      'a body in braces needs "return"',
    ],
    [
      () => linear({ O: 3 }),
      'Cannot use the result of forward: it must be a tensor, got the function "linear"; ' +
      "call it, and return the tensor that it gives",
    ],
  ];
  for (const [forward, message] of refused) {
    assert.throws(() => model(forward), {
      name: "DeclarationError",
      message: `In model m: ${message}`,
    });
  }
});

Deno.test("a model has several outputs by name, and its loss is a function of all tensors", () => {
  const model = defineModel({
    name: "two_heads",
    inputs: { x: tensor(B, 12), place: tensor(B, 2), weight: tensor(B) },
    forward: ({ x }) => ({ at: linear({ O: 2 })(x), sure: linear({ O: 1 })(x) }),
    loss: ({ at, place, weight }) => mul(mean(mul(at, place), { axis: 1 }), weight),
    metrics: { certainty: ({ sure }) => mean(sure, { axis: 1 }) },
    optimizer: sgd(),
  });
  assert.deepEqual([...model.outputs].map(([name, { shape }]) => name + showShape(shape)), [
    "at[B, 2]",
    "sure[B, 1]",
  ]);
  assert.equal(showShape(model.loss.shape), "[B]");
});

Deno.test("what a function of the tensors asks for must be there", () => {
  const model = (forward: () => unknown, loss: (tensors: Record<string, Tensor>) => Tensor) =>
    defineModel({
      name: "m",
      inputs: { x: tensor(B) },
      // Users' specs run unchecked.
      forward: forward as () => Tensor,
      loss: loss as () => Tensor,
      optimizer: sgd(),
    });
  const x = () => input("x", [B]);
  assert.throws(
    () => model(x, ({ target }) => target ?? x()),
    /In model m: Cannot find a tensor "target": it is none of x, logits/,
  );
  assert.throws(
    () => model(() => ({}), () => x()),
    /In model m: Cannot use the result of forward: it has no tensors/,
  );
  assert.throws(
    () => model(() => ({ x: x() }), ({ logits }) => logits ?? x()),
    /"x" names both an input and an output|Cannot find a tensor "logits"/,
  );
});

Deno.test("parameters are frozen by their names, or those of their layers and blocks", () => {
  const model = (frozen: readonly string[]) =>
    defineModel({
      name: "m",
      inputs: { x: tensor(B, 12), label: tensor(B).u32() },
      forward: ({ x }) => {
        const encoder = block("encoder", (z) => linear({ O: 8 })(linear({ O: 8 })(z)));
        return linear({ O: 3 })(encoder(x));
      },
      loss: softmaxCrossEntropy,
      optimizer: sgd(),
      frozen,
    });
  const names = (frozen: readonly string[]) => described([...model(frozen).frozen]);
  assert.deepEqual(names(["encoder.l1"]), ["encoder.l1.W[8, 12]", "encoder.l1.b[8]"]);
  assert.equal(names(["encoder", "l1.b"]).length, 5);
  assert.throws(() => model(["encode"]), {
    name: "DeclarationError",
    message: 'Cannot freeze "encode" in model "m": no parameter and no layer with parameters has ' +
      "this name; parameters are encoder.l1.W, encoder.l1.b, encoder.l2.W, encoder.l2.b, l1.W, l1.b",
  });
});

Deno.test("values are stored in 32 bits, or, where that is asked, in 16 with a scaled loss", () => {
  const stored = (options: { readonly storage?: "f32" | "f16"; readonly lossScale?: number }) => {
    const { half, lossScale } = defineModel({
      name: "stored",
      inputs: { x: tensor(B, 4), label: tensor(B).u32() },
      forward: ({ x }) => linear({ O: 3 })(x),
      loss: softmaxCrossEntropy,
      optimizer: sgd(),
      ...options,
    });
    return { half, lossScale };
  };
  assert.deepEqual(stored({}), { half: false, lossScale: 1 });
  assert.deepEqual(stored({ storage: "f16" }), { half: true, lossScale: 1024 });
  assert.deepEqual(stored({ storage: "f16", lossScale: 64 }), { half: true, lossScale: 64 });
  for (const lossScale of [0, 1000, -2, 2 ** 25, NaN]) {
    assert.throws(
      () => stored({ storage: "f16", lossScale }),
      /"lossScale" is (NaN|-?\d+); it must be a power of two from 1 to 2\^24, such as 1024/,
    );
  }
  assert.throws(() => stored({ lossScale: 8 }), /stored as f32, which need none; leave it out, or/);
  // Specs run unchecked.
  const misspelt = "half" as "f16";
  assert.throws(() => stored({ storage: misspelt }), /"storage" is "half"; it must be "f32" or/);
});
