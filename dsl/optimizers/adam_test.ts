import assert from "node:assert/strict";
import { interpret, type Value } from "../../codegen/graph/interpret.ts";
import { make } from "../intern.ts";
import type { OptimizerDeclaration } from "../optimizer.ts";
import { adam, type AdamOptions } from "./adam.ts";
import { sgd } from "./sgd.ts";

const scalar = (value: number): Value => ({ shape: [1], data: Float64Array.of(value) });

/** The weight after each of some steps from 1, with the same gradient at every step. */
function descend(optimizer: OptimizerDeclaration, gradient: number, steps: number): number[] {
  const w = make("input", { name: "w", role: "parameter", shape: [1], dtype: "f32" });
  const g = make("input", { name: "g", role: "input", shape: [1], dtype: "f32" });
  const updates = optimizer.updates(w, g);
  const leaves = new Map<string, Value>([["w", scalar(1)], ["g", scalar(gradient)]]);
  for (const name of ["w.m", "w.v"]) leaves.set(name, scalar(0));
  const weights: number[] = [];
  for (let step = 1; step <= steps; step++) {
    leaves.set("step", { shape: [], data: Float64Array.of(step) });
    const values = interpret(updates.map((each) => each.value), { dims: {}, leaves });
    updates.forEach(({ target }, i) => {
      const value = values[i];
      if (target.op === "input" && value !== undefined) leaves.set(target.attrs.name, value);
    });
    weights.push(leaves.get("w")?.data[0] ?? NaN);
  }
  return weights;
}

function assertClose(got: readonly number[], wanted: readonly number[]): void {
  assert.equal(got.length, wanted.length);
  got.forEach((value, i) => {
    assert.ok(Math.abs(value - (wanted[i] ?? NaN)) < 1e-15, `${got} is not ${wanted}`);
  });
}

// With a constant gradient g, m = (1 − β₁ᵗ)·g and √v = √(1 − β₂ᵗ)·g. Here g = ε, so the two rules
// differ as far as they can: chainer's change is α·s/(s + 1) with s = √(1 − 0.999ᵗ).
const tiny: AdamOptions = { alpha: 1e-3, beta1: 0.9, beta2: 0.999, eps: 1e-8 };

Deno.test("chainer's rule adds eps to the uncorrected root", () => {
  assertClose(
    descend(adam(tiny), 1e-8, 3).map((w) => 1 - w),
    [0.0000306534300317155, 0.0000734501585041482, 0.0001253535840283078],
  );
});

Deno.test("pytorch's rule adds eps to the corrected root, which halves each step where g = eps", () => {
  assertClose(
    descend(adam({ ...tiny, rule: "pytorch" }), 1e-8, 3).map((w) => 1 - w),
    [0.0005, 0.001, 0.0015],
  );
});

Deno.test("with gradients far above eps both rules step by alpha", () => {
  for (const rule of ["chainer", "pytorch"] as const) {
    const [first = NaN] = descend(adam({ ...tiny, rule }), 1, 1);
    assert.ok(Math.abs(1 - first - 1e-3) < 1e-9);
  }
});

Deno.test("the defaults are chainer's", () => {
  assert.deepEqual(descend(adam(), 1e-8, 3), descend(adam({ ...tiny, rule: "chainer" }), 1e-8, 3));
  assert.equal(adam().doc, "Adam, chainer's rule, α = 0.001, β₁ = 0.9, β₂ = 0.999, ε = 1e-8");
});

Deno.test("gradient descent steps by rate times gradient", () => {
  assertClose(descend(sgd({ rate: 0.5 }), 0.25, 2), [0.875, 0.75]);
});
