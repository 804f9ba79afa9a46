/**
 * Matrix products as layers: `forward` is x · Wᵀ (NT), `grad_x` is gy · W (NN), `grad_w` is gyᵀ · x
 * (TN). Sizes are numbers, as in a compiled model; the batch may vary.
 *
 * @module
 */
import { defineLayer, dim, lecunNormal, matmul, tensor, transpose } from "../../dsl/mod.ts";

/** A layer of `inputs` → `outputs` whose typical batch is `batch`. */
function product(outputs: number, inputs: number, batch: number) {
  return defineLayer({
    name: `product_${outputs}_${inputs}`,
    doc: `y = x · Wᵀ, ${inputs} → ${outputs}`,
    inputs: { x: tensor(dim("B"), inputs) },
    params: { W: tensor(outputs, inputs).init(lecunNormal()) },
    forward: ({ x, W }) => matmul(x, transpose(W)),
    typical: { B: batch },
  });
}

/** The layers of the weight-sharing model; the middle one after its input was folded. */
export const first = product(1000, 784, 100);
/** See {@linkcode first}. */
export const middle = product(900, 100, 100);
/** See {@linkcode first}. */
export const last = product(10, 900, 100);

/** Squares. */
export const square64 = product(64, 64, 64);
/** A square. */
export const square128 = product(128, 128, 128);
/** A square. */
export const square256 = product(256, 256, 256);
/** A square. */
export const square512 = product(512, 512, 512);
/** A square. */
export const square1024 = product(1024, 1024, 1024);
/** A square. */
export const square2048 = product(2048, 2048, 2048);
