/**
 * Training steps by every optimizer on a backend, each beside the float64 interpretation of what the model
 * declares, from the very values that the device held before it.
 *
 * @module
 */
import assert from "node:assert/strict";
import {
  adam,
  adamW,
  clipGlobalNorm,
  clipValue,
  cosine,
  defineModel,
  dim,
  type DimValues,
  div,
  linear,
  mean,
  type ModelDeclaration,
  mul,
  type OptimizerDeclaration,
  rmsProp,
  sgd,
  sqrt,
  stepDecay,
  sub,
  tanh,
  tensor,
} from "../../dsl/mod.ts";
import { evaluateExtent } from "../../dsl/dim.ts";
import type { Backend, LoadedModule } from "../../runtime/backend.ts";
import { initialiseModule } from "../../runtime/parameters.ts";
import type { ModuleSpec } from "../../runtime/spec.ts";
import { interpret, type Value } from "../graph/interpret.ts";
import type { Graph } from "../graph/graph.ts";
import { compile } from "../pipeline.ts";
import { leavesOf, type Random, randomValue, seeded } from "./random_values.ts";

const B = dim("B");

/** A small regression by two layers, whose sizes are no multiples of four. */
function regression(name: string, optimizer: OptimizerDeclaration): ModelDeclaration {
  return defineModel({
    name,
    inputs: { x: tensor(B, 7), target: tensor(B, 3) },
    forward: ({ x }) => linear({ O: 3 })(tanh(linear({ O: 5 })(x))),
    loss: ({ logits, target }) => {
      const d = sub(logits, target);
      return mean(mul(d, d), { axis: 1 });
    },
    optimizer,
  });
}

/** A model for each optimizer, with settings that all of its terms depend on. */
export const OPTIMIZED: readonly ModelDeclaration[] = [
  regression(
    "by_sgd",
    sgd({ rate: stepDecay({ initial: 0.2, every: 2, factor: 0.5 }), decay: 0.1 }),
  ),
  regression("by_dampened_sgd", sgd({ rate: 0.1, momentum: 0.9, dampening: 0.3 })),
  regression(
    "by_nesterov",
    sgd({ rate: (step) => div(0.1, sqrt(step)), momentum: 0.9, nesterov: true }),
  ),
  regression(
    "by_adam",
    adam({ alpha: cosine({ peak: 0.05, warmup: 2, steps: 5, final: 0.01 }), decay: 0.1 }),
  ),
  regression("by_adam_w", adamW({ alpha: 0.05, decay: { rate: 0.5, matricesOnly: true } })),
  regression("by_rmsprop", rmsProp()),
  regression("by_centered_rmsprop", rmsProp({ momentum: 0.5, centered: true, decay: 0.1 })),
  regression("by_clipped_sgd", clipGlobalNorm(sgd({ rate: 1 }), 0.05)),
  regression("by_clipped_adam_w", clipGlobalNorm(adamW({ alpha: 0.05 }), 0.2)),
  regression("by_bounded_sgd", clipValue(sgd({ rate: 1, momentum: 0.9 }), 0.02)),
];

/** Sums here have some tens of terms below 1, each rounded to 2⁻²⁴. */
const TOLERANCE = 1e-5;
const STEPS = 6;

function stepOf(model: ModelDeclaration): Graph {
  const stage = compile(model).stages.find(({ program }) => program.name === "step");
  assert.ok(stage);
  return stage.source;
}

/** Writes NaN to all that a step makes anew. */
function poison(loaded: LoadedModule, dims: DimValues): void {
  for (const [name, { kind, shape }] of Object.entries(loaded.spec.tensors)) {
    if (kind !== "temporary" && kind !== "output") continue;
    loaded.write(name, new Float32Array(shape(dims).reduce((a, b) => a * b, 1)).fill(NaN));
  }
}

/** A program takes the number of the step only where its optimizer needs it. */
function takeStep(loaded: LoadedModule, dims: DimValues, step: number): void {
  const needed = loaded.spec.programs.step?.scalars.includes("step") ?? false;
  loaded.run("step", needed ? { ...dims, step } : dims);
}

/** Inputs as `draw` makes them, written to the device; parameters and states as they lie there. */
async function leavesBefore(
  loaded: LoadedModule,
  graph: Graph,
  dims: DimValues,
  draw: (shape: readonly number[]) => Value,
): Promise<Map<string, Value>> {
  const leaves = new Map<string, Value>();
  for (const { attrs } of leavesOf(graph.results.map(({ node }) => node))) {
    if (attrs.role === "scalar") continue;
    const shape = attrs.shape.map((extent) => evaluateExtent(extent, dims));
    if (attrs.role === "input") {
      loaded.write(attrs.name, Float32Array.from(draw(shape).data));
    }
    leaves.set(attrs.name, { shape, data: Float64Array.from(await loaded.read(attrs.name)) });
  }
  return leaves;
}

/** Takes steps from random batches; fails where one leaves anything but what the model declares. */
export async function checkOptimizerSteps(
  backend: Backend,
  module: ModuleSpec,
  model: ModelDeclaration,
  dims: DimValues,
): Promise<void> {
  const next: Random = seeded(31);
  const graph = stepOf(model);
  const loaded = await backend.load(module, dims);
  initialiseModule(loaded, dims, 7);
  for (let step = 1; step <= STEPS; step++) {
    const leaves = await leavesBefore(loaded, graph, dims, (shape) => randomValue(shape, next));
    leaves.set("step", { shape: [], data: Float64Array.of(step) });
    const wanted = interpret(graph.results.map(({ node }) => node), { dims, leaves });
    poison(loaded, dims);
    takeStep(loaded, dims, step);
    for (const [i, { name }] of graph.results.entries()) {
      const got = await loaded.read(name);
      wanted[i]?.data.forEach((value, at) => {
        assert.ok(
          Math.abs((got[at] ?? NaN) - value) <= TOLERANCE * (1 + Math.abs(value)),
          `${model.name}, step ${step}: ${name}[${at}] is ${got[at]}, wanted ${value}`,
        );
      });
    }
  }
  loaded.dispose();
}

/** Takes steps with gradients of 0, in which no parameter may become NaN; without decay, none may move. */
export async function checkZeroGradients(
  backend: Backend,
  module: ModuleSpec,
  model: ModelDeclaration,
  moves: boolean,
): Promise<void> {
  const dims = { B: 3 };
  const loaded = await backend.load(module, dims);
  initialiseModule(loaded, dims, 7);
  const read = async () =>
    await Promise.all(
      Object.entries(module.tensors).filter(([, { kind }]) => kind === "parameter")
        .map(async ([name]) => [...await loaded.read(name)]),
    );
  const before = await read();
  // Without inputs, and with biases of 0, the prediction is the target.
  loaded.write("x", new Float32Array(21));
  loaded.write("target", new Float32Array(9));
  for (let step = 1; step <= 3; step++) takeStep(loaded, dims, step);
  const after = await read();
  assert.ok(after.flat().every(Number.isFinite), model.name);
  if (moves) assert.notDeepEqual(after, before);
  else assert.deepEqual(after, before);
  loaded.dispose();
}

/** Models of {@linkcode OPTIMIZED} whose parameters decay. */
export const DECAYING: ReadonlySet<string> = new Set([
  "by_sgd",
  "by_adam",
  "by_adam_w",
  "by_centered_rmsprop",
  "by_clipped_adam_w",
]);
