/** Models that are generated for PyTorch: steps in float64 beside the interpretation of what is declared. */
import assert from "node:assert/strict";
import type { DimValues } from "../dsl/dim.ts";
import type { ModelDeclaration } from "../dsl/model.ts";
import { interpret, type Value } from "./graph/interpret.ts";
import type { Graph } from "./graph/graph.ts";
import { compile } from "./pipeline.ts";
import { leafName } from "./programs/programs.ts";
import { className } from "./targets/pytorch/language.ts";
import { modelText } from "./targets/pytorch/model_text.ts";
import { NETWORKS } from "./testing/convolution_cases.ts";
import { OPTIMIZED } from "./testing/optimizer_steps.ts";
import { leavesOf, type Random, randomLeaves, seeded } from "./testing/random_values.ts";
import { RESUMED_MODELS } from "./testing/resumed_models.ts";
import { pythonWithTorch, runScript } from "./testing/torch/python.ts";

const STEPS = 5, SEED = 9;
const python = await pythonWithTorch();

/** What the script tells of a model. */
interface Trained {
  readonly told: readonly Readonly<Record<string, number>>[];
  readonly after: Readonly<Record<string, readonly number[]>>;
}

type Leaves = ReadonlyMap<string, Value>;

function graphOf(model: ModelDeclaration, name: string): Graph {
  const found = compile(model).stages.find(({ source }) => source.name === name)?.source;
  assert.ok(found, name);
  return found;
}

/** Values of all results of a program by name. */
function evaluate({ results }: Graph, dims: DimValues, leaves: Leaves): Leaves {
  const values = interpret(results.map(({ node }) => node), { dims, leaves });
  return new Map(results.flatMap(({ name }, at) => {
    const value = values[at];
    return value === undefined ? [] : [[name, value] as const];
  }));
}

const scalar = (value: number): Value => ({ shape: [], data: Float64Array.of(value) });

/** First values: what is trained is random, and so are states, which are positive as variances are. */
function firstValues(model: ModelDeclaration, dims: DimValues, next: Random): Leaves {
  const kept = leavesOf([...model.params, ...model.state]);
  const params = kept.filter(({ attrs }) => attrs.role === "parameter");
  const states = kept.filter(({ attrs }) => attrs.role === "state");
  return new Map([
    ...randomLeaves(params, dims, next),
    ...randomLeaves(states, dims, next, { low: 0.5, high: 1, below: 3 }),
  ]);
}

/** All steps as they are declared. */
function declaredSteps(
  model: ModelDeclaration,
  dims: DimValues,
  first: Leaves,
  batches: readonly Leaves[],
): { readonly totals: readonly Leaves[]; readonly after: Leaves } {
  const step = graphOf(model, "step");
  let kept: Leaves = new Map(
    leavesOf(step.results.map(({ node }) => node)).flatMap(({ attrs, shape }) => {
      if (attrs.role !== "state" && attrs.role !== "parameter") return [];
      const extents = shape.map((extent) =>
        typeof extent === "number" ? extent : dims[extent.name] ?? NaN
      );
      const count = extents.reduce((product, extent) => product * extent, 1);
      const zeros = { shape: extents, data: new Float64Array(count) };
      return [[attrs.name, first.get(attrs.name) ?? zeros] as const];
    }),
  );
  const totals: Leaves[] = [];
  batches.forEach((batch, at) => {
    const scalars = new Map([["step", scalar(at + 1)], ["seed", scalar(SEED)]]);
    const zeros = new Map(
      [...kept.keys()].filter((name) => name.endsWith("_total")).map((name) => [name, scalar(0)]),
    );
    const results = evaluate(step, dims, new Map([...kept, ...zeros, ...scalars, ...batch]));
    totals.push(results);
    kept = new Map([...kept, ...results]);
  });
  const last = batches.at(-1) ?? new Map();
  return {
    totals,
    after: new Map([
      ...kept,
      ...evaluate(graphOf(model, "predict"), dims, new Map([...kept, ...last])),
    ]),
  };
}

function assertClose(got: ArrayLike<number>, wanted: ArrayLike<number>, what: string): void {
  assert.equal(got.length, wanted.length, what);
  for (let at = 0; at < wanted.length; at++) {
    const [value = NaN, exact = NaN] = [got[at], wanted[at]];
    assert.ok(
      Math.abs(value - exact) <= 1e-9 * Math.max(1, Math.abs(exact)),
      `${what}[${at}]: ${value} for ${exact}`,
    );
  }
}

/** PyTorch stores no activations in 16 bits. */
const MODELS = [...OPTIMIZED, ...NETWORKS, ...RESUMED_MODELS].filter(({ half }) => !half);

for (const model of MODELS) {
  Deno.test({
    name: `${model.name}: steps in PyTorch are those that the model declares`,
    ignore: python === undefined,
    fn: async () => {
      const dims = { B: 5 }, next = seeded(3);
      const first = firstValues(model, dims, next);
      const inputs = leavesOf(model.inputs);
      const batches = Array.from({ length: STEPS }, () => randomLeaves(inputs, dims, next));
      const dtypes = new Map(inputs.map(({ attrs, dtype }) => [attrs.name, dtype]));
      const json = (leaves: Leaves) =>
        Object.fromEntries([...leaves].map(([name, { shape, data }]) => [
          name,
          { shape, data: [...data], dtype: dtypes.get(name) ?? "f32" },
        ]));
      const asked = {
        text: modelText(model),
        class: className(model.name),
        sizes: {},
        tensors: json(first),
        batches: batches.map(json),
        numbers: { seed: SEED },
      };
      // The script writes what this reads.
      const [found] = await runScript(python ?? "", "models.py", [asked]) as Trained[];
      const { totals, after } = declaredSteps(model, dims, first, batches);
      totals.forEach((results, at) => {
        for (const [name, value] of Object.entries(found?.told[at] ?? {})) {
          assertClose(
            [value],
            results.get(`${name}_total`)?.data ?? [],
            `${name} of step ${at + 1}`,
          );
        }
      });
      assert.ok(found !== undefined && "loss" in (found.told[0] ?? {}));
      const names = [...model.params, ...model.state].map(leafName);
      for (const name of names) assert.ok(name in found.after, name);
      for (const [name, values] of Object.entries(found.after)) {
        assertClose(values, after.get(name)?.data ?? [], name);
      }
    },
  });
}
