import assert from "node:assert/strict";
import {
  accuracy,
  adam,
  defineModel,
  dim,
  linear,
  type OptimizerDeclaration,
  relu,
  sequential,
  sgd,
  sharedLinear,
  softmaxCrossEntropy,
  tensor,
} from "../dsl/mod.ts";
import { evaluateExtent } from "../dsl/dim.ts";
import { interpret, type Value } from "./graph/interpret.ts";
import { interpretProgram } from "./kernel/interpret.ts";
import { type Compilation, compile } from "./pipeline.ts";
import { leavesOf, randomLeaves, seeded } from "./testing/random_values.ts";

const dims = { B: 4 };
const FEATURES = 12, CLASSES = 3;

function smallModel(optimizer: OptimizerDeclaration) {
  const B = dim("B");
  return defineModel({
    name: "small_model",
    inputs: { x: tensor(B, FEATURES), label: tensor(B).u32() },
    forward: ({ x }) =>
      sequential(x, [
        linear({ I: FEATURES, O: 10 }),
        relu(),
        sharedLinear({ K: 5, n: 2, O: 6 }),
        relu(),
        linear({ I: 6, O: CLASSES }),
      ]),
    loss: softmaxCrossEntropy,
    metrics: { accuracy },
    optimizer,
  });
}

type Values = ReadonlyMap<string, Value>;

/** Parameters and data at random; moments and totals at zero. */
function startingValues({ stages, module }: Compilation): Values {
  const roots = stages.flatMap((each) => each.source.results.map((result) => result.node));
  const leaves = leavesOf(roots).filter((leaf) => leaf.attrs.role !== "scalar");
  const random = randomLeaves(leaves, dims, seeded(11), {
    low: -1,
    high: 1,
    below: CLASSES,
  });
  return new Map([...random].map(([name, value]) => {
    const kind = module.tensors.find((each) => each.name === name)?.kind;
    return [name, kind === "state" ? { ...value, data: value.data.map(() => 0) } : value];
  }));
}

function programOf({ stages }: Compilation, name: string): Compilation["stages"][number] {
  const found = stages.find((each) => each.program.name === name);
  assert.ok(found);
  return found;
}

/** The values after one run of a program, by the graph as declared. */
function runGraph(compilation: Compilation, name: string, before: Values, step: number): Values {
  const { source } = programOf(compilation, name);
  const leaves = new Map([
    ...before,
    ["step", { shape: [], data: Float64Array.of(step) }] as const,
  ]);
  const values = interpret(source.results.map((result) => result.node), { dims, leaves });
  return new Map([
    ...before,
    ...source.results.flatMap(({ name: result }, i) => {
      const value = values[i];
      return value === undefined ? [] : [[result, value] as const];
    }),
  ]);
}

/** The same, by the kernels; what they should write is NaN before. */
function runKernels(compilation: Compilation, name: string, before: Values, step: number): Values {
  const tensors = new Map(compilation.module.tensors.map((each) => {
    const shape = each.shape.map((extent) => evaluateExtent(extent, dims));
    const known = before.get(each.name)?.data.slice();
    const data = known ?? new Float64Array(shape.reduce((a, b) => a * b, 1)).fill(NaN);
    return [each.name, { shape, data }] as const;
  }));
  interpretProgram(programOf(compilation, name).program, tensors, dims, { step });
  return tensors;
}

for (
  const [rule, optimizer] of [
    ["SGD", sgd({ rate: 0.5 })],
    ["Adam by Chainer's rule", adam({ rule: "chainer" })],
    ["Adam by PyTorch's rule", adam({ rule: "pytorch" })],
  ] as const
) {
  Deno.test(`three steps of ${rule}: the kernels compute what the declaration says`, () => {
    const compilation = compile(smallModel(optimizer));
    let wanted = startingValues(compilation);
    let got = wanted;
    for (let step = 1; step <= 3; step++) {
      wanted = runGraph(compilation, "step", wanted, step);
      got = new Map(
        [...runKernels(compilation, "step", got, step)].filter(([name]) => wanted.has(name)),
      );
      for (const [name, { data }] of wanted) {
        data.forEach((value, i) => {
          const other = got.get(name)?.data[i] ?? NaN;
          assert.ok(
            Math.abs(other - value) < 1e-10,
            `step ${step}: ${name}[${i}] is ${other}, wanted ${value}`,
          );
        });
      }
    }
  });
}

Deno.test("a step descends along the gradient of the mean loss, by finite differences", () => {
  const rate = 1;
  const compilation = compile(smallModel(sgd({ rate })));
  const before = startingValues(compilation);
  const after = runKernels(compilation, "step", before, 1);
  const meanLoss = (values: Values): number =>
    (runGraph(compilation, "evaluate", values, 1).get("loss_total")?.data[0] ?? NaN) / dims.B;
  const parameters = compilation.module.tensors.filter((each) => each.kind === "parameter");
  assert.equal(parameters.length, 5);
  const next = seeded(12);
  for (const { name } of parameters) {
    const old = before.get(name)?.data ?? new Float64Array();
    const updated = after.get(name)?.data ?? new Float64Array();
    const direction = old.map(() => 2 * next() - 1);
    // With a rate of 1 the gradient is the old weight minus the new one.
    const slope = direction.reduce(
      (sum, d, i) => sum + d * ((old[i] ?? NaN) - (updated[i] ?? NaN)) / rate,
      0,
    );
    const moved = (by: number): number =>
      meanLoss(
        new Map([...before, [name, {
          shape: before.get(name)?.shape ?? [],
          data: old.map((value, i) => value + by * (direction[i] ?? 0)),
        }]]),
      );
    const eps = 1e-6;
    const measured = (moved(eps) - moved(-eps)) / (2 * eps);
    assert.ok(
      Math.abs(measured - slope) < 1e-7 * (1 + Math.abs(slope)),
      `${name}: ${measured} and ${slope}`,
    );
    assert.ok(
      Math.abs(measured - 1.001 * slope) > 1e-6 * Math.abs(slope),
      `${name}: a slope to measure`,
    );
  }
});
