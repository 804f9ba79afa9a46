/** Activations that are smooth everywhere. @module */
import { defineLayer, type Layer, tensor } from "../declare.ts";
import { dim } from "../dim.ts";
import { add, div, erf, mul, sigmoid, tanh } from "../tensor.ts";

const inputs = { x: tensor(dim("N")) };
const typical = { N: 100_000 };

/** y = 1 / (1 + e⁻ˣ), for x of shape [N]; as a word of the language it is `sigmoid`. */
export const sigmoidLayer: Layer = defineLayer({
  name: "sigmoid_layer",
  doc: "y = 1 / (1 + e⁻ˣ)",
  inputs,
  forward: ({ x }) => sigmoid(x),
  typical,
});

/** y = tanh x, for x of shape [N]; as a word of the language it is `tanh`. */
export const tanhLayer: Layer = defineLayer({
  name: "tanh_layer",
  doc: "y = tanh x",
  inputs,
  forward: ({ x }) => tanh(x),
  typical,
});

/**
 * y = x · Φ(x) with the normal distribution's Φ(x) = ½·(1 + erf(x / √2)), for x of shape [N]. (D. Hendrycks,
 * K. Gimpel: "Gaussian Error Linear Units", 2016.)
 */
export const gelu: Layer = defineLayer({
  name: "gelu",
  doc: "y = x · ½·(1 + erf(x / √2))",
  inputs,
  forward: ({ x }) => mul(mul(x, 0.5), add(erf(div(x, Math.SQRT2)), 1)),
  typical,
});

/** The same with ½·(1 + tanh(√(2/π)·(x + 0.044715·x³))) for Φ, from the same paper. */
export const geluTanh: Layer = defineLayer({
  name: "gelu_tanh",
  doc: "y = x · ½·(1 + tanh(√(2/π)·(x + 0.044715·x³)))",
  inputs,
  forward: ({ x }) => {
    const cubic = add(x, mul(mul(mul(x, x), x), 0.044715));
    return mul(mul(x, 0.5), add(tanh(mul(cubic, Math.sqrt(2 / Math.PI))), 1));
  },
  typical,
});

/**
 * y = x · σ(x), for x of shape [N]. (S. Elfwing, E. Uchibe, K. Doya: "Sigmoid-Weighted Linear Units for Neural
 * Network Function Approximation in Reinforcement Learning", 2017.)
 */
export const silu: Layer = defineLayer({
  name: "silu",
  doc: "y = x / (1 + e⁻ˣ)",
  inputs,
  forward: ({ x }) => mul(x, sigmoid(x)),
  typical,
});
