import assert from "node:assert/strict";
import { defineLayer, type LayerDeclaration, tensor } from "../../dsl/declare.ts";
import { customGradient } from "../../dsl/custom_gradient.ts";
import { dim, type Shape } from "../../dsl/dim.ts";
import { outputOf } from "../../dsl/layer_declaration.ts";
import { sharedLinear, sharedLinearWithBias } from "../../dsl/layers/mod.ts";
import * as t from "../../dsl/tensor.ts";
import { checkBackward, type Proof } from "./check_backward.ts";

const B = dim("B"), O = dim("O"), K = dim("K"), n = dim("n");

/** The proofs of all gradients that a layer's author wrote. */
function proofs(layer: LayerDeclaration): readonly Proof[] {
  return checkBackward([outputOf(layer)]);
}

/** A linear layer with gradients that its author wrote. */
function linearWith(
  gW: (
    x: t.Tensor<readonly [typeof B, typeof K], "f32">,
    gy: t.Tensor<readonly [typeof B, typeof O], "f32">,
  ) => t.Tensor<readonly [typeof O, typeof K], "f32">,
): LayerDeclaration {
  return defineLayer({
    name: "handmade",
    inputs: { x: tensor(B, K) },
    params: { W: tensor(O, K) },
    forward: ({ x, W }) => t.matmul(x, t.transpose(W)),
    backward: ({ x, gy }) => ({ gW: gW(x, gy) }),
  });
}

Deno.test("gradients in the form of the paper are the derived ones by rewriting", () => {
  assert.deepEqual(proofs(sharedLinear), [
    { of: "shared_linear", gradient: "gx", by: "rewriting" },
    { of: "shared_linear", gradient: "gW", by: "rewriting" },
  ]);
  assert.deepEqual(proofs(sharedLinearWithBias).map((proof) => proof.by), [
    "rewriting",
    "rewriting",
    "rewriting",
  ]);
  const linear = linearWith((x, gy) => t.matmul(t.transpose(gy), x));
  assert.deepEqual(proofs(linear), [{ of: "handmade", gradient: "gW", by: "rewriting" }]);
});

Deno.test("a gradient that no rule relates to the derived one is accepted by its values", () => {
  const layer = defineLayer({
    name: "squash",
    inputs: { x: tensor(B, K) },
    forward: ({ x }) => t.tanh(x),
    // 1 − tanh² x = 4 / (eˣ + e⁻ˣ)²
    backward: ({ x, gy }) => {
      const cosh2 = t.add(t.exp(x), t.exp(t.neg(x)));
      return { gx: t.div(t.mul(gy, 4), t.mul(cosh2, cosh2)) };
    },
  });
  assert.deepEqual(proofs(layer), [{ of: "squash", gradient: "gx", by: "value" }]);
});

Deno.test("a gradient that has values for positive numbers only is compared there", () => {
  const root = (factor: number) =>
    defineLayer({
      name: "root",
      inputs: { x: tensor(B) },
      forward: ({ x }) => t.sqrt(x),
      backward: ({ x, gy }) => ({ gx: t.mul(t.mul(gy, factor), t.pow(x, -0.5)) }),
    });
  assert.deepEqual(proofs(root(0.5)), [{ of: "root", gradient: "gx", by: "value" }]);
  assert.throws(() => proofs(root(0.501)), /In root: backward's gx differs/);
});

Deno.test("a gradient that never has a value cannot be checked", () => {
  const layer = defineLayer({
    name: "nowhere",
    inputs: { x: tensor(B) },
    forward: ({ x }) => t.sqrt(t.sub(-1, t.mul(x, x))),
    backward: ({ x, gy }) => ({ gx: t.mul(t.mul(gy, x), t.pow(t.sub(-1, t.mul(x, x)), -0.5)) }),
  });
  assert.throws(() => proofs(layer), /In nowhere: cannot check backward's gx/);
});

Deno.test("a dim that no tensor has gets a size too", () => {
  const layer = defineLayer({
    name: "repeated_sum",
    inputs: { x: tensor(B, K) },
    forward: ({ x }) => t.sum(t.tile(x, [1, n]), { axis: 1 }),
    backward: ({ x, gy }) => ({ gx: t.mul(t.add(t.mul(x, 0), t.column(gy)), t.size(n)) }),
  });
  assert.deepEqual(proofs(layer).map((proof) => proof.gradient), ["gx"]);
});

Deno.test("a gradient that is too large by a thousandth is refused at its first element", () => {
  const layer = linearWith((x, gy) => t.mul(t.matmul(t.transpose(gy), x), 1.001));
  assert.throws(() => proofs(layer), {
    name: "DeclarationError",
    message:
      /^In handmade: backward's gW differs from the derived gradient at gW\[0, 0\]: got \S+, wanted \S+ \(with .*B = \d.*\); mend backward, leave it out/,
  });
});

Deno.test("a transposed gradient of a square weight is refused at an element off the diagonal", () => {
  const layer = defineLayer({
    name: "square",
    inputs: { x: tensor(B, K) },
    params: { W: tensor(K, K) },
    forward: ({ x, W }) => t.matmul(x, t.transpose(W)),
    backward: ({ x, gy }) => ({ gW: t.matmul(t.transpose(x), gy) }),
  });
  assert.throws(() => proofs(layer), /backward's gW differs .* at gW\[0, 1\]:/);
});

Deno.test("a gradient that lacks the sum over the batch is refused", () => {
  const layer = linearWith((x, gy) => t.matmul(t.transpose(t.mul(gy, t.div(1, t.size(B)))), x));
  assert.throws(() => proofs(layer), /backward's gW differs/);
});

/** The sign of x, with a gradient as if it were x. */
const through = (unverified?: string) =>
  customGradient({
    name: "through",
    forward: <S extends Shape>(x: t.Tensor<S, "f32">) => t.select(t.greater(x, 0), 1, -1),
    backward: ({ gy }) => [gy],
    ...unverified === undefined ? {} : { unverified },
  });

Deno.test("the gradient of any function can be given, and is proved or refused", () => {
  const x = t.input("x", [B, K]);
  const square = (factor: number) =>
    customGradient({
      name: "square",
      forward: <S extends Shape>(a: t.Tensor<S, "f32">) => t.mul(a, a),
      backward: ({ operands: [a], gy }) => [t.mul(t.mul(gy, a), factor)],
    });
  const good = checkBackward([t.exp(square(2)(t.sin(x))).node]);
  assert.deepEqual(good, [{ of: "square", gradient: "goperand1", by: "value" }]);
  assert.throws(() => checkBackward([square(2.002)(x).node]), {
    name: "DeclarationError",
    message: /^In square: backward's gx differs from the derived gradient at gx\[0, 0\]/,
  });
  assert.throws(() => checkBackward([through()(x).node]), /^DeclarationError: In through:/);
});

Deno.test("a gradient that is meant to differ says why, and is not compared", () => {
  const y = through("steps have no slope")(t.input("x", [B, K]));
  assert.deepEqual(checkBackward([y.node]), [{
    of: "through",
    gradient: "gx",
    by: "unverified",
    reason: "steps have no slope",
  }]);
});

Deno.test("the gradients of a tensor that is passed twice are compared together", () => {
  const product = (first: number) =>
    customGradient({
      name: "product",
      forward: <S extends Shape>(a: t.Tensor<S, "f32">, b: t.Tensor<S, "f32">) => t.mul(a, b),
      backward: ({ operands: [a, b], gy }) => [t.mul(t.mul(gy, b), first), t.mul(gy, a)],
    });
  const x = t.input("x", [K]);
  assert.equal(checkBackward([product(1)(x, x).node]).length, 1);
  assert.throws(() => checkBackward([product(1.001)(x, x).node]), /gx differs/);
});
