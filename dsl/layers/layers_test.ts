import assert from "node:assert/strict";
import fc from "fast-check";
import { interpret, tabulate, type Value } from "../../codegen/graph/interpret.ts";
import { leavesOf, randomLeaves, seeded } from "../../codegen/testing/random_values.ts";
import type { LayerDeclaration } from "../declare.ts";
import { type DimValues, showShape } from "../dim.ts";
import {
  accuracy,
  linear,
  linearWithoutBias,
  relu,
  sharedLinear,
  sharedLinearWithBias,
  softmaxCrossEntropy,
} from "./mod.ts";

/** An element of a leaf by name and index. */
type Read = (leaf: string, ...index: readonly number[]) => number;

/** A layer's shape, and its formula written once more as plain arithmetic on elements. */
interface Formula {
  readonly layer: LayerDeclaration;
  readonly shape: string;
  readonly element: (at: Read, dims: DimValues, index: readonly number[]) => number;
}

const range = (count: number) => Array.from({ length: count }, (_, i) => i);
const total = (count: number, term: (i: number) => number) =>
  range(count).reduce((sum, i) => sum + term(i), 0);
const size = (dims: DimValues, name: string) => dims[name] ?? NaN;

const product: Formula["element"] = (at, dims, [b = 0, o = 0]) =>
  total(size(dims, "I"), (i) => at("x", b, i) * at("W", o, i));

const sharedProduct: Formula["element"] = (at, dims, [b = 0, o = 0]) =>
  total(
    size(dims, "n") * size(dims, "K"),
    (i) => at("x", b, i) * at("W", o, i % size(dims, "K")),
  );

const logits = (at: Read, dims: DimValues, b: number) =>
  range(size(dims, "C")).map((c) => at("z", b, c));

const FORMULAS: readonly Formula[] = [
  {
    layer: linear,
    shape: "[B, O]",
    element: (at, dims, index) => product(at, dims, index) + at("b", index[1] ?? 0),
  },
  { layer: linearWithoutBias, shape: "[B, O]", element: product },
  { layer: sharedLinear, shape: "[B, O]", element: sharedProduct },
  {
    layer: sharedLinearWithBias,
    shape: "[B, O]",
    element: (at, dims, index) => sharedProduct(at, dims, index) + at("b", index[1] ?? 0),
  },
  { layer: relu, shape: "[B, N]", element: (at, _, index) => Math.max(at("x", ...index), 0) },
  {
    layer: softmaxCrossEntropy,
    shape: "[B]",
    element: (at, dims, [b = 0]) => {
      const z = logits(at, dims, b);
      return Math.log(total(z.length, (c) => Math.exp(z[c] ?? NaN))) - at("z", b, at("label", b));
    },
  },
  {
    layer: accuracy,
    shape: "[B]",
    element: (at, dims, [b = 0]) => {
      const z = logits(at, dims, b);
      return Number(z.indexOf(Math.max(...z)) === at("label", b));
    },
  },
];

for (const { layer, shape, element } of FORMULAS) {
  Deno.test(`${layer.name} has the shape ${shape} and computes ${layer.doc}`, () => {
    assert.equal(showShape(layer.output.shape), shape);
    const extent = fc.constantFrom(1, 2, 3, 5, 7);
    const sizes = fc.record({
      B: extent,
      O: extent,
      I: extent,
      K: extent,
      n: extent,
      N: extent,
      C: fc.constantFrom(3, 4, 5),
    });
    fc.assert(
      fc.property(sizes, fc.nat(), (dims, seed) => {
        const leaves = randomLeaves(leavesOf([layer.output]), dims, seeded(seed));
        const at: Read = (leaf, ...index) => {
          const value: Value | undefined = leaves.get(leaf);
          const position = index.reduce((p, i, axis) => p * (value?.shape[axis] ?? NaN) + i, 0);
          return value?.data[position] ?? NaN;
        };
        const [got] = interpret([layer.output], { dims, leaves });
        assert.ok(got !== undefined);
        const wanted = tabulate(got.shape, (index) => element(at, dims, index));
        got.data.forEach((value, i) => {
          assert.ok(Math.abs(value - (wanted.data[i] ?? NaN)) < 1e-12);
        });
      }),
      { seed: 2, numRuns: 20 },
    );
  });
}
