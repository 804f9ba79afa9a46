import assert from "node:assert/strict";
import { defineLayer, tensor } from "../../dsl/declare.ts";
import { dim } from "../../dsl/dim.ts";
import { defineModel, type ModelDeclaration } from "../../dsl/model.ts";
import { defineOptimizer, type OptimizerDeclaration } from "../../dsl/optimizer.ts";
import { make } from "../../dsl/intern.ts";
import type { Node } from "../../dsl/ops.ts";
import { adam } from "../../dsl/optimizers/adam.ts";
import { sgd } from "../../dsl/optimizers/sgd.ts";
import * as t from "../../dsl/tensor.ts";
import { spread, sumOver } from "../graph/build.ts";
import { printKernel } from "../kernel/print.ts";
import { type Compilation, compile } from "../pipeline.ts";
import { seeded } from "../testing/random_values.ts";
import { kernelDifference } from "../testing/run_kernels.ts";

const B = dim("B"), K = dim("K");

/** A loss per sample that is the prediction itself, summed. */
const total = defineLayer({
  name: "total",
  inputs: { z: tensor(B, K) },
  forward: ({ z }) => t.sum(z, { axis: 1 }),
});

/** y[b,k] = x[b,k] + Σ_i W[i,k] · W[k,i]: the gradient of W is a multiple of Wᵀ. */
const symmetric = defineLayer({
  name: "symmetric",
  inputs: { x: tensor(B, K) },
  params: { W: tensor(K, K) },
  forward: ({ x, W }) => t.add(x, t.sum(t.mul(W, t.transpose(W)), { axis: 0 })),
});

/** y[b,k] = x[b,k] + Σ_i V[i,k] · W[k,i]: the gradient of each weight is a multiple of the other's. */
const crossed = defineLayer({
  name: "crossed",
  inputs: { x: tensor(B, K) },
  params: { V: tensor(K, K), W: tensor(K, K) },
  forward: ({ x, V, W }) => t.add(x, t.sum(t.mul(V, t.transpose(W)), { axis: 0 })),
});

function modelOf(
  layer: typeof symmetric | typeof crossed,
  optimizer: OptimizerDeclaration = sgd({ rate: 0.5 }),
): ModelDeclaration {
  return defineModel({
    name: "sample",
    inputs: { x: tensor(B, 3) },
    forward: ({ x }) => layer({ K: 3 })(x),
    loss: total,
    optimizer,
  });
}

/** The kernels of a step, each with what it writes. */
function step({ module }: Compilation): readonly string[] {
  const program = module.programs.find((each) => each.name === "step");
  return (program?.kernels ?? []).map(({ name, tensors }) =>
    `${name}: ${
      tensors.filter((each) => each.access !== "read").map((each) => each.name).join(", ")
    }`
  );
}

/** Fails if a program of the model computes something else than declared. */
function checkValues(compilation: Compilation): void {
  for (const B of [1, 4]) {
    assert.equal(kernelDifference(compilation, { B }, seeded(B)), undefined);
  }
}

Deno.test("an update that overwrites what another update reads is computed aside and copied last", () => {
  const compilation = compile(modelOf(crossed));
  const kernels = step(compilation);
  assert.deepEqual(kernels.slice(-4), [
    "l1_V_next: l1.V_next",
    "l1_W_next: l1.W_next",
    "update_l1_V: l1.V",
    "update_l1_W: l1.W",
  ]);
  checkValues(compilation);
});

Deno.test("an update that reads its own old value elsewhere is computed aside and copied last", () => {
  const compilation = compile(modelOf(symmetric));
  assert.deepEqual(step(compilation).slice(-2), ["l1_W_next: l1.W_next", "update_l1_W: l1.W"]);
  const copy = compilation.module.programs.at(-1)?.kernels.at(-1);
  assert.ok(copy);
  assert.equal(
    printKernel(copy),
    `update_l1_W(read l1.W_next[3, 3], write l1.W[3, 3])
  for i in 3, j in 3:
    l1.W[i, j] = l1.W_next[i, j]
  schedule: map, workgroup 64`,
  );
  checkValues(compilation);
});

Deno.test("states that all take the same value are stored one by one", () => {
  const keeping = defineOptimizer({
    name: "keeping",
    state: ["first", "second", "third"],
    update: ({ w, g }) => ({ w: t.sub(w, g), first: g, second: g, third: g }),
  });
  const compilation = compile(modelOf(symmetric, keeping));
  const updates = compilation.module.programs.at(-1)?.updates ?? [];
  assert.deepEqual(updates.filter((name) => name.startsWith("l1.W")), [
    "l1.W",
    "l1.W.first",
    "l1.W.second",
    "l1.W.third",
  ]);
  checkValues(compilation);
});

/** The most tensors that a kernel of a compilation uses. */
function mostTensors({ module }: Compilation): number {
  return Math.max(
    ...module.programs.flatMap(({ kernels }) => kernels.map((kernel) => kernel.tensors.length)),
  );
}

Deno.test("a value of more tensors than a kernel may use is computed in parts", () => {
  const names = Array.from({ length: 19 }, (_, i) => `x${i}`);
  type Matrix = t.Tensor<readonly [typeof B, typeof K], "f32">;
  const compilation = compile(defineLayer({
    name: "many",
    inputs: Object.fromEntries(names.map((name) => [name, tensor(B, K)])),
    forward: (inputs) =>
      Object.values(inputs).map((each): Matrix => t.handle(each.node))
        .reduce((product, each) => t.mul(product, t.tanh(each))),
  }));
  assert.equal(mostTensors(compilation), 8);
  assert.equal(compilation.module.programs[0]?.kernels.length, 3);
  assert.equal(kernelDifference(compilation, { B: 2, K: 3 }, seeded(1)), undefined);
});

Deno.test("sums that would share a kernel get another where they use too many tensors", () => {
  const metric = (power: number) =>
    defineLayer({
      name: `power${power}`,
      inputs: { z: tensor(B, K) },
      forward: ({ z }) => t.sum(t.pow(z, power), { axis: 1 }),
    });
  const compilation = compile(defineModel({
    name: "measured",
    inputs: { x: tensor(B, 3) },
    forward: ({ x }) => symmetric({ K: 3 })(x),
    loss: total,
    metrics: Object.fromEntries(
      Array.from({ length: 12 }, (_, power) => [`power${power}`, metric(power)]),
    ),
    optimizer: sgd(),
  }));
  assert.ok(mostTensors(compilation) <= 8);
  checkValues(compilation);
});

Deno.test("a value gets a kernel of its own where sums and updates leave it no room in theirs", () => {
  const layer = defineLayer({
    name: "crowded",
    inputs: { x: tensor(B, K) },
    params: { W: tensor(4, K), b: tensor(4) },
    forward: ({ x, W, b }) => {
      const row = t.log(t.sum(t.exp(x), { axis: 0 }));
      return t.mul(t.maximum(t.add(t.einsum("ok,k->o", W, row), b), 0), b);
    },
  });
  const { inputs, params, output } = layer;
  const perSample = (value: Node): Node => spread(sumOver(value, [0]), [B]);
  const compilation = compile({
    kind: "model",
    name: "crowded",
    doc: "",
    inputs,
    params,
    frozen: new Set(),
    half: false,
    lossScale: 1,
    state: [],
    updates: new Map(),
    outputs: new Map([["prediction", output]]),
    loss: perSample(output),
    metrics: new Map([["squared", perSample(make("mul", {}, [output, output]))]]),
    optimizer: adam(),
    names: new Map(),
    typical: {},
    provenances: new Map(),
  });
  assert.ok(mostTensors(compilation) <= 8);
  assert.equal(kernelDifference(compilation, { B: 2, K: 3 }, seeded(1)), undefined);
});
