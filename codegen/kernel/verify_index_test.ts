/** What the verifier says about bytes, and about indices that data decide. */
import assert from "node:assert/strict";
import { axisIndex, indexOf } from "./index_expr.ts";
import type { Kernel, KernelTensor, Scalar, StoreStage } from "./kernel.ts";
import {
  apply,
  axis,
  biasRelu,
  cast,
  constant,
  load,
  local,
  loops,
  product,
  reduce,
  store,
  tensor,
} from "./sample_kernels.ts";
import { chosenRow, drawing } from "./sample_programs.ts";
import { KernelError, verifyKernel } from "./verify.ts";

const B = { name: "B" }, K = { name: "K" };
const i = axis("i", B), j = axis("j", K);
const x = tensor("x", "read", [B]), y = tensor("y", "write", [B]);
const places = tensor("places", "read", [B], "u32"), bytes = tensor("bytes", "read", [B], "u8");
const state = tensor("state", "read_write", [B]);

/** A kernel of one store over `i`, with the tensors that it uses. */
function storingAt(
  stage: StoreStage,
  all: readonly KernelTensor[] = [x, places, bytes, y],
): Kernel {
  const text = JSON.stringify(stage);
  return loops({
    name: "broken",
    tensors: all.filter(({ name }) => text.includes(`"tensor":"${name}"`)),
    parallel: [i],
    stages: [stage],
  });
}

const storing = (value: Scalar): Kernel => storingAt(store(y, [i], value));

/** A product whose left operand is loaded at a row that data decide. */
function productOfRows(): Kernel {
  const whole = product({ layout: "NT", sizes: [B, 4, K], epilogue: biasRelu });
  const [m, n, k] = [axis("m", B), axis("n", 4), axis("k", K)];
  const [lhs, rhs] = [tensor("x", "read", [B, K]), tensor("w", "read", [4, K])];
  const row = indexOf(cast("u32", load(lhs, m, k)));
  const value = apply("mul", load(lhs, row, k), load(rhs, n, k));
  return { ...whole, stages: [reduce("acc", "sum", [k], value), ...whole.stages.slice(1)] };
}

const FAULTS: readonly (readonly [Kernel, RegExp])[] = [
  [
    storing({ kind: "load", type: "f32", tensor: "bytes", index: [axisIndex(i)] }),
    /a load of bytes is marked f32, the tensor is u8/,
  ],
  [storing(load(x, indexOf(load(x, i)))), /the index x\[i\] holds a value of f32, not of u32/],
  [storing(load(x, indexOf(load(places, j)))), /axis "j" is not in scope/],
  [storing(load(x, indexOf(local("a", "u32")))), /local "a" is used before it is made/],
  [
    storingAt(store(y, [indexOf(load(places, i))], constant(0))),
    /data decide where y is stored to: two points may write the same element/,
  ],
  [
    storingAt(store(y, [i], constant(0, "u32")), [{ ...y, dtype: "u8" }]),
    /y holds bytes, which kernels read and never store/,
  ],
  [
    storingAt(store(state, [i], load(state, indexOf(load(places, i)))), [places, state]),
    /state is updated at \[i\], but loaded at \[places\[i\]\]/,
  ],
  [productOfRows(), /the index of operand x is not affine/],
];

Deno.test("each fault of bytes and of indices that data decide is refused by name", () => {
  for (const [kernel, message] of FAULTS) {
    assert.throws(() => verifyKernel(kernel), (error: unknown) => {
      assert.ok(error instanceof KernelError, String(error));
      assert.match(error.message, message);
      return true;
    });
  }
});

Deno.test("kernels pass that load bytes, and rows that data or a local decide", () => {
  for (const kernel of [...drawing(B, { name: "samples" }, K), chosenRow(B, K, 4)]) {
    verifyKernel(kernel);
  }
});
