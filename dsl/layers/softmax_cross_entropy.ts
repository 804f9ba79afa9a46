/** Softmax cross-entropy, and the accuracy of a classifier. @module */
import { defineLayer, type Layer, tensor } from "../declare.ts";
import { dim } from "../dim.ts";
import { named } from "../hints.ts";
import {
  argmax,
  cast,
  column,
  equal,
  exp,
  iota,
  log,
  max,
  mul,
  stopGradient,
  sub,
  sum,
} from "../tensor.ts";

const B = dim("B"), C = dim("C");
const inputs = { z: tensor(B, C), label: tensor(B).u32() };
const typical = { B: 100, C: 10 };

/**
 * loss[b] = log Σ_c exp(s[b,c]) − s[b, label[b]], with s[b,c] = z[b,c] − max_c z[b,c].
 *
 * Logits z of shape [B, C], labels of [B] below C; one loss per sample. Subtracting the row's maximum
 * changes nothing mathematically and keeps every exponential in (0, 1], so large logits give exact
 * losses instead of infinities. The loss does not depend on the maximum, hence no gradient through it.
 */
export const softmaxCrossEntropy: Layer = defineLayer({
  name: "softmax_cross_entropy",
  doc: "loss[b] = log Σ_c exp(s[b,c]) − s[b, label[b]],  s = z − max_c z",
  inputs,
  forward: ({ z, label }) => {
    const largest = named("largest", max(z, { axis: 1 }));
    const s = sub(z, column(stopGradient(largest)));
    const isLabel = cast(equal(iota(C), column(label)), "f32");
    const total = named("sum_exp", sum(exp(s), { axis: 1 }));
    return sub(log(total), named("at_label", sum(mul(s, isLabel), { axis: 1 })));
  },
  typical,
});

/** 1 where the largest logit (the first of equals) is the label's, else 0; one number per sample. */
export const accuracy: Layer = defineLayer({
  name: "accuracy",
  doc: "1 where argmax_c z[b,c] = label[b], else 0",
  inputs,
  forward: ({ z, label }) => cast(equal(named("best", argmax(z, { axis: 1 })), label), "f32"),
  typical,
});
