/** Softmax cross-entropy, and the accuracy of a classifier. @module */
import { defineLayer, type Layer, tensor } from "../declare.ts";
import { dim } from "../dim.ts";
import { named } from "../hints.ts";
import { type LayerWithOptions, layerWithOptions, numberOption } from "../layer_options.ts";
import {
  add,
  argmax,
  cast,
  column,
  equal,
  exp,
  iota,
  log,
  max,
  mean,
  mul,
  select,
  stopGradient,
  sub,
  sum,
} from "../tensor.ts";

const B = dim("B"), C = dim("C");
const inputs = { z: tensor(B, C), label: tensor(B).u32() };
const typical = { B: 100, C: 10 };

/** Options of {@linkcode softmaxCrossEntropy}. */
export interface CrossEntropyOptions {
  /**
   * How much of the target is spread evenly over all classes; 0 if left out. (C. Szegedy et al.: "Rethinking
   * the Inception Architecture for Computer Vision", 2016, section 7.)
   */
  readonly smoothing: number;
  /** A label whose samples count for nothing: their loss and its gradient are 0. */
  readonly ignored: number | null;
}

/**
 * loss[b] = log Σ_c exp(s[b,c]) − s[b, label[b]], with s[b,c] = z[b,c] − max_c z[b,c].
 *
 * Logits z of shape [B, C], labels of [B] below C; one loss per sample. Subtracting the row's maximum
 * changes nothing mathematically and keeps every exponential in (0, 1], so large logits give exact
 * losses instead of infinities. The loss does not depend on the maximum, hence no gradient through it.
 *
 * With an ignored label the mean over the other samples is the caller's: divide the sum of losses by their
 * number.
 */
export const softmaxCrossEntropy: LayerWithOptions<CrossEntropyOptions> = layerWithOptions<
  CrossEntropyOptions
>({
  smoothing: numberOption(0, 0, 1),
  ignored: {
    default: null,
    wanted: "a label: a whole number",
    fits: (value: unknown) => Number.isSafeInteger(value) && Number(value) >= 0,
  },
}, ({ smoothing, ignored }) =>
  defineLayer({
    name: "softmax_cross_entropy",
    doc: [
      "loss[b] = log Σ_c exp(s[b,c]) − s[b, label[b]],  s = z − max_c z",
      ...smoothing === 0 ? [] : [`; ${smoothing} of the label spread over all classes`],
      ...ignored === null ? [] : [`; 0 where label[b] = ${ignored}`],
    ].join(""),
    inputs,
    forward: ({ z, label }) => {
      const largest = named("largest", max(z, { axis: 1 }));
      const s = sub(z, column(stopGradient(largest)));
      const isLabel = cast(equal(iota(C), column(label)), "f32");
      const total = named("sum_exp", sum(exp(s), { axis: 1 }));
      const atLabel = named("at_label", sum(mul(s, isLabel), { axis: 1 }));
      const wanted = smoothing === 0
        ? atLabel
        : add(mul(atLabel, 1 - smoothing), mul(mean(s, { axis: 1 }), smoothing));
      const loss = sub(log(total), wanted);
      return ignored === null ? loss : select(equal(label, ignored), 0, loss);
    },
    typical,
  }));

/** 1 where the largest logit (the first of equals) is the label's, else 0; one number per sample. */
export const accuracy: Layer = defineLayer({
  name: "accuracy",
  doc: "1 where argmax_c z[b,c] = label[b], else 0",
  inputs,
  forward: ({ z, label }) => cast(equal(named("best", argmax(z, { axis: 1 })), label), "f32"),
  typical,
});
