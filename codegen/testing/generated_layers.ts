/**
 * The generated layers beside their declarations: runs each program on a backend and compares every
 * output with the float64 interpretation of the declaration's own graph, before any rewriting.
 *
 * @module
 */
import assert from "node:assert/strict";
import type { DimValues } from "../../dsl/dim.ts";
import * as layers from "../../dsl/layers/mod.ts";
import type { LayerDeclaration } from "../../dsl/declare.ts";
import { accuracy } from "../../generated/accuracy/accuracy.ts";
import { linear } from "../../generated/linear/linear.ts";
import { linearWithoutBias } from "../../generated/linear_without_bias/linear_without_bias.ts";
import { relu } from "../../generated/relu/relu.ts";
import { sharedLinear } from "../../generated/shared_linear/shared_linear.ts";
import { sharedLinearWithBias } from "../../generated/shared_linear_with_bias/shared_linear_with_bias.ts";
import { softmaxCrossEntropy } from "../../generated/softmax_cross_entropy/softmax_cross_entropy.ts";
import type { Backend, LoadedModule } from "../../runtime/backend.ts";
import type { ModuleSpec } from "../../runtime/spec.ts";
import { interpret, type Value } from "../graph/interpret.ts";
import { compile } from "../pipeline.ts";
import { leavesOf, type Random, randomLeaves, seeded } from "./random_values.ts";
import { resultsOf } from "./run_module.ts";

/** A declaration, its generated module, and sizes to try: ones, primes, and no multiple of any tile. */
export interface LayerCase {
  readonly declaration: LayerDeclaration;
  readonly module: ModuleSpec;
  readonly sizes: readonly DimValues[];
}

const linearSizes: readonly DimValues[] = [
  { B: 5, I: 7, O: 11 },
  { B: 1, I: 7, O: 11 },
  { B: 5, I: 1, O: 11 },
  { B: 5, I: 7, O: 1 },
  { B: 13, I: 67, O: 65 },
  { B: 8, I: 64, O: 64 },
];
const sharedSizes: readonly DimValues[] = [
  { B: 5, K: 7, n: 3, O: 11 },
  { B: 1, K: 7, n: 3, O: 11 },
  { B: 5, K: 1, n: 3, O: 11 },
  { B: 5, K: 7, n: 1, O: 11 },
  { B: 5, K: 7, n: 3, O: 1 },
  { B: 13, K: 37, n: 5, O: 67 },
];
const rowSizes: readonly DimValues[] = [{ B: 5, C: 10 }, { B: 1, C: 10 }, { B: 67, C: 3 }, {
  B: 7,
  C: 1,
}];

/** Every generated layer of the library. */
export const LAYER_CASES: readonly LayerCase[] = [
  { declaration: layers.linear, module: linear, sizes: linearSizes },
  { declaration: layers.linearWithoutBias, module: linearWithoutBias, sizes: linearSizes },
  { declaration: layers.sharedLinear, module: sharedLinear, sizes: sharedSizes },
  { declaration: layers.sharedLinearWithBias, module: sharedLinearWithBias, sizes: sharedSizes },
  {
    declaration: layers.relu,
    module: relu,
    sizes: [{ B: 5, N: 7 }, { B: 1, N: 1 }, { B: 13, N: 129 }],
  },
  { declaration: layers.softmaxCrossEntropy, module: softmaxCrossEntropy, sizes: rowSizes },
  { declaration: layers.accuracy, module: accuracy, sizes: rowSizes },
];

/** Seeds of the random sizes and values of a case. */
const SEED = 20;

/** A random size for each dim, beside the chosen ones: fresh shapes, the same on every run. */
export function withRandomSizes({ sizes }: LayerCase): readonly DimValues[] {
  const next = seeded(SEED);
  const [first = {}] = sizes;
  const random = Object.fromEntries(
    Object.keys(first).map((dim) => [dim, 1 + Math.floor(next() * 40)]),
  );
  return [...sizes, random];
}

/**
 * Float32 sums differ from float64 ones by less than this, relative to 1 and to the value: the longest
 * sum here has some 200 terms below 1, each rounded to 2⁻²⁴.
 */
const TOLERANCE = 2e-5;

/** The first element that differs, in words, or `undefined`. */
export function firstDifference(
  got: ArrayLike<number>,
  wanted: ArrayLike<number>,
): string | undefined {
  if (got.length !== wanted.length) return `${got.length} elements, wanted ${wanted.length}`;
  for (let i = 0; i < got.length; i++) {
    const [a, b] = [got[i] ?? NaN, wanted[i] ?? NaN];
    if (!(Math.abs(a - b) <= TOLERANCE * (1 + Math.abs(b)))) {
      return `element ${i} is ${a}, wanted ${b}`;
    }
  }
  return undefined;
}

function leafValues(
  declaration: LayerDeclaration,
  dims: DimValues,
  next: Random,
): ReadonlyMap<string, Value> {
  const leaves = leavesOf([declaration.output, declaration.outputGradient]);
  return randomLeaves(leaves, dims, next, { low: -1, high: 1, below: dims.C ?? 1 });
}

/** The wanted value of each result of each program, computed from the graphs as declared. */
function reference(
  declaration: LayerDeclaration,
  dims: DimValues,
  leaves: ReadonlyMap<string, Value>,
): ReadonlyMap<string, Value> {
  const results = compile(declaration).stages.flatMap((stages) => stages.source.results);
  const values = interpret(results.map((result) => result.node), { dims, leaves });
  return new Map(
    results.map((result, i) => [result.name, values[i] ?? { shape: [], data: new Float64Array() }]),
  );
}

/** Runs every program of a layer at these sizes and compares each output with the reference. */
export async function checkLayer(
  load: (module: ModuleSpec, dims: DimValues) => Promise<LoadedModule>,
  { declaration, module }: LayerCase,
  dims: DimValues,
): Promise<void> {
  const leaves = leafValues(declaration, dims, seeded(SEED));
  const wanted = reference(declaration, dims, leaves);
  const loaded = await load(module, dims);
  const sizes = Object.entries(dims).map(([dim, size]) => `${dim} = ${size}`).join(", ");
  for (const [name, outputs] of await resultsOf(loaded, leaves, dims)) {
    for (const [output, got] of outputs) {
      const difference = firstDifference(got, wanted.get(output)?.data ?? []);
      assert.equal(difference, undefined, `${module.name}.${name}: ${output} with ${sizes}`);
    }
  }
  loaded.dispose();
}

/** Loads modules on a backend. */
export function loaderOf(
  backend: Backend,
): (module: ModuleSpec, dims: DimValues) => Promise<LoadedModule> {
  return (module, dims) => backend.load(module, dims);
}
