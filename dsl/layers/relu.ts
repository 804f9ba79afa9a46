/** Rectifiers. @module */
import { defineLayer, type Layer, tensor } from "../declare.ts";
import { dim } from "../dim.ts";
import { type LayerWithOptions, layerWithOptions, numberOption } from "../layer_options.ts";
import { greater, maximum, mul, select } from "../tensor.ts";

/** y = max(x, 0), for x of shape [B, N]. */
export const relu: Layer = defineLayer({
  name: "relu",
  doc: "y = max(x, 0)",
  inputs: { x: tensor(dim("B"), dim("N")) },
  forward: ({ x }) => maximum(x, 0),
  typical: { B: 100, N: 1000 },
});

/** Options of {@linkcode leakyRelu}. */
export interface LeakyReluOptions {
  /** What negative numbers are multiplied by; 0.01 if left out. */
  readonly slope: number;
}

/**
 * y = x where x > 0, slope · x elsewhere, for x of shape [N]. (A. Maas, A. Hannun, A. Ng: "Rectifier
 * Nonlinearities Improve Neural Network Acoustic Models", 2013.)
 */
export const leakyRelu: LayerWithOptions<LeakyReluOptions> = layerWithOptions(
  { slope: numberOption(0.01, -1e6, 1e6) },
  ({ slope }) =>
    defineLayer({
      name: "leaky_relu",
      doc: `y = x where x > 0, else ${slope}·x`,
      inputs: { x: tensor(dim("N")) },
      forward: ({ x }) => select(greater(x, 0), x, mul(x, slope)),
      typical: { N: 100_000 },
    }),
);
