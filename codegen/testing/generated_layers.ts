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
import type { Backend, LoadedModule } from "../../runtime/backend.ts";
import type { ModuleSpec } from "../../runtime/spec.ts";
import { topologicalOrder } from "../graph/graph.ts";
import { interpret, type Value } from "../graph/interpret.ts";
import { compile, type Stages } from "../pipeline.ts";
import { dimNames } from "../programs/extents.ts";
import { exportName } from "../typescript/names.ts";
import { layersIn } from "./library.ts";
import { leavesOf, type Random, randomLeaves, seeded } from "./random_values.ts";
import { SCALARS } from "./run_kernels.ts";
import { resultsOf } from "./run_module.ts";

/** A declaration, its generated module, and sizes to try: ones, primes, and no multiple of any tile. */
export interface LayerCase {
  readonly declaration: LayerDeclaration;
  readonly module: ModuleSpec;
  readonly sizes: readonly DimValues[];
}

/** Sizes at which the tiles of products have all their edges, or none. */
const PRODUCT_SIZES: readonly DimValues[] = [
  { B: 13, I: 67, O: 65, K: 37, n: 5 },
  { B: 8, I: 64, O: 64, K: 32, n: 2 },
];
/** Sizes for few dims, and for layers whose every element is a sum over others. */
const PRIMES = [5, 7, 11, 3, 2], FEW = [3, 5, 2, 4, 2];

/** The dims of a layer, in order of first use. */
function dimsOf({ output, inputs, params, state }: LayerDeclaration): readonly string[] {
  return dimNames([...inputs, ...params, ...state, ...topologicalOrder([output])]);
}

/** True for layers of many dims, or of images: the interpreter takes its time for them. */
function isLarge({ inputs, ...declaration }: LayerDeclaration): boolean {
  const hasNumbers = inputs.some(({ shape }) => shape.some((extent) => typeof extent === "number"));
  return hasNumbers || dimsOf({ ...declaration, inputs }).length > 3;
}

/** Primes, all ones, and each dim 1 by itself; for products also sizes of tiles. */
function sizesOf(declaration: LayerDeclaration): readonly DimValues[] {
  const dims = dimsOf(declaration);
  const base = isLarge(declaration) ? FEW : PRIMES;
  const primes = Object.fromEntries(dims.map((dim, i) => [dim, base[i % base.length] ?? 1]));
  const isProduct = topologicalOrder([declaration.output]).some(({ op }) => op === "einsum");
  return [
    primes,
    Object.fromEntries(dims.map((dim) => [dim, 1])),
    ...(isLarge(declaration) ? [] : dims.map((dim) => ({ ...primes, [dim]: 1 }))),
    ...(isProduct && dims.every((dim) => PRODUCT_SIZES[0]?.[dim] !== undefined)
      ? PRODUCT_SIZES.map((sizes) => Object.fromEntries(dims.map((dim) => [dim, sizes[dim] ?? 1])))
      : []),
  ];
}

function isModule(value: unknown): value is ModuleSpec {
  return typeof value === "object" && value !== null && "programs" in value && "slots" in value;
}

/** The binding that was generated for a layer of the library. */
async function generated(name: string): Promise<ModuleSpec> {
  const binding = await import(
    new URL(`../../generated/${name}/${name}.ts`, import.meta.url).href
  );
  const module: unknown = binding[exportName(name)];
  if (!isModule(module)) throw new Error(`generated/${name} exports no module`);
  return module;
}

/** Every generated layer of the library. */
export const LAYER_CASES: readonly LayerCase[] = await Promise.all(
  layersIn(layers).map(async (declaration) => ({
    declaration,
    module: await generated(declaration.name),
    sizes: sizesOf(declaration),
  })),
);

/** Seeds of the random sizes and values of a case. */
const SEED = 20;

/** A random size for each dim, beside the chosen ones: fresh shapes, the same on every run. */
export function withRandomSizes({ declaration, sizes }: LayerCase): readonly DimValues[] {
  const next = seeded(SEED);
  const [first = {}] = sizes;
  const most = isLarge(declaration) ? 5 : 40;
  const random = Object.fromEntries(
    Object.keys(first).map((dim) => [dim, 1 + Math.floor(next() * most)]),
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

/** Random values; labels and indices below their number, and states positive, as variances are. */
export function leafValues(
  stages: readonly Stages[],
  dims: DimValues,
  next: Random,
): ReadonlyMap<string, Value> {
  const leaves = leavesOf(stages.flatMap(({ source }) => source.results.map(({ node }) => node)))
    .filter(({ attrs }) => attrs.role !== "scalar");
  const range = { low: -1, high: 1, below: dims.C ?? dims.V ?? 1 };
  const isState = (leaf: typeof leaves[number]) => leaf.attrs.role === "state";
  return new Map([
    ...randomLeaves(leaves.filter((leaf) => !isState(leaf)), dims, next, range),
    ...randomLeaves(leaves.filter(isState), dims, next, { ...range, low: 0.5 }),
  ]);
}

/** The wanted value of each result of a program, computed from its graph as declared. */
export function reference(
  { source }: Stages,
  dims: DimValues,
  leaves: ReadonlyMap<string, Value>,
): ReadonlyMap<string, Value> {
  const scalars = Object.entries(SCALARS).map(([name, value]): [string, Value] => [
    name,
    { shape: [], data: Float64Array.of(value) },
  ]);
  const roots = source.results.map((result) => result.node);
  const values = interpret(roots, { dims, leaves: new Map([...leaves, ...scalars]) });
  return new Map(
    source.results.map((result, i) => [
      result.name,
      values[i] ?? { shape: [], data: new Float64Array() },
    ]),
  );
}

/** Runs every program of a layer at these sizes and compares each result with the reference. */
export async function checkLayer(
  load: (module: ModuleSpec, dims: DimValues) => Promise<LoadedModule>,
  { declaration, module }: LayerCase,
  dims: DimValues,
): Promise<void> {
  const { stages } = compile(declaration);
  const leaves = leafValues(stages, dims, seeded(SEED));
  const loaded = await load(module, dims);
  const sizes = Object.entries(dims).map(([dim, size]) => `${dim} = ${size}`).join(", ");
  const results = await resultsOf(loaded, leaves, dims);
  for (const stage of stages) {
    const { name } = stage.source;
    for (const [result, wanted] of reference(stage, dims, leaves)) {
      const difference = firstDifference(results.get(name)?.get(result) ?? [], wanted.data);
      assert.equal(difference, undefined, `${module.name}.${name}: ${result} with ${sizes}`);
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
