/** A line through noisy points: the smallest model. @module */
import { defineModel, dim, linear, mul, sgd, sub, sum, tensor } from "../../dsl/mod.ts";

const B = dim("B");

/** y = x · Wᵀ + b for two features, by the squared distance from the target. */
export const linearRegression = defineModel({
  name: "linear_regression",
  doc: "y = x · Wᵀ + b, loss = (y − target)²",
  inputs: { x: tensor(B, 2), target: tensor(B, 1) },
  forward: ({ x }) => ({ y: linear({ O: 1 })(x) }),
  loss: ({ y, target }) => {
    const distance = sub(y, target);
    return sum(mul(distance, distance), { axis: 1 });
  },
  optimizer: sgd({ rate: 0.1 }),
  typical: { B: 64 },
});
