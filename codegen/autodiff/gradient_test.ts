import assert from "node:assert/strict";
import type { LayerDeclaration } from "../../dsl/declare.ts";
import { dim } from "../../dsl/dim.ts";
import { make } from "../../dsl/intern.ts";
import {
  linear,
  linearWithoutBias,
  relu,
  sharedLinear,
  sharedLinearWithBias,
  softmaxCrossEntropy,
} from "../../dsl/layers/mod.ts";
import type { Node } from "../../dsl/ops.ts";
import { add, exp, input, matmul, mul, transpose } from "../../dsl/tensor.ts";
import { full, permute } from "../graph/build.ts";
import { printNodes } from "../graph/print.ts";
import { checkGradients, outputGradient, TOLERANCE } from "../testing/gradient_check.ts";
import { randomDims, seeded } from "../testing/random_values.ts";
import { gradients } from "./gradient.ts";

const B = dim("B"), K = dim("K");

const LAYERS: readonly LayerDeclaration[] = [
  linear,
  linearWithoutBias,
  sharedLinear,
  sharedLinearWithBias,
  relu,
  softmaxCrossEntropy,
];

/** Sizes of one and primes; at least as many classes as labels. */
const sizesOf = (layer: LayerDeclaration, seed: number) => {
  const next = seeded(seed);
  const dims = randomDims([layer.output], next);
  return { next, dims: "C" in dims ? { ...dims, C: 5 } : dims };
};

for (const layer of LAYERS) {
  Deno.test(`the gradients of ${layer.name} agree with finite differences`, () => {
    for (let seed = 1; seed <= 8; seed++) {
      for (const { leaf, relative } of checkGradients(layer.output, sizesOf(layer, seed))) {
        assert.ok(relative < TOLERANCE, `g${leaf} is off by ${relative} with seed ${seed}`);
      }
    }
  });

  Deno.test(`the check notices a gradient of ${layer.name} that is wrong by a thousandth`, () => {
    const wrong = (_: Node, derived: Node) =>
      make("mul", {}, [derived, full(1.001, derived.shape)]);
    const errors = checkGradients(layer.output, { ...sizesOf(layer, 3), gradientOf: wrong });
    assert.ok(errors.every(({ relative }) => relative > 5e-4));
  });
}

Deno.test("gradients written by hand agree with finite differences", () => {
  for (const layer of [sharedLinear, sharedLinearWithBias]) {
    const byHand = (leaf: Node, derived: Node) =>
      leaf.op === "input" ? layer.backward.get(leaf.attrs.name) ?? derived : derived;
    for (let seed = 1; seed <= 8; seed++) {
      const errors = checkGradients(layer.output, { ...sizesOf(layer, seed), gradientOf: byHand });
      assert.ok(errors.every(({ relative }) => relative < TOLERANCE));
    }
  }
});

Deno.test("the check notices a transposed gradient of a square matrix", () => {
  const y = matmul(input("x", [5, 3]), transpose(input("W", [3, 3]))).node;
  const turned = (leaf: Node, derived: Node) =>
    leaf.op === "input" && leaf.attrs.name === "W" ? permute(derived, [1, 0]) : derived;
  const errors = checkGradients(y, { dims: {}, next: seeded(1), gradientOf: turned });
  assert.deepEqual(errors.map(({ relative }) => relative > TOLERANCE), [false, true]);
});

Deno.test("many inputs are no trouble: 784 of them, in float64", () => {
  const dims = { B: 2, I: 784, O: 3 };
  for (const { leaf, relative } of checkGradients(linear.output, { dims, next: seeded(5) })) {
    assert.ok(relative < TOLERANCE, `g${leaf} is off by ${relative}`);
  }
});

Deno.test("the gradients of several uses of one value are added", () => {
  const x = input("x", [B]);
  const y = add(mul(x, x), exp(x)).node;
  const { gradients: [gx = y] } = gradients(y, outputGradient(y), [x.node]);
  assert.equal(
    printNodes([gx], new Map()),
    `\
t1[B] = exp(x)
t2[B] = gy * t1
t3[B] = gy * x
t4[B] = t2 + t3
t5[B] = t4 + t3`,
  );
});

Deno.test("a leaf that the value does not depend on has a gradient of zeros", () => {
  const x = input("x", [B]).node, other = input("other", [K]).node;
  const { gradients: [g] } = gradients(exp(input("x", [B])).node, x, [other]);
  assert.equal(g, full(0, [K]));
});

Deno.test("the value's gradient with respect to itself is the one given", () => {
  const y = exp(input("x", [B])).node, gy = outputGradient(y);
  assert.deepEqual(gradients(y, gy, [y]).gradients, [gy]);
});

Deno.test("the gradient of a named value is named after it", () => {
  const x = input("x", [B]), e = exp(x), y = mul(e, e).node;
  const { gradients: [gx = y], names } = gradients(
    y,
    outputGradient(y),
    [x.node],
    new Map([[e.node, "e"]]),
  );
  assert.deepEqual([...names.values()].toSorted(), ["g_e", "g_x"]);
  assert.equal(names.get(gx), "g_x");
});
