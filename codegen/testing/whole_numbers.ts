/**
 * Whole numbers where machines differ: conversions of floats that are none, and divisions that some trap on or
 * refuse to compile. Each case has to give, on every backend, the very numbers of the float64 interpreter.
 *
 * @module
 */
import assert from "node:assert/strict";
import { defineLayer, dim, tensor } from "../../dsl/mod.ts";
import * as t from "../../dsl/tensor.ts";
import type { LoadedModule } from "../../runtime/backend.ts";
import type { ModuleSpec } from "../../runtime/spec.ts";
import { withFreshModule } from "../../explain/temporary_module.ts";
import { interpret, type Value } from "../graph/interpret.ts";
import { layerPrograms } from "../programs/layer_programs.ts";

const B = dim("B");
type Floats = t.Tensor<readonly [typeof B], "f32">;
type Whole = t.Tensor<readonly [typeof B], "i32">;

/** Numbers at both ends of u32 and i32, between and beyond, and what is no number. */
const FLOATS = [
  ...[0, -0, 1, -1, 0.5, -0.5, 1.9, -1.9, 3e9, 1e10, -1e10, 3e38, -3e38, NaN, Infinity, -Infinity],
  ...[2 ** 31 - 128, 2 ** 31, 2 ** 32 - 256, 2 ** 32, -(2 ** 31), -(2 ** 31) - 256],
];
const LEAST = -(2 ** 31);
const WHOLE = [0, 1, -1, 5, -7, 100, 2 ** 31 - 1, LEAST];

/** All pairs: the elements of i change slowly, those of j fast. */
const COUNT = FLOATS.length * WHOLE.length;
const LEAVES = new Map<string, Value>([
  ["x", value((at) => FLOATS[at % FLOATS.length])],
  ["i", value((at) => WHOLE[Math.floor(at / WHOLE.length) % WHOLE.length])],
  ["j", value((at) => WHOLE[at % WHOLE.length])],
]);

function value(of: (at: number) => number | undefined): Value {
  return { shape: [COUNT], data: Float64Array.from({ length: COUNT }, (_, at) => of(at) ?? NaN) };
}

const HALF = 2 ** 16;
/** The upper half of the bits, exact in f32. */
const upper = (x: t.Tensor<readonly [typeof B], "i32" | "u32">): Floats =>
  t.cast(t.div(x, HALF), "f32");
/** What the upper half leaves over. */
const lower = (x: t.Tensor<readonly [typeof B], "i32" | "u32">): Floats =>
  t.cast(t.sub(x, t.mul(t.div(x, HALF), HALF)), "f32");
const both = (
  whole: (x: Floats, i: Whole, j: Whole) => t.Tensor<readonly [typeof B], "i32" | "u32">,
) => [upper, lower].map((half) => (x: Floats, i: Whole, j: Whole) => half(whole(x, i, j)));

const unsigned = (i: Whole) => t.cast(i, "u32");
/** A number that is known when the layer is compiled. */
const literal = (number: number) => t.cast(t.constant(number), "i32");

const CASES = {
  f32_to_i32: both((x) => t.cast(x, "i32")),
  f32_to_u32: both((x) => t.cast(x, "u32")),
  literal_to_i32: both((_, i) => t.sub(i, literal(3e9))),
  literal_to_u32: both((_, i) => t.add(unsigned(i), t.cast(t.constant(-5), "u32"))),
  i32_by_literal_0: both((_, i) => t.div(i, 0)),
  u32_by_literal_0: both((_, i) => t.div(unsigned(i), 0)),
  literal_by_literal_0: both((_, i) => t.add(i, t.div(literal(7), 0))),
  i32_by_minus_1: both((_, i) => t.div(i, -1)),
  i32_by_i32: both((_, i, j) => t.div(i, j)),
  u32_by_u32: both((_, i, j) => t.div(unsigned(i), unsigned(j))),
  literal_by_i32: both((_, i) => t.div(LEAST, i)),
  least_plus: both((_, i) => t.add(i, LEAST)),
  least_negated: both((_, i) => t.add(i, t.neg(literal(LEAST)))),
  least_by_minus_1: both((_, i) => t.add(i, t.div(literal(LEAST), -1))),
  least_compared: [(_: Floats, i: Whole) => t.cast(t.equal(i, LEAST), "f32")],
  size_of_least: both((_, i) => t.abs(i)),
};

/** The layers, with what they are to give. */
export const LAYERS = Object.entries(CASES).flatMap(([name, parts]) =>
  parts.map((part, half) =>
    defineLayer({
      name: `${name}_${half === 0 ? "upper" : "lower"}`,
      inputs: { x: tensor(B), i: tensor(B).i32(), j: tensor(B).i32() },
      forward: ({ x, i, j }) => part(x, i, j),
    })
  )
);

/** Loads modules in one of the ways that a backend has. */
type Load = (module: ModuleSpec, dims: { readonly B: number }) => Promise<LoadedModule>;

/** Runs every case in each of these ways. */
export async function checkWholeNumbers(loads: readonly Load[]): Promise<void> {
  for (const layer of LAYERS) {
    const roots = layerPrograms(layer)[0]?.results.map(({ node }) => node) ?? [];
    const [wanted] = interpret(roots, { dims: { B: COUNT }, leaves: LEAVES });
    await withFreshModule(layer, async (module) => {
      for (const load of loads) {
        const loaded = await load(module, { B: COUNT });
        loaded.write("x", Float32Array.from(LEAVES.get("x")?.data ?? []));
        loaded.write("i", Int32Array.from(LEAVES.get("i")?.data ?? []));
        loaded.write("j", Int32Array.from(LEAVES.get("j")?.data ?? []));
        loaded.run("forward", { B: COUNT });
        // 0 and −0 are the same whole number.
        const got = [...await loaded.read("y")].map((each) => each + 0);
        assert.deepEqual(got, [...wanted?.data ?? []].map((each) => each + 0), layer.name);
        loaded.dispose();
      }
    });
  }
}

/** A product with a whole part after it, whose columns a target may compute in fours. */
export const PRODUCT = defineLayer({
  name: "whole_part_of_product",
  inputs: { x: tensor(B, 4) },
  params: { W: tensor(12, 4) },
  forward: ({ x, W }) => {
    const y = t.cast(t.matmul(x, t.transpose(W)), "i32");
    return t.cast(t.sub(y, t.mul(t.div(y, HALF), HALF)), "f32");
  },
});

/** Runs {@linkcode PRODUCT} with products that are the floats themselves. */
export async function checkProduct(loads: readonly Load[]): Promise<void> {
  const dims = { B: FLOATS.length };
  const x = Float32Array.from(
    { length: 4 * dims.B },
    (_, at) => at % 4 ? 0 : FLOATS[at / 4] ?? NaN,
  );
  const W = Float32Array.from({ length: 48 }, (_, at) => at % 4 ? 0 : 1);
  const whole = (each: number): number =>
    Number.isNaN(each) ? 0 : Math.min(Math.max(Math.trunc(each), LEAST), 2 ** 31 - 1);
  const wanted = FLOATS.flatMap((each) => Array<number>(12).fill(whole(each) % HALF + 0));
  await withFreshModule(PRODUCT, async (module) => {
    for (const load of loads) {
      const loaded = await load(module, dims);
      loaded.write("x", x);
      loaded.write("W", W);
      loaded.run("forward", dims);
      assert.deepEqual([...await loaded.read("y")].map((each) => each + 0), wanted);
      loaded.dispose();
    }
  });
}
