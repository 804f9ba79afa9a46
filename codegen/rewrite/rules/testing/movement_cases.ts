/** Examples of the rules about repeated elements. @module */
import { product } from "../../../../dsl/dim.ts";
import { make } from "../../../../dsl/intern.ts";
import { add, exp, maximum, mul, reshape, sum, tile, transpose } from "../../../../dsl/tensor.ts";
import { full } from "../../../graph/build.ts";
import { B, b, K, n, O, ruleCase, type RuleCases, W, x } from "./rule_case.ts";

const wide = make("broadcast", { shape: [B, K, O], axes: [0, 1] }, [x.node]);

/** Examples by rule. */
export const MOVEMENT_CASES: RuleCases = {
  "compute-before-repeating": [
    ruleCase(
      maximum(tile(x, [1, n]), 0),
      `\
t1[B, n·K] = tile(x, [1, n])
t2[B, n·K] = broadcast(0, [B, n·K])
t3[B, n·K] = maximum(t1, t2)`,
      `\
t1[B, K] = broadcast(0, [B, K])
t2[B, K] = maximum(x, t1)
t3[B, n·K] = tile(t2, [1, n])`,
      exp(x),
      add(x, b),
      mul(tile(x, [1, n]), tile(x, [1, n])),
    ),
    ruleCase(
      make("sub", {}, [full(2, [B, K]), make("broadcast", { shape: [B, K], axes: [1] }, [b.node])]),
      `\
t1[B, K] = broadcast(2, [B, K])
t2[B, K] = broadcast(b, [B, K], axes 1)
t3[B, K] = t1 - t2`,
      `\
t1[K] = broadcast(2, [K])
t2[K] = t1 - b
t3[B, K] = broadcast(t2, [B, K], axes 1)`,
    ),
  ],
  "reshape-last": ruleCase(
    maximum(reshape(x, [product([B, K])]), 0),
    `\
t1[B·K] = reshape(x, [B·K])
t2[B·K] = broadcast(0, [B·K])
t3[B·K] = maximum(t1, t2)`,
    `\
t1[B, K] = broadcast(0, [B, K])
t2[B, K] = maximum(x, t1)
t3[B·K] = reshape(t2, [B·K])`,
    // Reshapes of two shapes, and one beside a value that is none.
    add(reshape(x, [product([B, K])]), reshape(transpose(x), [product([B, K])])),
    make("add", {}, [
      reshape(x, [1, B, K]).node,
      make("broadcast", { shape: [1, B, K], axes: [2] }, [b.node]),
    ]),
  ),
  "sum-of-broadcast": ruleCase(
    make("sum", { axes: [1, 2] }, [wide]),
    `\
t1[B, K, O] = broadcast(x, [B, K, O], axes 0, 1)
t2[B] = sum(t1, axes 1, 2)`,
    `\
t1[B] = sum(x, axes 1)
t2[B] = broadcast(size(O), [B])
t3[B] = t1 * t2
t4[B] = broadcast(t3, [B], axes 0)`,
    make("sum", { axes: [1] }, [wide]),
    sum(x, { axis: 1 }),
  ),
  "fold-of-tile": [
    ruleCase(
      sum(reshape(tile(W, [1, n]), [O, n, K]), { axis: 1 }),
      `\
t1[O, n·K] = tile(W, [1, n])
t2[O, n, K] = reshape(t1, [O, n, K])
t3[O, K] = sum(t2, axes 1)`,
      `\
t1[O, K] = broadcast(size(n), [O, K])
t2[O, K] = W * t1`,
      // The sum within each copy, a split in the other order, a tile along two axes.
      sum(reshape(tile(W, [1, n]), [O, n, K]), { axis: 2 }),
      sum(reshape(tile(W, [1, n]), [O, K, n]), { axis: 1 }),
      sum(reshape(tile(W, [2, n]), [2, O, n, K]), { axis: 2 }),
    ),
    ruleCase(
      make("sum", { axes: [0] }, [
        make("reshape", { shape: [n, O, K, 1] }, [make("tile", { repeats: [n, 1, 1] }, [
          make("reshape", { shape: [O, K, 1] }, [W.node]),
        ])]),
      ]),
      `\
t1[O, K, 1] = reshape(W, [O, K, 1])
t2[n·O, K, 1] = tile(t1, [n, 1, 1])
t3[n, O, K, 1] = reshape(t2, [n, O, K, 1])
t4[O, K, 1] = sum(t3, axes 0)`,
      `\
t1[O, K, 1] = reshape(W, [O, K, 1])
t2[O, K, 1] = broadcast(size(n), [O, K, 1])
t3[O, K, 1] = t1 * t2`,
    ),
  ],
};
