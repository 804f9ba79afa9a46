import assert from "node:assert/strict";
import { evaluateHost, printHost } from "./host_expr.ts";
import { axisIndex, ZERO } from "./index_expr.ts";
import type { Kernel } from "./kernel.ts";
import {
  adam,
  apply,
  axis,
  biasRelu,
  constant,
  load,
  local,
  loops,
  product,
  reduce,
  store,
  tensor,
} from "./sample_kernels.ts";
import { fold, maskedTile } from "./sample_programs.ts";
import { kernelBytes, kernelFlops } from "./work.ts";

const [B, O, K, n] = [{ name: "B" }, { name: "O" }, { name: "K" }, { name: "n" }];
const text = (kernel: Kernel) => ({
  flops: printHost(kernelFlops(kernel), (name) => name),
  bytes: printHost(kernelBytes(kernel), (name) => name),
});

Deno.test("a contraction counts a multiplication and an addition per term, not its epilogue", () => {
  const kernel = product({ layout: "NT", sizes: [B, O, K], epilogue: biasRelu });
  assert.deepEqual(text(kernel), {
    flops: "2 * B * O * K",
    bytes: "4 * B * K + 4 * O * K + 4 * O + 4 * B * O",
  });
});

Deno.test("an update reads and writes what it changes", () => {
  const kernel = product({ layout: "TN", sizes: [O, K, B], epilogue: adam });
  const dims = { B: 2, O: 3, K: 5 };
  assert.equal(evaluateHost(kernelFlops(kernel), dims, {}), 2 * 2 * 3 * 5);
  const [x, w, weight] = [2 * 3, 2 * 5, 3 * 5];
  assert.equal(evaluateHost(kernelBytes(kernel), dims, {}), 4 * (x + w + 6 * weight));
});

Deno.test("a fold adds every element once", () => {
  assert.deepEqual(text(fold(B, n, K)), {
    flops: "B * K * n",
    bytes: "4 * B * n * K + 4 * B * K",
  });
});

Deno.test("a tile moves data only, and reads each element of what it repeats once", () => {
  assert.deepEqual(text(maskedTile(B, n, K)), {
    flops: "0",
    bytes: "4 * B * n * K + 4 * B * K + 4 * B * n * K",
  });
});

Deno.test("arithmetic inside a reduction counts, comparisons do not", () => {
  const [b, c] = [axis("b", B), axis("c", K)];
  const x = tensor("x", "read", [B, K]);
  const y = tensor("y", "write", [B]);
  const kernel = loops({
    name: "sum_of_exponentials",
    tensors: [x, y],
    parallel: [b],
    stages: [
      reduce("largest", "max", [c], load(x, b, c)),
      reduce("total", "sum", [c], apply("exp", apply("sub", load(x, b, c), local("largest")))),
      store(y, [b], local("total")),
    ],
  });
  assert.deepEqual(text(kernel), { flops: "2 * B * K", bytes: "4 * B * K + 4 * B" });
});

Deno.test("of a tensor that is read in part, only what the loops reach counts", () => {
  const b = axis("b", B);
  const y = tensor("y", "write", [B]);
  const kernel = (rows: typeof K | number) => {
    const table = tensor("table", "read", [rows, 8]);
    const value = apply("add", load(table, axisIndex(b), ZERO), constant(1));
    return loops(
      { name: "column", tensors: [table, y], parallel: [b], stages: [store(y, [b], value)] },
      "map",
    );
  };
  assert.equal(text(kernel(60)).bytes, "Math.min(1920, 4 * B) + 4 * B");
  const [some, many] = [2, 1000].map((size) =>
    evaluateHost(kernelBytes(kernel(60)), { B: size }, {})
  );
  assert.deepEqual([some, many], [16, 1920 + 4000]);
});
