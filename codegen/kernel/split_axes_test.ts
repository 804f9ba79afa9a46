import assert from "node:assert/strict";
import { times } from "../../dsl/dim.ts";
import { axisIndex, div, mod } from "./index_expr.ts";
import { printKernel } from "./print.ts";
import { axis, load, local, loops, reduce, store, tensor } from "./sample_kernels.ts";
import { maskedTile, transposition } from "./sample_programs.ts";
import { splitAxes } from "./split_axes.ts";

const [B, K, n] = [{ name: "B" }, { name: "K" }, { name: "n" }];

Deno.test("a remainder by a divisor of the extent becomes an axis", () => {
  assert.equal(
    printKernel(splitAxes(maskedTile(B, n, K))),
    `masked_tile(read gx[B, K], read h[B, n·K], write y[B, n·K])
  for b in B, j_outer in n, j in K:
    y[b, j_outer·K + j] = h[b, j_outer·K + j] > 0 ? gx[b, j] : 0
  schedule: map, workgroup 64`,
  );
});

Deno.test("the axis of a reduction is split too", () => {
  const [b, j] = [axis("b", B), axis("j", times(n, K))];
  const [x, y] = [tensor("x", "read", [n, K]), tensor("y", "write", [B])];
  const value = load(x, div(axisIndex(j), K), mod(axisIndex(j), K));
  const kernel = loops({
    name: "total",
    tensors: [x, y],
    parallel: [b],
    stages: [reduce("acc", "sum", [j], value), store(y, [b], local("acc"))],
  });
  assert.match(printKernel(splitAxes(kernel)), /acc = sum j_outer in n, j in K: x\[j_outer, j\]/);
});

Deno.test("an axis that no index divides stays whole, and so does one of another size", () => {
  const whole = transposition(B, K);
  assert.equal(printKernel(splitAxes(whole)), printKernel(whole));
  const j = axis("j", 10);
  const [x, y] = [tensor("x", "read", [3]), tensor("y", "write", [10])];
  const odd = loops({
    name: "odd",
    tensors: [x, y],
    parallel: [j],
    stages: [store(y, [j], load(x, mod(axisIndex(j), 3)))],
  }, "map");
  assert.equal(printKernel(splitAxes(odd)), printKernel(odd));
});
