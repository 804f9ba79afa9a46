/**
 * Models that store activations as f16, run on a backend beside the kernels' interpreter, which rounds what it
 * stores as they do.
 *
 * @module
 */
import assert from "node:assert/strict";
import { dim, type DimValues } from "../../dsl/dim.ts";
import {
  layerNorm,
  linear,
  relu,
  sharedLinear,
  softmaxCrossEntropy,
} from "../../dsl/layers/mod.ts";
import { tensor } from "../../dsl/declare.ts";
import { clipGlobalNorm } from "../../dsl/clipping.ts";
import { defineModel, type ModelDeclaration } from "../../dsl/model.ts";
import { adam } from "../../dsl/optimizers/adam.ts";
import { sgd } from "../../dsl/optimizers/sgd.ts";
import type { LoadedModule } from "../../runtime/backend.ts";
import type { ModuleSpec } from "../../runtime/spec.ts";
import { interpretProgram } from "../kernel/interpret.ts";
import { compile } from "../pipeline.ts";
import { leavesOf, randomLeaves, seeded } from "./random_values.ts";
import { memoryOf, SCALARS } from "./run_kernels.ts";
import { resultsOf } from "./run_module.ts";

const B = dim("B");

/** A classifier with every kind of temporary; its widths are multiples of four, or not. */
export function halfModel(units: number, features: number, clips: boolean): ModelDeclaration {
  return defineModel({
    name: "half",
    inputs: { x: tensor(B, features).sparse(), label: tensor(B).u32() },
    forward: ({ x }) => {
      const h = relu()(linear({ O: 2 * units })(x));
      const shared = relu()(sharedLinear({ K: units, n: 2, O: 6 })(h));
      return linear({ O: 3 })(layerNorm()(shared));
    },
    loss: softmaxCrossEntropy,
    optimizer: clips ? clipGlobalNorm(sgd({ rate: 0.1 }), 0.5) : adam(),
    storage: "f16",
  });
}

/** Models and batches to try: ones, primes, and multiples of what lanes and tiles take. */
export const HALF_CASES: readonly (readonly [ModelDeclaration, readonly number[]])[] = [
  [halfModel(4, 12, false), [1, 8, 13]],
  [halfModel(5, 7, true), [3, 16]],
  [halfModel(16, 20, false), [17]],
  [halfModel(1, 1, true), [2]],
];

/**
 * What two orders of a sum differ by may be rounded to neighbouring f16, of which each has a relative
 * distance of 2⁻¹⁰ from the next; a few such steps come together in a result.
 */
const TOLERANCE = 8 * 2 ** -10;

/** Fails where a module's programs compute something else on a backend than their kernels do. */
export async function checkHalf(
  model: ModelDeclaration,
  module: ModuleSpec,
  batch: number,
  load: (module: ModuleSpec, dims: DimValues) => Promise<LoadedModule>,
): Promise<void> {
  const compilation = compile(model);
  const dims = { B: batch };
  const roots = compilation.stages.flatMap(({ source }) => source.results.map(({ node }) => node));
  const random = randomLeaves(leavesOf(roots), dims, seeded(batch));
  const states = new Set(
    compilation.module.tensors.flatMap(({ name, kind }) => kind === "state" ? [name] : []),
  );
  // Among the states are means of squares.
  const leaves = new Map([...random].map(([name, { shape, data }]) => {
    const own = data.map((value) => Math.fround(states.has(name) ? Math.abs(value) : value));
    const scalar = SCALARS[name];
    return [name, { shape, data: scalar === undefined ? own : Float64Array.of(scalar) }];
  }));
  const loaded = await load(module, dims);
  const got = await resultsOf(loaded, leaves, dims);
  loaded.dispose();
  let compared = 0;
  for (const { program } of compilation.stages) {
    const memory = memoryOf(compilation.module, dims, leaves);
    interpretProgram(program, memory, dims, SCALARS);
    for (const [name, data] of got.get(program.name) ?? []) {
      const wanted = memory.get(name)?.data ?? new Float64Array();
      const scale = wanted.reduce((most, value) => Math.max(most, Math.abs(value)), 1e-3);
      data.forEach((value, i) => {
        const difference = Math.abs(value - (wanted[i] ?? NaN));
        assert.ok(
          difference <= TOLERANCE * scale,
          `${program.name}: ${name}[${i}] of a batch of ${batch} is ${value}, wanted ${wanted[i]}`,
        );
        compared++;
      });
    }
  }
  assert.ok(compared > 20);
}
