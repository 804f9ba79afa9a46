/** Layers of random numbers, and what must be true of what they give; the same on every backend. @module */
import assert from "node:assert/strict";
import {
  add,
  bernoulli,
  cast,
  defineLayer,
  dim,
  mul,
  randomNormal,
  randomUniform,
  type Tensor,
  tensor,
} from "../../dsl/mod.ts";
import type { Backend } from "../../runtime/backend.ts";
import { interpret, type Value } from "../graph/interpret.ts";
import { layerPrograms } from "../programs/layer_programs.ts";
import { withFreshModule } from "../../explain/temporary_module.ts";

const B = dim("B"), N = dim("N");

/** Adds 0 · x, so that the layer has something to be applied to. */
const nothing = (x: Tensor<readonly [typeof B, typeof N], "f32">) => mul(x, 0);

const LAYERS = {
  uniform: defineLayer({
    name: "uniform_noise",
    inputs: { x: tensor(B, N) },
    forward: ({ x }) =>
      add(randomUniform([B, N], { stream: "noise", low: -1, high: 3 }), nothing(x)),
  }),
  normal: defineLayer({
    name: "normal_noise",
    inputs: { x: tensor(B, N) },
    forward: ({ x }) =>
      add(randomNormal([B, N], { stream: "noise", mean: 2, std: 0.5 }), nothing(x)),
  }),
  mask: defineLayer({
    name: "mask",
    inputs: { x: tensor(B, N) },
    forward: ({ x }) =>
      add(cast(bernoulli([B, N], { stream: "noise", probability: 0.3 }), "f32"), nothing(x)),
  }),
};

/** Mean and variance of the numbers of each layer. */
const MOMENTS = {
  uniform: { mean: 1, variance: 16 / 12 },
  normal: { mean: 2, variance: 0.25 },
  mask: { mean: 0.3, variance: 0.21 },
} as const;

const dims = { B: 37, N: 271 };
const COUNT = dims.B * dims.N;

function wanted(layer: typeof LAYERS.uniform, seed: number, step: number): Float64Array {
  const [forward] = layerPrograms(layer);
  const leaves = new Map<string, Value>([
    ["x", { shape: [dims.B, dims.N], data: new Float64Array(COUNT) }],
    ["seed", { shape: [], data: Float64Array.of(seed) }],
    ["step", { shape: [], data: Float64Array.of(step) }],
  ]);
  const roots = forward?.results.map(({ node }) => node) ?? [];
  return interpret(roots, { dims, leaves })[0]?.data ?? new Float64Array();
}

/** Draws with each layer, and compares moments with theory and numbers with the interpreter. */
export async function checkRandomLayers(backend: Backend): Promise<void> {
  for (const kind of ["uniform", "normal", "mask"] as const) {
    const layer = LAYERS[kind];
    await withFreshModule(layer, async (module) => {
      const loaded = await backend.load(module, dims);
      loaded.write("x", new Float32Array(COUNT));
      const draw = async (seed: number, step: number) => {
        loaded.run("forward", { B: dims.B, seed, step });
        return Float64Array.from(await loaded.read("y"));
      };
      const numbers = await draw(4_000_000_000, 7);
      const reference = wanted(layer, 4_000_000_000, 7);
      const apart = Math.max(...numbers.map((x, i) => Math.abs(x - (reference[i] ?? NaN))));
      // Uniform numbers and masks are sums and products of few rounded numbers; logarithms lose more.
      assert.ok(apart <= (kind === "normal" ? 2e-5 : 1e-6), `${kind} is off by ${apart}`);
      const { mean, variance } = MOMENTS[kind];
      const got = numbers.reduce((a, b) => a + b) / COUNT;
      const spread = numbers.reduce((a, b) => a + (b - got) ** 2, 0) / COUNT;
      // Five standard errors of the mean; the variance of a variance is at most 2σ⁴/n here.
      assert.ok(Math.abs(got - mean) < 5 * Math.sqrt(variance / COUNT), `${kind}: mean ${got}`);
      assert.ok(Math.abs(spread - variance) < 5 * variance * Math.sqrt(2 / COUNT));
      assert.deepEqual(await draw(4_000_000_000, 7), numbers);
      for (const other of [await draw(4_000_000_001, 7), await draw(4_000_000_000, 8)]) {
        const covariance = numbers.reduce(
          (a, x, i) => a + (x - mean) * ((other[i] ?? NaN) - mean),
          0,
        );
        assert.ok(Math.abs(covariance / COUNT / variance) < 5 / Math.sqrt(COUNT), kind);
      }
      assert.throws(() => loaded.run("forward", { B: dims.B, step: 1 }), /seed/);
      loaded.dispose();
    });
  }
}

/** So narrow a range, so far from 0, that one number in 33 thousand would be rounded up to the end. */
const NARROW = defineLayer({
  name: "narrow_noise",
  inputs: { x: tensor(B, N) },
  forward: ({ x }) =>
    add(randomUniform([B, N], { stream: "noise", low: 1000, high: 1001 }), nothing(x)),
});

/** No number is the end of its range, which about 30 of these would be rounded to. */
export async function checkUniformEnd(backend: Backend): Promise<void> {
  const sizes = { B: 1024, N: 1024 };
  await withFreshModule(NARROW, async (module) => {
    const loaded = await backend.load(module, sizes);
    loaded.write("x", new Float32Array(sizes.B * sizes.N));
    loaded.run("forward", { B: sizes.B, seed: 5, step: 1 });
    const sorted = Float64Array.from(await loaded.read("y")).sort();
    assert.deepEqual([sorted[0], sorted.at(-1)], [1000, 1001 - 2 ** -14]);
    loaded.dispose();
  });
}
