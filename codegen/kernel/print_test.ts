import assert from "node:assert/strict";
import { times } from "../../dsl/dim.ts";
import { axisIndex, mod } from "./index_expr.ts";
import { printKernel } from "./print.ts";
import { printScalar } from "./print_scalar.ts";
import {
  apply,
  axis,
  biasRelu,
  cast,
  constant,
  load,
  local,
  product,
  reduce,
  store,
  tensor,
  uniform,
} from "./sample_kernels.ts";
import { drawing, softmax } from "./sample_programs.ts";

const B = { name: "B" };
const K = { name: "K" };
const O = { name: "O" };

Deno.test("a contraction prints as loops, stages and schedule", () => {
  const kernel = product({ name: "forward", layout: "NT", sizes: [B, O, K], epilogue: biasRelu });
  const { schedule } = kernel;
  assert.equal(schedule.frame, "contract");
  const { vector } = schedule.tilings;
  const [tile, workgroup] = [{ rows: 8, columns: 4 }, { rows: 16, columns: 8 }];
  const tilings = {
    vector: { ...vector, tile: { rows: 10, columns: 8 }, workgroup: { rows: 1, columns: 8 } },
    gpu: {
      ...vector,
      tile,
      workgroup,
      fours: { lhs: "k", rhs: "n", results: true },
      unroll: 4,
      staged: { lhs: true, rhs: true, depth: 16 },
      splits: 7,
    },
  } as const;
  assert.equal(
    printKernel({ ...kernel, schedule: { ...schedule, tilings } }),
    `forward(read x[B, K], read w[O, K], read bias[O], write y[B, O])
  for m in B, n in O:
    acc = sum k in K: x[m, k] * w[n, k]
    y[m, n] = max(acc + bias[n], 0)
  schedule: contract m=m n=n k=k; vector: 10x8 · 1x8 along n, fours ---; gpu: 8x4 · 16x8 along n, fours knn, unroll 4, lhs+rhs staged by 16, 7 splits`,
  );
});

Deno.test("a rows kernel prints its inner loops", () => {
  assert.equal(
    printKernel(softmax(B, K)),
    `softmax(read z[B, K], write y[B, K], write logs[B])
  for b in B:
    top = max c in K: z[b, c]
    total = sum d in K: exp(z[b, d] - top)
    logs[b] = log(total) + top
    for e in K:
      share = exp(z[b, e] - top)
      y[b, e] = share / total
  schedule: rows, workgroup 64`,
  );
});

Deno.test("a kernel of a single point has no outer loop", () => {
  const i = axis("i", K);
  const [x, y] = [tensor("x", "read", [K]), tensor("y", "write", [])];
  const stages = [reduce("acc", "sum", [i], load(x, i)), store(y, [], local("acc"))];
  const kernel = {
    name: "total",
    layer: "sample",
    formula: "",
    tensors: [x, y],
    parallel: [],
    stages,
    schedule: { frame: "rows", workgroup: 1 },
  } as const;
  assert.equal(
    printKernel(kernel),
    `total(read x[K], write y[])
  acc = sum i in K: x[i]
  y[] = acc
  schedule: rows, workgroup 1`,
  );
});

Deno.test("expressions have no more parentheses than they need", () => {
  const [a, b, c] = [local("a"), local("b"), local("c")];
  const cases = [
    [apply("sub", a, apply("sub", b, c)), "a - (b - c)"],
    [apply("sub", apply("sub", a, b), c), "a - b - c"],
    [apply("mul", apply("add", a, b), c), "(a + b) * c"],
    [apply("add", apply("mul", a, b), c), "a * b + c"],
    [apply("div", a, apply("mul", b, c)), "a / (b * c)"],
    [apply("neg", apply("add", a, b)), "-(a + b)"],
    [apply("select", apply("greater", a, constant(0)), b, apply("neg", c)), "a > 0 ? b : -c"],
    [
      apply("mul", apply("select", apply("equal", a, b), b, c), uniform("rate")),
      "(a == b ? b : c) * rate",
    ],
    [cast("f32", constant(1, "bool")), "f32(true)"],
    [apply("maximum", a, constant(-2)), "max(a, -2)"],
  ] as const;
  for (const [scalar, text] of cases) assert.equal(printScalar(scalar), text);
});

Deno.test("an index prints as it is computed", () => {
  const j = axis("j", times({ name: "n" }, K));
  const w = tensor("W", "read", [K]);
  assert.equal(printScalar(load(w, mod(axisIndex(j), K))), "W[j mod K]");
  const position = { kind: "index", type: "u32", index: mod(axisIndex(j), K) } as const;
  assert.equal(printScalar(apply("add", position, constant(1, "u32"))), "(j mod K) + 1");
});

Deno.test("an index that data decide prints as what it is loaded from", () => {
  assert.deepEqual(drawing(B, { name: "samples" }, K).map(printKernel), [
    `draw_x(read pixels[samples, K], read order[samples], write x[B, K])
  for b in B, i in K:
    x[b, i] = f32(pixels[order[b + start], i]) / 255
  schedule: map, workgroup 64`,
    `draw_label(read digits[samples], read order[samples], write label[B])
  for b in B:
    label[b] = digits[order[b + start]]
  schedule: map, workgroup 64`,
  ]);
});
