/** Examples of the rules about windows, borders and parts of axes. @module */
import { make } from "../../../../dsl/intern.ts";
import type { Node } from "../../../../dsl/ops.ts";
import { input, pad, reshape, slice, type Tensor, window } from "../../../../dsl/tensor.ts";
import { B, K, ruleCase, type RuleCases } from "./rule_case.ts";

const signal = input("signal", [B, 7, K]);
const pairs = input("pairs", [B, 3, 2]).node;
/** What windows of an axis of six, or of three, are made of: a product with no sum over their elements. */
const gy = input("gy", [B, 6, K]), few = input("few", [B, 3, K]), V = input("V", [K, 3]);
const product = (spec: string, a: Tensor | Node, c: Tensor): Node =>
  make("einsum", { spec }, ["node" in a ? a.node : a, c.node]);
const scattered = product("abc,cd->abd", gy, V);
const overlap = (x: Node, extent: number, stride = 1, dilation = 1): Node =>
  make("overlapAdd", { axis: 1, extent, stride, dilation }, [x]);
const threes = window(signal, { axis: 1, size: 3 });
const convolved = product("abcd,dc->ab", threes, input("F", [3, K]));
const part = (x: Node, axis: number, start: number, size: number, step = 1): Node =>
  make("slice", { axis, start, size, step }, [x]);
const rows = input("rows", [B, 2, 6, 4, 3]);
const bordered = pad(signal, { axis: 1, before: 2, after: 1, value: 3 });

/** Examples by rule. */
export const STRETCH_CASES: RuleCases = {
  "windows-side-by-side": ruleCase(
    window(signal, { axis: 1, size: 2, stride: 2 }),
    `\
t1[B, 3, K, 2] = window(signal, axes 1, of 2, stride 2)`,
    `\
t1[B, 6, K] = slice(signal, axes 1, 6 from 0)
t2[B, 3, 2, K] = reshape(t1, [B, 3, 2, K])
t3[B, 3, K, 2] = transpose(t2, axes 0, 1, 3, 2)`,
    window(signal, { axis: 1, size: 3 }),
    window(signal, { axis: 1, size: 2, stride: 3 }),
    window(signal, { axis: 1, size: 2, stride: 2, dilation: 2 }),
  ),
  "overlap-side-by-side": ruleCase(
    overlap(pairs, 7, 2),
    `\
t1[B, 7] = overlapAdd(pairs, axes 1, to 7, stride 2)`,
    `\
t1[B, 6] = reshape(pairs, [B, 6])
t2[B, 7] = pad(t1, axes 1, 0 before, 1 after, of 0)`,
    overlap(pairs, 4),
    overlap(pairs, 8, 3),
  ),
  "overlap-before-reshape": ruleCase(
    make("overlapAdd", { axis: 2, extent: 6, stride: 1, dilation: 1 }, [
      reshape(rows, [B, 12, 4, 3]).node,
    ]),
    `\
t1[B, 12, 4, 3] = reshape(rows, [B, 12, 4, 3])
t2[B, 12, 6] = overlapAdd(t1, axes 2, to 6)`,
    `\
t1[B, 2, 6, 6] = overlapAdd(rows, axes 3, to 6)
t2[B, 12, 6] = reshape(t1, [B, 12, 6])`,
    overlap(reshape(rows, [B, 12, 3, 4]).node, 15),
  ),
  "overlap-of-product": [
    ruleCase(
      overlap(scattered, 8),
      `\
t1[B, 6, 3] = einsum(gy, V, "abc,cd->abd")
t2[B, 8] = overlapAdd(t1, axes 1, to 8)`,
      `\
t1[B, 10, K] = pad(gy, axes 1, 2 before, 2 after, of 0)
t2[B, 8, K, 3] = window(t1, axes 1, of 3)
t3[3, K] = transpose(V, axes 1, 0)
t4[3] = broadcast(2, [3])
t5[3] = iota(3)
t6[3] = t4 - t5
t7[3, K] = gather(t3, t6)
t8[B, 8] = einsum(t2, t7, "abcd,dc->ab")`,
      overlap(product("abc,cd->abd", few, V), 40),
      overlap(product("abc,cd->abd", gy, V), 26, 3, 4),
      overlap(product("abc,cbd->abd", gy, input("W", [K, 6, 3])), 8),
    ),
    ruleCase(
      overlap(scattered, 10, 1, 2),
      `\
t1[B, 6, 3] = einsum(gy, V, "abc,cd->abd")
t2[B, 10] = overlapAdd(t1, axes 1, to 10, dilation 2)`,
      `\
t1[B, 14, K] = pad(gy, axes 1, 4 before, 4 after, of 0)
t2[B, 10, K, 3] = window(t1, axes 1, of 3, dilation 2)
t3[3, K] = transpose(V, axes 1, 0)
t4[3] = broadcast(2, [3])
t5[3] = iota(3)
t6[3] = t4 - t5
t7[3, K] = gather(t3, t6)
t8[B, 10] = einsum(t2, t7, "abcd,dc->ab")`,
    ),
    ruleCase(
      overlap(scattered, 13, 2),
      `\
t1[B, 6, 3] = einsum(gy, V, "abc,cd->abd")
t2[B, 13] = overlapAdd(t1, axes 1, to 13, stride 2)`,
      `\
t1[B, 8, K] = pad(gy, axes 1, 1 before, 1 after, of 0)
t2[B, 7, K, 2] = window(t1, axes 1, of 2)
t3[K, 4] = pad(V, axes 1, 0 before, 1 after, of 0)
t4[K, 2, 2] = reshape(t3, [K, 2, 2])
t5[2, K, 2] = transpose(t4, axes 1, 0, 2)
t6[2] = broadcast(1, [2])
t7[2] = iota(2)
t8[2] = t6 - t7
t9[2, K, 2] = gather(t5, t8)
t10[B, 7, 2] = einsum(t2, t9, "abcd,dce->abe")
t11[B, 14] = reshape(t10, [B, 14])
t12[B, 13] = slice(t11, axes 1, 13 from 0)`,
    ),
    ruleCase(
      overlap(scattered, 20, 3),
      `\
t1[B, 6, 3] = einsum(gy, V, "abc,cd->abd")
t2[B, 20] = overlapAdd(t1, axes 1, to 20, stride 3)`,
      `\
t1[B, 6, K, 1] = window(gy, axes 1, of 1)
t2[K, 1, 3] = reshape(V, [K, 1, 3])
t3[1, K, 3] = transpose(t2, axes 1, 0, 2)
t4[B, 6, 3] = einsum(t1, t3, "abcd,dce->abe")
t5[B, 18] = reshape(t4, [B, 18])
t6[B, 20] = pad(t5, axes 1, 0 before, 2 after, of 0)`,
    ),
  ],
  "slice-of-product": ruleCase(
    part(convolved, 1, 1, 3),
    `\
t1[B, 5, K, 3] = window(signal, axes 1, of 3)
t2[B, 5] = einsum(t1, F, "abcd,dc->ab")
t3[B, 3] = slice(t2, axes 1, 3 from 1)`,
    `\
t1[B, 5, K, 3] = window(signal, axes 1, of 3)
t2[B, 3, K, 3] = slice(t1, axes 1, 3 from 1)
t3[B, 3] = einsum(t2, F, "abcd,dc->ab")`,
    make("slice", { axis: 0, start: 0, size: B, step: 1 }, [convolved]),
    part(product("abc,cd->abd", gy, V), 1, 0, 2),
  ),
  "slice-of-window": [
    ruleCase(
      part(threes.node, 1, 1, 2, 2),
      `\
t1[B, 5, K, 3] = window(signal, axes 1, of 3)
t2[B, 2, K, 3] = slice(t1, axes 1, 2 from 1, step 2)`,
      `\
t1[B, 5, K] = slice(signal, axes 1, 5 from 1)
t2[B, 2, K, 3] = window(t1, axes 1, of 3, stride 2)`,
      part(threes.node, 3, 1, 2),
    ),
    ruleCase(
      make("slice", { axis: 2, start: K, size: K, step: 1 }, [
        window(input("long", [B, 7, { name: "2·K" }]), { axis: 1, size: 3 }).node,
      ]),
      `\
t1[B, 5, 2·K, 3] = window(long, axes 1, of 3)
t2[B, 5, K, 3] = slice(t1, axes 2, K from K)`,
      `\
t1[B, 7, K] = slice(long, axes 2, K from K)
t2[B, 5, K, 3] = window(t1, axes 1, of 3)`,
    ),
  ],
  "slice-of-pad": [
    ruleCase(
      part(bordered.node, 1, 1, 5),
      `\
t1[B, 10, K] = pad(signal, axes 1, 2 before, 1 after, of 3)
t2[B, 5, K] = slice(t1, axes 1, 5 from 1)`,
      `\
t1[B, 4, K] = slice(signal, axes 1, 4 from 0)
t2[B, 5, K] = pad(t1, axes 1, 1 before, 0 after, of 3)`,
      part(bordered.node, 1, 0, 2, 3),
    ),
    ruleCase(
      part(bordered.node, 1, 9, 1),
      `\
t1[B, 10, K] = pad(signal, axes 1, 2 before, 1 after, of 3)
t2[B, 1, K] = slice(t1, axes 1, 1 from 9)`,
      `\
t1[B, 1, K] = broadcast(3, [B, 1, K])`,
    ),
    ruleCase(
      make("slice", { axis: 2, start: K, size: K, step: 1 }, [
        pad(input("long", [B, 7, { name: "2·K" }]), { axis: 1, after: 1 }).node,
      ]),
      `\
t1[B, 8, 2·K] = pad(long, axes 1, 0 before, 1 after, of 0)
t2[B, 8, K] = slice(t1, axes 2, K from K)`,
      `\
t1[B, 7, K] = slice(long, axes 2, K from K)
t2[B, 8, K] = pad(t1, axes 1, 0 before, 1 after, of 0)`,
    ),
    ruleCase(
      slice(pad(signal, { axis: 2, after: K }), { axis: 2, size: K }),
      `\
t1[B, 7, 2·K] = pad(signal, axes 2, 0 before, K after, of 0)
t2[B, 7, K] = slice(t1, axes 2, K from 0)`,
      `\
signal`,
    ),
  ],
  "pad-of-window": ruleCase(
    pad(threes, { axis: 2, after: K }),
    `\
t1[B, 5, K, 3] = window(signal, axes 1, of 3)
t2[B, 5, 2·K, 3] = pad(t1, axes 2, 0 before, K after, of 0)`,
    `\
t1[B, 7, 2·K] = pad(signal, axes 2, 0 before, K after, of 0)
t2[B, 5, 2·K, 3] = window(t1, axes 1, of 3)`,
    pad(threes, { axis: 1, after: 1 }),
    pad(threes, { axis: 3, after: 1 }),
  ),
};
