/** Examples of the rules that drop what does nothing, fold constants and merge neighbours. @module */
import { make } from "../../../../dsl/intern.ts";
import {
  add,
  column,
  constant,
  div,
  exp,
  input,
  max,
  mul,
  neg,
  pow,
  reshape,
  size,
  stopGradient,
  sub,
  sum,
  tile,
  transpose,
} from "../../../../dsl/tensor.ts";
import { full, spread } from "../../../graph/build.ts";
import { B, b, K, n, O, ruleCase, type RuleCases, x } from "./rule_case.ts";

const cube = input("cube", [B, O, K]);
const wide = make("broadcast", { shape: [B, K], axes: [1] }, [b.node]);

/** Examples by rule. */
export const IDENTITY_CASES: RuleCases = {
  "drop-stop-gradient": ruleCase(
    stopGradient(x),
    "t1[B, K] = stopGradient(x)",
    "x",
  ),
  "add-zero": [
    ruleCase(
      add(x, 0),
      "t1[B, K] = broadcast(0, [B, K])\nt2[B, K] = x + t1",
      "x",
      add(x, 1),
      sub(0, x),
    ),
    ruleCase(add(0, x), "t1[B, K] = broadcast(0, [B, K])\nt2[B, K] = t1 + x", "x"),
  ],
  "subtract-zero": ruleCase(
    sub(x, 0),
    "t1[B, K] = broadcast(0, [B, K])\nt2[B, K] = x - t1",
    "x",
    sub(0, x),
    sub(x, 1),
  ),
  "multiply-by-one": [
    ruleCase(
      mul(1, x),
      "t1[B, K] = broadcast(1, [B, K])\nt2[B, K] = t1 * x",
      "x",
      mul(x, 0),
      div(1, x),
    ),
    ruleCase(mul(x, 1), "t1[B, K] = broadcast(1, [B, K])\nt2[B, K] = x * t1", "x"),
  ],
  "whole-power": [
    ruleCase(
      pow(x, 2),
      "t1[B, K] = broadcast(2, [B, K])\nt2[B, K] = pow(x, t1)",
      "t1[B, K] = x * x",
      pow(x, 0.5),
      pow(x, 5),
      pow(2, x),
    ),
    ruleCase(
      pow(x, 3),
      "t1[B, K] = broadcast(3, [B, K])\nt2[B, K] = pow(x, t1)",
      "t1[B, K] = x * x\nt2[B, K] = t1 * x",
    ),
    ruleCase(pow(x, 1), "t1[B, K] = broadcast(1, [B, K])\nt2[B, K] = pow(x, t1)", "x"),
    ruleCase(
      pow(x, 0),
      "t1[B, K] = broadcast(0, [B, K])\nt2[B, K] = pow(x, t1)",
      "t1[B, K] = broadcast(1, [B, K])",
    ),
  ],
  "divide-by-one": ruleCase(
    div(x, 1),
    "t1[B, K] = broadcast(1, [B, K])\nt2[B, K] = x / t1",
    "x",
    div(1, x),
    div(x, 2),
  ),
  "double-negation": ruleCase(
    neg(neg(x)),
    "t1[B, K] = -x\nt2[B, K] = -t1",
    "x",
    neg(x),
  ),
  "merge-reshapes": ruleCase(
    reshape(reshape(cube, [B, 1, O, K]), [O, B, K]),
    "t1[B, 1, O, K] = reshape(cube, [B, 1, O, K])\nt2[O, B, K] = reshape(t1, [O, B, K])",
    "t1[O, B, K] = reshape(cube, [O, B, K])",
    reshape(cube, [O, B, K]),
  ),
  "merge-transposes": [
    ruleCase(
      make("transpose", { permutation: [1, 2, 0] }, [
        make("transpose", { permutation: [0, 2, 1] }, [cube.node]),
      ]),
      "t1[B, K, O] = transpose(cube, axes 0, 2, 1)\nt2[K, O, B] = transpose(t1, axes 1, 2, 0)",
      "t1[K, O, B] = transpose(cube, axes 2, 1, 0)",
      transpose(x),
    ),
    ruleCase(
      make("transpose", { permutation: [0, 1] }, [x.node]),
      "t1[B, K] = transpose(x, axes 0, 1)",
      "x",
    ),
  ],
  "merge-broadcasts": [
    ruleCase(
      make("broadcast", { shape: [O, B, n, K], axes: [1, 3] }, [wide]),
      "t1[B, K] = broadcast(b, [B, K], axes 1)\n" +
        "t2[O, B, n, K] = broadcast(t1, [O, B, n, K], axes 1, 3)",
      "t1[O, B, n, K] = broadcast(b, [O, B, n, K], axes 3)",
      wide,
    ),
    ruleCase(
      make("broadcast", { shape: [B, K], axes: [0, 1] }, [x.node]),
      "t1[B, K] = broadcast(x, [B, K], axes 0, 1)",
      "x",
    ),
  ],
  "tile-once": ruleCase(
    tile(x, [1, 1]),
    "t1[B, K] = tile(x, [1, 1])",
    "x",
    tile(x, [1, n]),
  ),
  "merge-sums": [
    ruleCase(
      sum(sum(cube, { axis: 0 }), { axis: 1 }),
      "t1[O, K] = sum(cube, axes 0)\nt2[O] = sum(t1, axes 1)",
      "t1[O] = sum(cube, axes 0, 2)",
      sum(cube, { axis: 0 }),
    ),
    ruleCase(make("sum", { axes: [] }, [x.node]), "t1[B, K] = sum(x, axes none)", "x"),
  ],
  "reduce-of-one": [
    ruleCase(
      sum(column(b), { axis: 1 }),
      "t1[K, 1] = reshape(b, [K, 1])\nt2[K] = sum(t1, axes 1)",
      "t1[K, 1] = reshape(b, [K, 1])\nt2[K] = reshape(t1, [K])",
      sum(x, { axis: 0 }),
    ),
    ruleCase(
      max(column(b), { axis: [0, 1] }),
      "t1[K, 1] = reshape(b, [K, 1])\nt2[] = max(t1, axes 0, 1)",
      "t1[K, 1] = reshape(b, [K, 1])\nt2[1] = max(t1, axes 0)\nt3[] = reshape(t2, [])",
    ),
  ],
  "fold-constants": ruleCase(
    div(constant(1), constant(8)),
    "t1[] = 1 / 8",
    "0.125",
    div(constant(1), constant(0)),
    mul(size(B), 2),
  ),
  "compute-before-spreading": ruleCase(
    make("maximum", {}, [spread(size(B).node, [K]), full(3, [K])]),
    "t1[K] = broadcast(size(B), [K])\nt2[K] = broadcast(3, [K])\nt3[K] = maximum(t1, t2)",
    "t1[] = maximum(size(B), 3)\nt2[K] = broadcast(t1, [K])",
    add(b, 1),
    exp(b),
  ),
};
