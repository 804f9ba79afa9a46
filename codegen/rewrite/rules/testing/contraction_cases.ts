/** Examples of the rules about sums of products. @module */
import { make } from "../../../../dsl/intern.ts";
import type { Node } from "../../../../dsl/ops.ts";
import {
  input,
  matmul,
  mul,
  reshape,
  sum,
  type Tensor,
  tile,
  transpose,
} from "../../../../dsl/tensor.ts";
import { B, gy, K, n, O, ruleCase, type RuleCases, W, x } from "./rule_case.ts";

const wide = input("wide", [B, { name: "n·K" }]);
const tiled = tile(W, [1, n]);
const product = (spec: string, a: Tensor, c: Tensor): Node =>
  make("einsum", { spec }, [a.node, c.node]);
const sumOver = (node: Node, ...axes: readonly number[]): Node => make("sum", { axes }, [node]);

/** A vector per sample, repeated along an axis of its partner. */
const left = make("broadcast", { shape: [B, O, K], axes: [0, 1] }, [gy.node]);
const right = make("broadcast", { shape: [B, O, K], axes: [0, 2] }, [x.node]);
const cube = input("cube", [B, O, K]).node;

/** Examples by rule. */
export const CONTRACTION_CASES: RuleCases = {
  "absorb-transposed-operand": ruleCase(
    matmul(x, transpose(W)),
    't1[K, O] = transpose(W, axes 1, 0)\nt2[B, O] = einsum(x, t1, "ab,bc->ac")',
    't1[B, O] = einsum(x, W, "ab,cb->ac")',
    matmul(gy, W),
    mul(transpose(x), transpose(x)),
  ),
  "absorb-transposed-result": ruleCase(
    transpose(matmul(gy, W)),
    't1[B, K] = einsum(gy, W, "ab,bc->ac")\nt2[K, B] = transpose(t1, axes 1, 0)',
    't1[K, B] = einsum(W, gy, "ab,ca->bc")',
    transpose(mul(x, x)),
  ),
  "fold-across-tile": ruleCase(
    product("ab,cb->ac", wide, tiled),
    't1[O, n·K] = tile(W, [1, n])\nt2[B, O] = einsum(wide, t1, "ab,cb->ac")',
    `\
t1[B, n, K] = reshape(wide, [B, n, K])
t2[B, K] = sum(t1, axes 1)
t3[B, O] = einsum(t2, W, "ab,cb->ac")`,
    // The tiled axis stays in the result, or both axes are tiled.
    product("ab,bc->ac", gy, tiled),
    product("ab,cb->ac", wide, tile(W, [2, n])),
    product("ab,ab->ab", tiled, tiled),
  ),
  "hoist-tile": ruleCase(
    matmul(gy, tiled),
    't1[O, n·K] = tile(W, [1, n])\nt2[B, n·K] = einsum(gy, t1, "ab,bc->ac")',
    't1[B, K] = einsum(gy, W, "ab,bc->ac")\nt2[B, n·K] = tile(t1, [1, n])',
    // The tiled axis is summed, or shared with the other operand.
    product("ab,cb->ac", wide, tiled),
    product("ab,ab->ab", tiled, tiled),
    matmul(gy, tile(W, [1, 1])),
  ),
  "sum-of-split-product": ruleCase(
    sum(reshape(matmul(transpose(gy), wide), [O, n, K]), { axis: 1 }),
    `\
t1[O, B] = transpose(gy, axes 1, 0)
t2[O, n·K] = einsum(t1, wide, "ab,bc->ac")
t3[O, n, K] = reshape(t2, [O, n, K])
t4[O, K] = sum(t3, axes 1)`,
    `\
t1[O, B] = transpose(gy, axes 1, 0)
t2[B, n, K] = reshape(wide, [B, n, K])
t3[B, K] = sum(t2, axes 1)
t4[O, K] = einsum(t1, t3, "ab,bc->ac")`,
    // An axis that is not split is summed; a reshape mixes two axes; nothing is multiplied.
    sum(reshape(matmul(transpose(gy), wide), [O, n, K]), { axis: 0 }),
    sum(reshape(matmul(transpose(gy), wide), [n, O, K]), { axis: 0 }),
    sum(reshape(wide, [B, n, K]), { axis: 1 }),
  ),
  "sum-of-product": ruleCase(
    sumOver(product("ab,cb->acb", x, W), 2),
    't1[B, O, K] = einsum(x, W, "ab,cb->acb")\nt2[B, O] = sum(t1, axes 2)',
    't1[B, O] = einsum(x, W, "ab,cb->ac")',
    sum(mul(x, x), { axis: 1 }),
  ),
  "sum-of-outer-products": ruleCase(
    sumOver(make("mul", {}, [left, right]), 0),
    `\
t1[B, O, K] = broadcast(gy, [B, O, K], axes 0, 1)
t2[B, O, K] = broadcast(x, [B, O, K], axes 0, 2)
t3[B, O, K] = t1 * t2
t4[O, K] = sum(t3, axes 0)`,
    't1[O, K] = einsum(gy, x, "ab,ac->bc")',
    // Only one operand repeats, an axis belongs to neither, or the products are added to something.
    sumOver(make("mul", {}, [left, cube]), 0),
    sumOver(make("mul", {}, [left, left]), 0),
    sumOver(make("add", {}, [left, right]), 0),
  ),
  "order-operands": ruleCase(
    product("ab,cb->ca", W, x),
    't1[B, O] = einsum(W, x, "ab,cb->ca")',
    't1[B, O] = einsum(x, W, "ab,cb->ac")',
    product("ab,cb->ac", W, x),
    mul(x, x),
  ),
};
