/** Dropout. @module */
import { defineLayer, tensor } from "../declare.ts";
import { dim } from "../dim.ts";
import { type LayerWithOptions, layerWithOptions, numberOption } from "../layer_options.ts";
import { whenTraining } from "../mode.ts";
import { bernoulli } from "../random.ts";
import { div, select } from "../tensor.ts";

const N = dim("N");

/** Options of {@linkcode dropout}. */
export interface DropoutOptions {
  /** The probability of an element to be dropped; 0.5 if left out. */
  readonly rate: number;
}

/**
 * In training each element of x, of shape [N], is 0 with the probability `rate`, and x / (1 − rate) otherwise,
 * so that its mean stays; in use y = x. Which are dropped depends on the scalars `seed` and `step` of the run.
 * (N. Srivastava et al.: "Dropout: A Simple Way to Prevent Neural Networks from Overfitting", 2014.)
 */
export const dropout: LayerWithOptions<DropoutOptions> = layerWithOptions(
  { rate: numberOption(0.5, 0, 0.999) },
  ({ rate }) =>
    defineLayer({
      name: "dropout",
      doc: `in training y = 0 with probability ${rate}, else x / ${1 - rate}; in use y = x`,
      inputs: { x: tensor(N) },
      forward: ({ x }) => {
        const keeps = bernoulli([N], { stream: "mask", probability: 1 - rate });
        return whenTraining(select(keeps, div(x, 1 - rate), 0), x);
      },
      typical: { N: 100_000 },
    }),
);
