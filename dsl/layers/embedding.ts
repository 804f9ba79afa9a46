/** Rows of a table by number. @module */
import { defineLayer, type Layer, tensor } from "../declare.ts";
import { dim } from "../dim.ts";
import { normal } from "../initial.ts";
import { gather } from "../tensor.ts";

const N = dim("N"), V = dim("V"), E = dim("E");

/**
 * y[n, e] = W[index[n], e], for indices of shape [N] below V and a table W of [V, E], at first of normally
 * distributed numbers.
 */
export const embedding: Layer = defineLayer({
  name: "embedding",
  doc: "y[n, e] = W[index[n], e]",
  inputs: { index: tensor(N).u32() },
  params: { W: tensor(V, E).init(normal()) },
  forward: ({ index, W }) => gather(W, index),
  typical: { N: 3200, V: 64, E: 64 },
});
