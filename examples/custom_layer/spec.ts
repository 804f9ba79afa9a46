/**
 * Layers that no library has, as somebody would declare them in a project of their own: a periodic
 * activation that learns its frequencies, with gradients by hand; a product with weights of −1 and 1, with a
 * gradient that is none on purpose; and a model of both.
 *
 * @module
 */
import {
  abs,
  adam,
  add,
  cosine,
  customGradient,
  defineLayer,
  defineModel,
  dim,
  div,
  greater,
  type Layer,
  lecunNormal,
  lessEqual,
  linear,
  matmul,
  mul,
  select,
  sequential,
  type Shape,
  sin,
  size,
  sqrt,
  sub,
  sum,
  type Tensor,
  tensor,
  transpose,
  zeros,
} from "../../dsl/mod.ts";

const B = dim("B"), N = dim("N"), O = dim("O"), I = dim("I");

/**
 * y = x + sin²(αx) / α with α = 1 + a, a frequency for each feature. (L. Ziyin, T. Hartwig, M. Ueda: "Neural
 * Networks Fail to Learn Periodic Functions and How to Fix It", 2020, there with one α for all.)
 *
 * The sine of the doubled angle saves the backward pass a cosine:  2·sin z·cos z = sin 2z.
 */
export const snake: Layer = defineLayer({
  name: "snake",
  doc: "y = x + sin²(αx) / α,  α = 1 + a",
  inputs: { x: tensor(B, N) },
  params: { a: tensor(N).init(zeros()) },
  forward: ({ x, a }) => {
    const alpha = add(a, 1);
    const wave = sin(mul(x, alpha));
    return add(x, div(mul(wave, wave), alpha));
  },
  backward: ({ x, a, gy }) => {
    const alpha = add(a, 1);
    const wave = sin(mul(x, alpha));
    const slope = sin(mul(mul(x, alpha), 2));
    const height = div(mul(wave, wave), alpha);
    return {
      gx: mul(gy, add(slope, 1)),
      ga: sum(mul(gy, div(sub(mul(x, slope), height), alpha)), { axis: 0 }),
    };
  },
  typical: { B: 64, N: 32 },
});

/** −1 or 1, by the sign of x. Weights that are far from 0 already get no further push. */
const sign = customGradient({
  name: "sign",
  forward: <S extends Shape>(x: Tensor<S, "f32">) => select(greater(x, 0), 1, -1),
  backward: ({ operands: [x], gy }) => [select(lessEqual(abs(x), 1), gy, 0)],
  unverified: "straight-through estimator: a step has no slope, and training needs one",
});

/** y = x · sign(W)ᵀ / √I. (M. Courbariaux, Y. Bengio, J.-P. David: "BinaryConnect", 2015.) */
export const binaryLinear: Layer = defineLayer({
  name: "binary_linear",
  doc: "y = x · sign(W)ᵀ / √I",
  inputs: { x: tensor(B, I) },
  params: { W: tensor(O, I).init(lecunNormal()) },
  forward: ({ x, W }) => div(matmul(x, transpose(sign(W))), sqrt(size(I))),
  typical: { B: 64, I: 32, O: 32 },
});

/** A function of one number from its samples: periodic activations around binary weights. */
export const waves = defineModel({
  name: "waves",
  doc: "1 → 32 → 32 → 1, loss = (y − target)²",
  inputs: { x: tensor(B, 1), target: tensor(B, 1) },
  forward: ({ x }) => ({
    y: sequential(x, [
      linear({ O: 32 }),
      snake(),
      binaryLinear({ O: 32 }),
      snake(),
      linear({ O: 1 }),
    ]),
  }),
  loss: ({ y, target }) => {
    const distance = sub(y, target);
    return sum(mul(distance, distance), { axis: 1 });
  },
  optimizer: adam({ alpha: cosine({ peak: 0.01, steps: 1500 }) }),
  typical: { B: 64 },
});
