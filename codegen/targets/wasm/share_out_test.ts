import assert from "node:assert/strict";
import { defineLayer, tensor } from "../../../dsl/declare.ts";
import { type Dim, dim, type DimValues, evaluateExtent } from "../../../dsl/dim.ts";
import { handle, matmul, pad, type Tensor, transpose } from "../../../dsl/tensor.ts";
import * as mnist from "../../../examples/mnist/spec.ts";
import { leavesOf, randomLeaves, seeded } from "../../testing/random_values.ts";
import { sketches } from "../../testing/sketch.ts";
import { describeTrial, trialOf } from "../../testing/trial.ts";
import { memoryOf, SCALARS } from "../../testing/run_kernels.ts";
import { add, type Axis, axisIndex } from "../../kernel/index_expr.ts";
import { replaceAxes } from "../../kernel/index_expr.ts";
import { interpretProgram, type TensorValues } from "../../kernel/interpret.ts";
import type { Kernel, Program } from "../../kernel/kernel.ts";
import { type Compilation, compile } from "../../pipeline.ts";
import { rewriteIndices } from "../../kernel/access.ts";
import { planModule, type SharedProgram } from "./module_plan.ts";
import type { Phase, SharedKernel } from "./share_out.ts";

/** A kernel that computes a stretch of one axis only. */
function stretchOf(kernel: Kernel, axis: Axis, from: number, to: number): Kernel {
  const short: Axis = { name: axis.name, extent: to - from };
  // An axis of one point leaves no trace in an index.
  const moved = add(axisIndex(short), { kind: "extent", extent: from });
  const change = (used: Axis) => used.name === axis.name ? moved : undefined;
  return {
    ...kernel,
    parallel: kernel.parallel.map((each) => each.name === axis.name ? short : each),
    stages: kernel.stages.map((stage) =>
      rewriteIndices(stage, (index) => replaceAxes(index, change))
    ),
  };
}

/** The share of a kernel that one of several threads computes, none if it has nothing to do. */
function shareOf(
  { plan: { kernel }, split }: SharedKernel,
  thread: number,
  threads: number,
  dims: DimValues,
): readonly Kernel[] {
  if (split === undefined) return thread === 0 ? [kernel] : [];
  const extent = evaluateExtent(split.axis.extent, dims);
  const border = (t: number) =>
    Math.min(Math.floor(Math.ceil(extent / split.grain) * t / threads) * split.grain, extent);
  const [from, to] = [border(thread), border(thread + 1)];
  return from < to ? [stretchOf(kernel, split.axis, from, to)] : [];
}

/** Runs a program with threads that take turns only at barriers, in the given order. */
function runShared(
  { program, phases }: SharedProgram,
  order: readonly number[],
  memory: TensorValues,
  dims: DimValues,
): void {
  const run = (kernels: readonly Kernel[]) =>
    interpretProgram({ ...program, kernels } satisfies Program, memory, dims, SCALARS);
  for (const phase of phases) {
    for (const thread of order) {
      run(phase.flatMap((shared) => shareOf(shared, thread, order.length, dims)));
    }
  }
}

/** Where threads come to another result than one thread alone, in words. */
function raceIn(compilation: Compilation, dims: DimValues, seed: number): string | undefined {
  const plan = planModule(compilation.module);
  for (const [at, shared] of plan.programs.entries()) {
    const source = compilation.stages[at]?.source;
    const original = compilation.module.programs[at];
    if (source === undefined || original === undefined) throw new Error("no such program");
    const roots = source.results.map((result) => result.node);
    const leaves = randomLeaves(leavesOf(roots), dims, seeded(seed), {
      low: 0.1,
      high: 1,
      below: 3,
    });
    const memory = () => memoryOf(compilation.module, dims, leaves);
    const alone = memory();
    interpretProgram(original, alone, dims, SCALARS);
    for (const order of [[0, 1], [1, 0], [2, 0, 1], [4, 3, 2, 1, 0]]) {
      const together = memory();
      runShared(shared, order, together, dims);
      for (const { name } of source.results) {
        const [got, wanted] = [together.get(name)?.data, alone.get(name)?.data];
        const first = wanted?.findIndex((value, i) => !Object.is(value, got?.[i])) ?? 0;
        if (first >= 0) {
          return `${original.name}: ${name}[${first}] with threads ${order} is ${got?.[first]}, ` +
            `alone it is ${wanted?.[first]}`;
        }
      }
    }
  }
  return undefined;
}

for (const kind of ["layer", "model"] as const) {
  Deno.test(`threads that take turns in any order run a random ${kind} as one thread does`, () => {
    for (const sketch of sketches(60, 1)) {
      // Large enough for several stretches, also where four points are computed at once.
      const dims = { ...sketch.dims, B: 11 };
      const trial = trialOf({ ...sketch, dims }, { kind });
      if (trial === undefined) continue;
      const found = raceIn(trial.compilation, trial.dims, sketch.seed);
      assert.equal(found, undefined, `${kind}: ${describeTrial(sketch)}`);
    }
  });
}

Deno.test("threads meet between kernels that cut an axis of a tensor and a part of it", () => {
  const B = dim("B"), K = dim("K");
  const layer = defineLayer({
    name: "padded",
    inputs: { x: tensor(B, K) },
    params: { W: tensor(4, K) },
    forward: ({ x, W }) => {
      const long: Tensor<readonly [Dim<"2·B">, Dim<"K">], "f32"> = handle(
        pad(x, { axis: 0, after: B }).node,
      );
      return matmul(long, transpose(W));
    },
  });
  assert.equal(raceIn(compile(layer), { B: 2, K: 3 }, 1), undefined);
});

const kernelsIn = (phase: Phase): readonly string[] =>
  phase.map(({ plan: { kernel }, split }) => `${kernel.name} by ${split?.axis.name ?? "one"}`);

Deno.test("a training step of two phases: samples first, then rows of weights", () => {
  const { programs } = planModule(compile(mnist.mnistShared).module);
  const step = programs.find(({ program }) => program.name === "step");
  const [samples, weights, ...more] = step?.phases.map(kernelsIn) ?? [];
  assert.deepEqual(more, []);
  assert.deepEqual(samples?.slice(0, 4), [
    "relu1 by b",
    "fold_relu1 by b",
    "relu2 by b",
    "l3_y by b",
  ]);
  assert.ok(samples.every((kernel) => kernel.endsWith(" by b")));
  assert.deepEqual(weights?.filter((kernel) => kernel.endsWith(" by one")), [
    "update_loss_total by one",
  ]);
});
