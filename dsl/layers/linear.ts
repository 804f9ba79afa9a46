/** The ordinary linear layer. @module */
import { defineLayer, type Layer, tensor } from "../declare.ts";
import { dim } from "../dim.ts";
import { lecunNormal, zeros } from "../initial.ts";
import { add, matmul, transpose } from "../tensor.ts";

const B = dim("B"), O = dim("O"), I = dim("I");
const typical = { B: 100, I: 784, O: 1000 };

/** y = x · Wᵀ + b, with x of shape [B, I], W of [O, I] and b of [O]. */
export const linear: Layer = defineLayer({
  name: "linear",
  doc: "y = x · Wᵀ + b",
  inputs: { x: tensor(B, I) },
  params: { W: tensor(O, I).init(lecunNormal()), b: tensor(O).init(zeros()) },
  forward: ({ x, W, b }) => add(matmul(x, transpose(W)), b),
  typical,
});

/** y = x · Wᵀ, with x of shape [B, I] and W of [O, I]. */
export const linearWithoutBias: Layer = defineLayer({
  name: "linear_without_bias",
  doc: "y = x · Wᵀ",
  inputs: { x: tensor(B, I) },
  params: { W: tensor(O, I).init(lecunNormal()) },
  forward: ({ x, W }) => matmul(x, transpose(W)),
  typical,
});
