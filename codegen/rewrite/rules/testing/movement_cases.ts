/** Examples of the rules about repeated elements. @module */
import { make } from "../../../../dsl/intern.ts";
import { add, exp, maximum, mul, reshape, sum, tile } from "../../../../dsl/tensor.ts";
import { B, b, K, n, O, ruleCase, type RuleCases, W, x } from "./rule_case.ts";

const wide = make("broadcast", { shape: [B, K, O], axes: [0, 1] }, [x.node]);

/** Examples by rule. */
export const MOVEMENT_CASES: RuleCases = {
  "compute-before-repeating": ruleCase(
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
  "fold-of-tile": ruleCase(
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
};
