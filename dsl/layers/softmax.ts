/** The softmax and its logarithm, over the last axis. @module */
import { defineLayer, type Layer, tensor } from "../declare.ts";
import { dim } from "../dim.ts";
import { div, exp, log, max, stopGradient, sub, sum, type Tensor } from "../tensor.ts";

const B = dim("B"), C = dim("C");
const inputs = { z: tensor(B, C) };
const typical = { B: 100, C: 10 };

/** z less its row's maximum: the softmax is the same, and no exponential overflows. */
const shifted = (z: Tensor<readonly [typeof B, typeof C], "f32">) =>
  sub(z, stopGradient(max(z, { axis: 1, keep: true })));

/** y[b,c] = e^z[b,c] / Σ_c e^z[b,c], for z of shape [B, C]. */
export const softmax: Layer = defineLayer({
  name: "softmax",
  doc: "y[b,c] = exp(z[b,c]) / Σ_c exp(z[b,c])",
  inputs,
  forward: ({ z }) => {
    const e = exp(shifted(z));
    return div(e, sum(e, { axis: 1, keep: true }));
  },
  typical,
});

/** y[b,c] = z[b,c] − log Σ_c e^z[b,c], for z of shape [B, C]. */
export const logSoftmax: Layer = defineLayer({
  name: "log_softmax",
  doc: "y[b,c] = z[b,c] − log Σ_c exp(z[b,c])",
  inputs,
  forward: ({ z }) => {
    const s = shifted(z);
    return sub(s, log(sum(exp(s), { axis: 1, keep: true })));
  },
  typical,
});
