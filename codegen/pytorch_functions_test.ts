/** Functions that are generated for PyTorch, in float64 beside what is declared, and their gradients beside slopes. */
import assert from "node:assert/strict";
import { defineLayer, type LayerDeclaration, tensor } from "../dsl/declare.ts";
import { dim, type DimValues } from "../dsl/dim.ts";
import * as t from "../dsl/tensor.ts";
import type { Value } from "./graph/interpret.ts";
import { compile } from "./pipeline.ts";
import { className } from "./targets/pytorch/language.ts";
import { layerText } from "./targets/pytorch/layer_text.ts";
import { LAYER_CASES, leafValues, reference } from "./testing/generated_layers.ts";
import { seeded } from "./testing/random_values.ts";
import { sketches } from "./testing/sketch.ts";
import { assertMostCompared, newTally } from "./testing/tally.ts";
import { differenceOf, DOUBLE, expectedOf, trialOf } from "./testing/trial.ts";
import { SCALARS } from "./testing/run_kernels.ts";
import { pythonWithTorch, runScript } from "./testing/torch/python.ts";
import { VOCABULARY } from "./testing/vocabulary.ts";

const python = await pythonWithTorch();

/** What a function gives, as the script writes it. */
interface Result {
  readonly results: readonly (readonly number[])[];
  readonly gradients: Readonly<Record<string, readonly number[]>>;
}

/** A case for the script, and what is wanted of it. */
interface FunctionCase {
  readonly asked: unknown;
  readonly wanted: {
    readonly results: readonly (readonly [string, Value])[];
    readonly gradients: readonly (readonly [string, Value])[];
  };
}

function caseOf(
  layer: LayerDeclaration,
  dims: DimValues,
  slopes: boolean,
  given?: ReadonlyMap<string, Value>,
): FunctionCase {
  const { stages } = compile(layer);
  const leaves = given ?? leafValues(stages, dims, seeded(5));
  const programs = new Map(
    stages.map((stage) => [stage.source.name, reference(stage, dims, leaves)]),
  );
  const results = programs.get("forward_training") ?? programs.get("forward") ?? new Map();
  const gradients = [...programs].filter(([name]) => name.startsWith("grad_"))
    .flatMap(([, values]) => [...values]).map(([name, value]) => [name.slice(1), value] as const);
  const dtypes = new Map(
    [...layer.inputs, ...layer.params, ...layer.state, layer.outputGradient].flatMap((node) =>
      node.op === "input" ? [[node.attrs.name, node.dtype] as const] : []
    ),
  );
  const tensor = (name: string, { shape, data }: Value) => ({
    shape,
    data: [...data],
    dtype: dtypes.get(name) ?? "f32",
  });
  const { gy, ...tensors } = Object.fromEntries(
    [...leaves].map(([name, value]) => [name, tensor(name, value)]),
  );
  const y = results.get("y");
  return {
    asked: {
      text: layerText(layer),
      function: gradients.length === 0 ? layer.name : `${className(layer.name)}Function`,
      tensors,
      gy: gy ??
        tensor("gy", { shape: y?.shape ?? [], data: y?.data.map(() => 1) ?? new Float64Array() }),
      differentiated: gradients.map(([name]) => name),
      numbers: { ...SCALARS, ...dims },
      slopes,
    },
    wanted: { results: [...results], gradients },
  };
}

function assertClose(got: readonly number[], wanted: Value, what: string): void {
  assert.equal(got.length, wanted.data.length, what);
  got.forEach((value, at) => {
    const exact = wanted.data[at] ?? NaN;
    if (Object.is(value, exact)) return;
    assert.ok(
      Math.abs(value - exact) <= 1e-9 * Math.max(1, Math.abs(exact)),
      `${what}[${at}]: ${value} for ${exact}`,
    );
  });
}

/** Those that are flat between steps, which slopes take for slopes. */
const FLAT = new Set(["integers"]);

const LAYERS = [
  ...LAYER_CASES.map(({ declaration, sizes }) => ({ declaration, sizes: sizes.slice(0, 2) })),
  ...VOCABULARY.map(({ declaration, sizes }) => ({ declaration, sizes: sizes.slice(0, 2) })),
];

/** Runs cases in one process. JSON has no numbers that are not finite; the script writes them as texts. */
async function resultsOf(cases: readonly FunctionCase[]): Promise<readonly Result[]> {
  // The script writes what this reads.
  const found = await runScript(
    python ?? "",
    "functions.py",
    cases.map(({ asked }) => asked),
  ) as { results: Told[][]; gradients: Record<string, Told[]> }[];
  const numbers = (values: readonly Told[]): readonly number[] =>
    values.map((value) =>
      Number(value === "inf" ? Infinity : value === "-inf" ? -Infinity : value)
    );
  return found.map(({ results, gradients }) => ({
    results: results.map(numbers),
    gradients: Object.fromEntries(
      Object.entries(gradients).map(([name, values]) => [name, numbers(values)]),
    ),
  }));
}

type Told = number | string;

/** Runs cases in one process, and compares what they give. */
async function checkCases(cases: readonly FunctionCase[]): Promise<void> {
  const found = await resultsOf(cases);
  cases.forEach(({ wanted }, at) => {
    const { results = [], gradients = {} } = found[at] ?? {};
    wanted.results.forEach(([name, value], i) => assertClose(results[i] ?? [], value, name));
    for (const [name, value] of wanted.gradients) {
      assertClose(gradients[name] ?? [], value, `g${name}`);
    }
  });
}

for (const { declaration, sizes } of LAYERS) {
  Deno.test({
    name:
      `${declaration.name}: PyTorch computes the declared values and gradients, which agree with slopes`,
    ignore: python === undefined,
    fn: () =>
      checkCases(sizes.map((dims) => caseOf(declaration, dims, !FLAT.has(declaration.name)))),
  });
}

Deno.test({
  name: "words of Python, and dims that are named like tensors, make names of layers and tensors",
  ignore: python === undefined,
  fn: async () => {
    const [B, K, within] = [dim("B"), dim("K"), dim("in")];
    const declaration = defineLayer({
      name: "class_of",
      inputs: { B: tensor(B, K), lambda: tensor(B, within) },
      params: { torch: tensor(K, within), K: tensor(K), forward: tensor(within) },
      forward: (given) =>
        t.add(t.matmul(t.add(given.B, given.K), given.torch), t.mul(given.lambda, given.forward)),
    });
    const { asked, wanted } = caseOf(declaration, { B: 3, K: 5, in: 2 }, false);
    const text = layerText(declaration);
    assert.match(text, /class ClassOf\(nn\.Module\)/);
    const named = asked as { readonly tensors: Readonly<Record<string, unknown>> };
    // The script finds tensors by the names of parameters.
    const renamed = {
      B: "B_2",
      K: "K_2",
      lambda: "lambda_",
      torch: "torch_2",
      forward: "forward",
    };
    const tensors = Object.fromEntries(
      Object.entries(renamed).map(([from, to]) => [to, named.tensors[from]]),
    );
    const [{ results = [] } = {}] = await resultsOf([
      { asked: { ...named, tensors, differentiated: [] }, wanted },
    ]);
    wanted.results.forEach(([name, value], i) => assertClose(results[i] ?? [], value, name));
  },
});

/** What a function gives, by the names of results of the layer's programs. */
function byName(
  { results, gradients }: Result,
  names: readonly string[],
): ReadonlyMap<string, readonly number[]> {
  return new Map([
    ...results.map((values, at) => [names[at] ?? "", values] as const),
    ...Object.entries(gradients).map(([name, values]) => [`g${name}`, values] as const),
  ]);
}

Deno.test({
  name: "PyTorch computes what random layers declare",
  ignore: python === undefined,
  fn: async () => {
    // Bounds of errors are those of rewritten programs.
    const trials = sketches(200, 12).filter(({ rewritten }) => rewritten)
      .flatMap((sketch) => trialOf(sketch) ?? []);
    const cases = trials.map(({ declaration, dims, leaves }) => {
      assert.ok(declaration.kind === "layer");
      return caseOf(declaration, dims, false, leaves);
    });
    const found = await resultsOf(cases);
    const tally = newTally();
    trials.forEach((trial, at) => {
      const names = cases[at]?.wanted.results.map(([name]) => name) ?? [];
      const got = byName(found[at] ?? { results: [], gradients: {} }, names);
      const isTrained = trial.compilation.stages.some(({ source }) =>
        source.name === "forward_training"
      );
      for (const expected of expectedOf(trial)) {
        if (isTrained && expected.program === "forward") continue;
        const values = got.get(expected.name) ?? [];
        const difference = differenceOf(expected, values, "in PyTorch", tally, DOUBLE);
        assert.equal(
          difference,
          undefined,
          `${difference}\n${
            trial.declaration.kind === "layer" ? layerText(trial.declaration) : ""
          }`,
        );
      }
    });
    assertMostCompared(tally);
  },
});
