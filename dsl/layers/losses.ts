/** Losses of regressions and of several labels: one number per sample. @module */
import { defineLayer, type Layer, tensor } from "../declare.ts";
import { dim } from "../dim.ts";
import { abs, add, exp, log, maximum, mean, mul, neg, sub } from "../tensor.ts";

const B = dim("B"), N = dim("N");
const inputs = { x: tensor(B, N), target: tensor(B, N) };
const typical = { B: 100, N: 10 };

/** loss[b] = mean_n (x[b,n] − target[b,n])², for x and target of shape [B, N]. */
export const meanSquaredError: Layer = defineLayer({
  name: "mean_squared_error",
  doc: "loss[b] = mean_n (x[b,n] − target[b,n])²",
  inputs,
  forward: ({ x, target }) => {
    const distance = sub(x, target);
    return mean(mul(distance, distance), { axis: 1 });
  },
  typical,
});

/** loss[b] = mean_n |x[b,n] − target[b,n]|, for x and target of shape [B, N]. */
export const meanAbsoluteError: Layer = defineLayer({
  name: "mean_absolute_error",
  doc: "loss[b] = mean_n |x[b,n] − target[b,n]|",
  inputs,
  forward: ({ x, target }) => mean(abs(sub(x, target)), { axis: 1 }),
  typical,
});

/**
 * loss[b] = mean_n −(t·log σ(x) + (1 − t)·log(1 − σ(x))) for logits x and targets t from 0 to 1, of shape
 * [B, N], in a form in which nothing overflows: max(x, 0) − x·t + log(1 + e^−|x|).
 */
export const binaryCrossEntropyWithLogits: Layer = defineLayer({
  name: "binary_cross_entropy_with_logits",
  doc: "loss[b] = mean_n max(x, 0) − x·target + log(1 + exp(−|x|))",
  inputs,
  forward: ({ x, target }) => {
    const tail = log(add(exp(neg(abs(x))), 1));
    return mean(add(sub(maximum(x, 0), mul(x, target)), tail), { axis: 1 });
  },
  typical,
});
