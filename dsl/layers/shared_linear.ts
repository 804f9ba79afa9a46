/**
 * The weight-sharing linear layer: n equal slices of the input go through one matrix W.
 *
 * The backward pass is written by hand as well, in the form in which the layer was first written: a
 * tile for gx; one wide product, a reshape and a sum for gW. Code generation proves it equal to the
 * derived one.
 *
 * @module
 */
import { defineLayer, type Layer, tensor } from "../declare.ts";
import { dim, times } from "../dim.ts";
import { lecunNormal, zeros } from "../initial.ts";
import { add, matmul, reshape, sum, tile, transpose } from "../tensor.ts";

const B = dim("B"), O = dim("O"), K = dim("K"), n = dim("n");
const typical = { B: 100, K: 100, n: 10, O: 900 };

/** y = x · tile(W, (1, n))ᵀ, with x of shape [B, n·K] and W of [O, K]. */
export const sharedLinear: Layer = defineLayer({
  name: "shared_linear",
  doc: "y = x · tile(W, (1, n))ᵀ",
  inputs: { x: tensor(B, times(n, K)) },
  params: { W: tensor(O, K).init(lecunNormal()) },
  forward: ({ x, W }) => matmul(x, transpose(tile(W, [1, n]))),
  backward: ({ x, W, gy }) => ({
    gx: matmul(gy, tile(W, [1, n])),
    gW: sum(reshape(matmul(transpose(gy), x), [O, n, K]), { axis: 1 }),
  }),
  typical,
});

/** y = x · tile(W, (1, n))ᵀ + b, with x of shape [B, n·K], W of [O, K] and b of [O]. */
export const sharedLinearWithBias: Layer = defineLayer({
  name: "shared_linear_with_bias",
  doc: "y = x · tile(W, (1, n))ᵀ + b",
  inputs: { x: tensor(B, times(n, K)) },
  params: { W: tensor(O, K).init(lecunNormal()), b: tensor(O).init(zeros()) },
  forward: ({ x, W, b }) => add(matmul(x, transpose(tile(W, [1, n]))), b),
  backward: ({ x, W, gy }) => ({
    gx: matmul(gy, tile(W, [1, n])),
    gW: sum(reshape(matmul(transpose(gy), x), [O, n, K]), { axis: 1 }),
    gb: sum(gy, { axis: 0 }),
  }),
  typical,
});
