import assert from "node:assert/strict";
import { compile } from "../codegen/pipeline.ts";
import { mnistShared } from "../examples/mnist/spec.ts";
import { tasksOf } from "./candidates.ts";
import { gainText, tuningTable } from "./report.ts";
import type { Tuning } from "./tuner.ts";

const tasks = tasksOf(compile(mnistShared), { ...mnistShared.typical, B: 100 }, "vector");

function tuning(): Tuning {
  const task = { ...tasks[0]!, name: "step/product", flops: 2e6 };
  const candidate = (schedule: string, isDefault = false) => ({
    schedule,
    isDefault,
    launches: [],
  });
  return {
    task,
    trials: [
      { candidate: candidate("8x8"), milliseconds: 0.5 },
      { candidate: candidate("10x4", true), milliseconds: 1 },
      { candidate: candidate("5x32"), refused: "its y[3] is NaN" },
    ],
  };
}

Deno.test("the table has every schedule with its speed, or why it was refused", () => {
  assert.equal(
    tuningTable([tuning()]),
    `kernel        schedule     ms  GFLOP/s
step/product  8x8       0.500      4.0  chosen
              10x4      1.000      2.0  the model's choice
              5x32          -        -  refused: its y[3] is NaN`,
  );
});

Deno.test("the gain is told beside what the model of cost would choose", () => {
  assert.equal(
    gainText([tuning(), tuning()]),
    "One call of each: 1.00 ms tuned, 2.00 ms as the model of cost chooses.",
  );
});
