/** The rectifier. @module */
import { defineLayer, type Layer, tensor } from "../declare.ts";
import { dim } from "../dim.ts";
import { maximum } from "../tensor.ts";

/** y = max(x, 0), for x of shape [B, N]. */
export const relu: Layer = defineLayer({
  name: "relu",
  doc: "y = max(x, 0)",
  inputs: { x: tensor(dim("B"), dim("N")) },
  forward: ({ x }) => maximum(x, 0),
  typical: { B: 100, N: 1000 },
});
