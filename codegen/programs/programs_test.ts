import assert from "node:assert/strict";
import {
  adamW,
  add,
  block,
  clipGlobalNorm,
  cosine,
  customGradient,
  defineLayer,
  defineModel,
  dim,
  exp,
  linear,
  mean,
  mul,
  neg,
  sgd,
  type Shape,
  sub,
  sum,
  type Tensor,
  tensor,
  whenTraining,
  zeros,
} from "../../dsl/mod.ts";
import { interpret } from "../graph/interpret.ts";
import { printGraph } from "../graph/print.ts";
import { compile } from "../pipeline.ts";
import { kernelDifference } from "../testing/run_kernels.ts";
import { leavesOf, randomLeaves, seeded } from "../testing/random_values.ts";
import { layerPrograms } from "./layer_programs.ts";
import { modelPrograms } from "./programs.ts";

const B = dim("B"), K = dim("K");

/** Moves a running mean by a tenth; the mean of the batch is taken off in training, the running one in use. */
const centred = defineLayer({
  name: "centred",
  inputs: { x: tensor(B, K) },
  state: { running: tensor(K).init(zeros()) },
  forward: ({ x, running }) => whenTraining(sub(x, mean(x, { axis: 0 })), sub(x, running)),
  update: ({ x, running }) => ({
    running: add(mul(running, 0.9), mul(mean(x, { axis: 0 }), 0.1)),
  }),
});

Deno.test("a layer that trains in another way than it is used has a program for each", () => {
  const programs = layerPrograms(centred);
  assert.deepEqual(programs.map(({ name }) => name), ["forward", "forward_training", "grad_x"]);
  const [forward, training] = programs;
  assert.ok(forward && training);
  assert.deepEqual(leavesOf(forward.results.map(({ node }) => node)).map((x) => x.attrs.name), [
    "x",
    "running",
  ]);
  assert.deepEqual(training.results.map(({ name }) => name), ["y", "running"]);
  assert.ok(!printGraph(training).includes("training["), printGraph(training));
});

/** Two uses of one layer with a state, an output that the loss does not need, and a frozen layer. */
const model = defineModel({
  name: "parts",
  inputs: { x: tensor(B, 5), target: tensor(B, 5) },
  forward: ({ x }) => {
    const centre = centred();
    const body = block("body", (z) => linear({ O: 5 })(centre(z)));
    return { y: centre(body(x)), raw: linear({ O: 2 })(x) };
  },
  loss: ({ y, target }) => {
    const d = sub(y, target);
    return mean(mul(d, d), { axis: 1 });
  },
  metrics: { size: ({ raw }) => sum(mul(raw, raw), { axis: 1 }) },
  optimizer: sgd({ rate: 0.5 }),
  frozen: ["l1"],
});

Deno.test("a model predicts what forward gives by name; a step changes what is not frozen, and states", () => {
  const programs = new Map(modelPrograms(model).map((each) => [each.name, each.results]));
  const names = (program: string) => programs.get(program)?.map(({ name }) => name);
  assert.deepEqual(names("predict"), ["y", "raw"]);
  assert.deepEqual(names("evaluate"), ["loss_total", "size_total"]);
  assert.deepEqual(names("step"), [
    "loss_total",
    "size_total",
    "body.l2.W",
    "body.l2.b",
    "body.l1.running",
  ]);
});

Deno.test("the kernels of a model with states and several outputs mean what it declares", () => {
  for (const [seed, batch] of [[1, 1], [2, 2], [3, 7]] as const) {
    const found = kernelDifference(compile(model), { B: batch }, seeded(seed));
    assert.equal(found, undefined);
  }
});

/** e^−x, with its gradient as its author gives it: right, or off by a factor. */
const decay = (factor: number, unverified?: string) =>
  customGradient({
    name: "decay",
    forward: <S extends Shape>(x: Tensor<S, "f32">) => exp(neg(x)),
    backward: ({ y, gy }) => [neg(mul(mul(gy, y), factor))],
    ...unverified === undefined ? {} : { unverified },
  });

const through = (factor: number, unverified?: string) =>
  defineLayer({
    name: "through",
    inputs: { x: tensor(B, K) },
    params: { w: tensor(K) },
    forward: ({ x, w }) => mul(decay(factor, unverified)(x), w),
  });

Deno.test("a given gradient is what programs compute, in layers and in models of them", () => {
  const dims = { B: 3, K: 4 };
  const gradientOfX = (factor: number, unverified?: string) => {
    const graph = layerPrograms(through(factor, unverified)).find(({ name }) => name === "grad_x");
    assert.ok(graph);
    const roots = graph.results.map(({ node }) => node);
    const leaves = randomLeaves(leavesOf(roots), dims, seeded(5));
    return interpret(roots, { dims, leaves })[0]?.data ?? new Float64Array();
  };
  const right = gradientOfX(1), doubled = gradientOfX(2, "twice as steep, for a test");
  assert.ok(right.every((each, i) => Math.abs(2 * each - (doubled[i] ?? NaN)) < 1e-12));
  assert.throws(() => compile(through(2)), /In decay: backward's gx differs/);
});

Deno.test("a wrong gradient is refused in a model too, and one that is meant to differ is told", () => {
  const using = (layer: ReturnType<typeof through>) =>
    defineModel({
      name: "user",
      inputs: { x: tensor(B, 6), target: tensor(B, 6) },
      forward: ({ x }) => layer()(x),
      loss: ({ logits, target }) => sum(mul(logits, target), { axis: 1 }),
      optimizer: sgd(),
    });
  assert.throws(() => compile(using(through(1.001))), /In decay: backward's gx differs/);
  assert.deepEqual(compile(using(through(3, "on purpose"))).proofs, [
    { of: "decay", gradient: "gx", by: "unverified", reason: "on purpose" },
  ]);
});

Deno.test("the kernels of a step that clips gradients by their norm mean what it declares", () => {
  const clipped = defineModel({
    name: "clipped",
    inputs: { x: tensor(B, 4), target: tensor(B, 3) },
    forward: ({ x }) => linear({ O: 3 })(linear({ O: 5 })(x)),
    loss: ({ logits, target }) => {
      const d = sub(logits, target);
      return mean(mul(d, d), { axis: 1 });
    },
    optimizer: clipGlobalNorm(adamW({ alpha: cosine({ peak: 0.1, steps: 10 }) }), 0.1),
  });
  for (const [seed, batch] of [[1, 1], [2, 5]] as const) {
    assert.equal(kernelDifference(compile(clipped), { B: batch }, seeded(seed)), undefined);
  }
});
