import assert from "node:assert/strict";
import { compile } from "../codegen/pipeline.ts";
import { mnistShared } from "../examples/mnist/spec.ts";
import { tasksOf } from "./candidates.ts";
import { ranked, sharesOf } from "./tuner.ts";

const tasks = tasksOf(compile(mnistShared), { ...mnistShared.typical, B: 100 }, "vector");

Deno.test("the model's choice stays first unless another schedule is clearly faster", () => {
  const trial = (schedule: string, milliseconds: number, isDefault = false) => ({
    candidate: { schedule, isDefault, launches: [] },
    milliseconds,
  });
  const order = (own: number) =>
    ranked([trial("slow", 3), trial("own", own, true), trial("fast", 2)])
      .map(({ candidate }) => candidate.schedule);
  assert.deepEqual(order(2.05), ["own", "fast", "slow"]);
  assert.deepEqual(order(2.2), ["fast", "own", "slow"]);
  assert.deepEqual(ranked([]), []);
});

Deno.test("kernels share the budget, and those with much work get more of it", () => {
  const shares = sharesOf(tasks, 60);
  assert.ok(Math.abs(shares.reduce((sum, share) => sum + share, 0) - 60) < 1e-9);
  assert.ok((shares[0] ?? 0) > (shares.at(-1) ?? 0));
  assert.ok(shares.every((share) => share >= 0.5 * 60 / tasks.length));
  assert.deepEqual(sharesOf([], 60), []);
});
