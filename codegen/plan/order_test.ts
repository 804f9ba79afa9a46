import assert from "node:assert/strict";
import type { Kernel } from "../kernel/kernel.ts";
import { type Ordered, orderKernels } from "./order.ts";

function ordered(name: string, reads: readonly string[], writes: readonly string[]): Ordered {
  const kernel: Kernel = {
    name,
    layer: "",
    formula: "",
    tensors: [],
    parallel: [],
    stages: [],
    schedule: { frame: "map", workgroup: 64 },
  };
  return { kernel, reads: new Set(reads), writes: new Set(writes) };
}

const target = (written: string) => written.endsWith("'") ? written.slice(0, -1) : undefined;

/** The names of kernels in order. */
function order(kernels: readonly Ordered[]): readonly string[] {
  const { kernels: sorted, overwritten } = orderKernels(kernels, target);
  assert.deepEqual(overwritten, []);
  return sorted.map((kernel) => kernel.name);
}

Deno.test("a value comes before its users, and the given order stays where nothing speaks against it", () => {
  assert.deepEqual(
    order([
      ordered("use", ["a", "b"], ["c"]),
      ordered("other", ["x"], ["d"]),
      ordered("makeB", ["a"], ["b"]),
      ordered("makeA", ["x"], ["a"]),
    ]),
    ["other", "makeA", "makeB", "use"],
  );
});

Deno.test("an update comes after every reader of the old value and before readers of the new one", () => {
  assert.deepEqual(
    order([
      ordered("update", ["W", "g"], ["W'"]),
      ordered("after", ["W'"], ["norm"]),
      ordered("backward", ["W"], ["gx"]),
      ordered("gradient", ["x"], ["g"]),
    ]),
    ["backward", "gradient", "update", "after"],
  );
});

Deno.test("updates that each read what the other overwrites have no order", () => {
  const circle = [
    ordered("forward", ["a", "b"], ["y"]),
    ordered("updateA", ["a", "b"], ["a'"]),
    ordered("updateB", ["a", "b"], ["b'", "b.m'"]),
  ];
  const { kernels, overwritten } = orderKernels(circle, target);
  assert.deepEqual(kernels.map((kernel) => kernel.name), ["forward"]);
  assert.deepEqual(overwritten, ["a", "b"]);
});
