import assert from "node:assert/strict";
import { customGradient } from "./custom_gradient.ts";
import { dim, type Shape } from "./dim.ts";
import { floor, input, mul, sum, type Tensor } from "./tensor.ts";

const B = dim("B"), K = dim("K");
const x = input("x", [B, K]);

Deno.test("a function with a gradient has the shape of its value, and is its own node", () => {
  const quantise = customGradient({
    name: "quantise",
    forward: <S extends Shape>(a: Tensor<S, "f32">) => floor(a),
    backward: ({ gy }) => [gy],
    unverified: "steps have no slope",
  });
  const y = quantise(x);
  assert.deepEqual(y.shape.map((each) => each.name), ["B", "K"]);
  assert.equal(y.node, quantise(x).node);
  assert.notEqual(y.node, floor(x).node);
});

type Matrix = Tensor<readonly [typeof B, typeof K], "f32">;
const product = (
  gradients: (a: Matrix, b: Matrix, gy: Matrix) => readonly (Tensor | undefined)[],
) =>
  customGradient({
    name: "product",
    forward: (a: Matrix, b: Matrix): Matrix => mul(a, b),
    backward: ({ operands: [a, b], gy }) => gradients(a, b, gy),
  });

Deno.test("gradients have the shapes of their operands, one for each", () => {
  const refused: readonly [Parameters<typeof product>[0], RegExp][] = [
    [
      (_, b, gy) => [sum(mul(gy, b), { axis: 0 }), undefined],
      /^DeclarationError: In product: Cannot use the gradient of x, \[K\] of f32: a gradient has the shape of its operand, \[B, K\], and is f32/,
    ],
    [
      (_, b, gy) => [mul(gy, b)],
      /In product: Cannot use the result of backward, \[a tensor\]|it must be a list with a gradient, or undefined, for each of the 2 operands/,
    ],
  ];
  for (const [gradients, message] of refused) {
    assert.throws(() => product(gradients)(x, input("z", [B, K])), message);
  }
});

Deno.test("a tensor that is passed twice needs the gradients of both places", () => {
  assert.throws(
    () => product((_, b, gy) => [mul(gy, b), undefined])(x, x),
    /Cannot derive the gradient of x, x\[B, K\]: the same tensor is passed twice; give the gradients of both places/,
  );
});

Deno.test("a reason is a text", () => {
  assert.throws(
    () =>
      customGradient({
        name: "silent",
        forward: (a: Matrix) => a,
        backward: ({ gy }) => [gy],
        unverified: " ",
      }),
    /"unverified" is " "; it must be the reason as a text/,
  );
});
