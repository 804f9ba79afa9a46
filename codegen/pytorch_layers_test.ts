/** The layers of the library beside PyTorch's, forward and every gradient. */
import assert from "node:assert/strict";
import type { LayerDeclaration } from "../dsl/declare.ts";
import { type DimValues, evaluateExtent } from "../dsl/dim.ts";
import * as layers from "../dsl/layers/mod.ts";
import { type SizedConvolution, sizedConvolution } from "../dsl/layers/convolution.ts";
import { avgPool2d, maxPool2d } from "../dsl/layers/pooling.ts";
import { defineLayer, dim, tensor } from "../dsl/mod.ts";
import { type Backend } from "../runtime/backend.ts";
import { openWasm } from "../runtime/wasm/backend.ts";
import type { Value } from "./graph/interpret.ts";
import { withFreshModule } from "../explain/temporary_module.ts";
import { randomValue, seeded } from "./testing/random_values.ts";
import { pythonWithTorch, runScript } from "./testing/torch/python.ts";

/** A layer, what PyTorch is told about it, and sizes. */
interface TorchCase {
  readonly declaration: LayerDeclaration;
  readonly dims: DimValues;
  readonly options?: Readonly<Record<string, unknown>>;
  /** Below which number labels and indices lie. */
  readonly below?: number;
  readonly program?: "forward" | "forward_training";
}

const convolution = (options: Partial<SizedConvolution>): TorchCase => {
  const all: SizedConvolution = {
    H: 7,
    W: 9,
    size: [3, 3],
    stride: [1, 1],
    padding: [0, 0],
    dilation: [1, 1],
    groups: 1,
    bias: true,
    ...options,
  };
  return { declaration: sizedConvolution(all), dims: { B: 2, C: 3, O: 5 }, options: { ...all } };
};

/** A pooling as a layer of its own, as it is applied to images of 7 by 9. */
const pooling = (
  kind: "max" | "avg",
  options: {
    readonly size: readonly [number, number];
    readonly stride: readonly [number, number];
    readonly padding: readonly [number, number];
  },
): TorchCase => ({
  declaration: defineLayer({
    name: `${kind}_pool_2d`,
    inputs: { x: tensor(dim("B"), dim("C"), 7, 9) },
    forward: ({ x }) => (kind === "max" ? maxPool2d : avgPool2d)(options)(x),
  }),
  dims: { B: 2, C: 3 },
  options: { ...options },
});

const rows = { B: 5, C: 7 }, many = { N: 301 }, features = { B: 6, N: 37 };
const norm = { eps: 1e-5, momentum: 0.1 };

const CASES: readonly TorchCase[] = [
  { declaration: layers.linear, dims: { B: 7, I: 13, O: 11 } },
  { declaration: layers.linearWithoutBias, dims: { B: 7, I: 13, O: 11 } },
  { declaration: layers.sharedLinear, dims: { B: 7, K: 5, n: 3, O: 11 } },
  { declaration: layers.sharedLinearWithBias, dims: { B: 7, K: 5, n: 3, O: 11 } },
  { declaration: layers.relu, dims: { B: 7, N: 43 } },
  { declaration: layers.leakyRelu, dims: many, options: { slope: 0.01 } },
  { declaration: layers.leakyRelu({ slope: 0.3 }).layer, dims: many, options: { slope: 0.3 } },
  { declaration: layers.sigmoidLayer, dims: many },
  { declaration: layers.tanhLayer, dims: many },
  { declaration: layers.gelu, dims: many },
  { declaration: layers.geluTanh, dims: many },
  { declaration: layers.silu, dims: many },
  { declaration: layers.softmax, dims: rows },
  { declaration: layers.logSoftmax, dims: rows },
  { declaration: layers.layerNorm, dims: features, options: norm },
  { declaration: layers.layerNorm({ eps: 0.1 }).layer, dims: features, options: { eps: 0.1 } },
  { declaration: layers.rmsNorm, dims: features, options: norm },
  ...[
    { declaration: layers.batchNorm, dims: { B: 5, C: 4 } },
    { declaration: layers.batchNorm2d, dims: { B: 5, C: 4, H: 3, W: 2 } },
  ].flatMap(({ declaration, dims }): readonly TorchCase[] => {
    return [
      { declaration, dims, options: { ...norm, training: true }, program: "forward_training" },
      { declaration, dims, options: { ...norm, training: false } },
    ];
  }),
  { declaration: layers.embedding, dims: { N: 23, V: 9, E: 5 }, below: 9 },
  { declaration: layers.attention, dims: { B: 2, T: 5, S: 7, D: 3, E: 4 } },
  { declaration: layers.causalAttention, dims: { B: 2, T: 6, D: 3, E: 4 } },
  convolution({}),
  convolution({ padding: [1, 2], bias: false }),
  convolution({ stride: [2, 3], size: [3, 2] }),
  convolution({ dilation: [2, 1], padding: [2, 0] }),
  convolution({ groups: 3, stride: [2, 2], padding: [1, 1] }),
  convolution({ H: 1, W: 4, size: [1, 4] }),
  pooling("max", { size: [2, 2], stride: [2, 2], padding: [0, 0] }),
  pooling("max", { size: [3, 2], stride: [2, 1], padding: [1, 1] }),
  pooling("avg", { size: [2, 3], stride: [2, 3], padding: [0, 0] }),
  pooling("avg", { size: [3, 3], stride: [2, 2], padding: [1, 1] }),
  { declaration: layers.globalAvgPool2d, dims: { B: 2, C: 3, H: 5, W: 4 } },
  { declaration: layers.meanSquaredError, dims: features },
  { declaration: layers.meanAbsoluteError, dims: features },
  { declaration: layers.binaryCrossEntropyWithLogits, dims: features },
  { declaration: layers.softmaxCrossEntropy, dims: rows, below: 7 },
  {
    declaration: layers.softmaxCrossEntropy({ smoothing: 0.1 }).layer,
    dims: rows,
    below: 7,
    options: { smoothing: 0.1 },
  },
  {
    declaration: layers.softmaxCrossEntropy({ ignored: 2, smoothing: 0.2 }).layer,
    dims: { B: 23, C: 4 },
    below: 4,
    options: { ignored: 2, smoothing: 0.2 },
  },
  { declaration: layers.accuracy, dims: { B: 23, C: 4 }, below: 4 },
];

/** What PyTorch has computed. */
interface TorchResult {
  readonly y: readonly number[];
  readonly gradients: Readonly<Record<string, readonly number[]>>;
  readonly states: Readonly<Record<string, readonly number[]>>;
}

/** Random tensors of a case by name, and gy. */
function valuesOf({ declaration, dims, below = 1 }: TorchCase): ReadonlyMap<string, Value> {
  const next = seeded(31);
  const { inputs, params, state, outputGradient } = declaration;
  return new Map([...inputs, ...params, ...state, outputGradient].flatMap((leaf) => {
    if (leaf.op !== "input") return [];
    const shape = leaf.shape.map((extent) => evaluateExtent(extent, dims));
    const low = leaf.attrs.role === "state" ? 0.5 : -2;
    const value = randomValue(shape, next, { low, high: 2, below });
    const whole = value.data.map((x) => Math.floor((x + 2) / 4 * below));
    return [[leaf.attrs.name, leaf.dtype === "u32" ? { shape, data: whole } : value]];
  }));
}

/** The case as PyTorch is given it. */
function described(each: TorchCase, values: ReadonlyMap<string, Value>): unknown {
  const { declaration: { name, inputs, state }, options = {} } = each;
  const nameOf = (leaf: typeof inputs[number]) => leaf.op === "input" ? [leaf.attrs.name] : [];
  const plain = [...values].map((
    [tensor, { shape, data }],
  ) => [tensor, { shape, data: [...data] }]);
  const { gy, ...tensors } = Object.fromEntries(plain);
  return {
    layer: name,
    options,
    tensors,
    gy,
    whole: inputs.filter((leaf) => leaf.dtype === "u32").flatMap(nameOf),
    states: state.flatMap(nameOf),
  };
}

/** Rounding of float32 sums of a few dozen numbers below 2, relative to the largest element. */
const TOLERANCE = 1e-5;

function assertClose(got: ArrayLike<number>, wanted: readonly number[], what: string): void {
  assert.equal(got.length, wanted.length, what);
  const scale = Math.max(1, ...wanted.map(Math.abs));
  wanted.forEach((value, i) => {
    const apart = Math.abs((got[i] ?? NaN) - value);
    assert.ok(apart <= TOLERANCE * scale, `${what}[${i}] is ${got[i]}, PyTorch has ${value}`);
  });
}

/** Runs a layer's programs and compares what they compute. */
async function compare(
  backend: Backend,
  each: TorchCase,
  values: ReadonlyMap<string, Value>,
  wanted: TorchResult,
): Promise<void> {
  const { declaration, dims, program = "forward" } = each;
  await withFreshModule(declaration, async (module) => {
    const loaded = await backend.load(module, dims);
    const call = Object.fromEntries(module.callDims.map((name) => [name, dims[name] ?? NaN]));
    const write = () => {
      for (const [name, { data }] of values) {
        const dtype = module.tensors[name]?.dtype;
        if (dtype === undefined) continue;
        loaded.write(name, dtype === "u32" ? Uint32Array.from(data) : Float32Array.from(data));
      }
    };
    const run = async (name: string, result: string): Promise<ArrayLike<number>> => {
      write();
      loaded.run(name, call);
      return await loaded.read(result);
    };
    assertClose(await run(program, "y"), wanted.y, `${declaration.name}: y`);
    if (program === "forward_training") {
      for (const [name, state] of Object.entries(wanted.states)) {
        assertClose(await run(program, name), state, `${declaration.name}: ${name}`);
      }
    }
    // Gradients are those of training.
    if (each.options?.training === false) return;
    for (const [name, gradient] of Object.entries(wanted.gradients)) {
      const found = await run(`grad_${name.toLowerCase()}`, `g${name}`);
      assertClose(found, gradient, `${declaration.name}: g${name}`);
    }
  });
}

const python = await pythonWithTorch();

Deno.test({
  name: "every layer and its gradients agree with PyTorch",
  ignore: python === undefined,
  fn: async (test) => {
    const names = new Set(CASES.map(({ declaration }) => declaration.name));
    const library = Object.values(layers).flatMap((layer) =>
      "kind" in layer && layer.kind === "layer" ? [layer.name] : []
    );
    assert.deepEqual(library.filter((name) => !names.has(name)), ["dropout"]);
    const values = CASES.map(valuesOf);
    const cases = CASES.map((each, i) => described(each, values[i] ?? new Map()));
    // The script writes a result for each case.
    const results = await runScript(python ?? "", "layers.py", cases) as readonly TorchResult[];
    const backend = await openWasm();
    for (const [i, each] of CASES.entries()) {
      const result = results[i];
      const own = values[i];
      await test.step(`${each.declaration.name} ${JSON.stringify(each.options ?? {})}`, async () => {
        assert.ok(result && own);
        await compare(backend, each, own, result);
      });
    }
    await backend.dispose();
  },
});
