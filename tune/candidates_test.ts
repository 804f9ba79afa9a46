import assert from "node:assert/strict";
import { compile } from "../codegen/pipeline.ts";
import { mnistShared } from "../examples/mnist/spec.ts";
import { tasksOf } from "./candidates.ts";

const compilation = compile(mnistShared);
const dims = { ...mnistShared.typical, B: 100 };

Deno.test("every contraction is tuned once, those with the most work first", () => {
  const tasks = tasksOf(compilation, dims, "vector");
  const names = tasks.map(({ kernel }) => kernel.name);
  // relu1 stands in three programs with the same text.
  assert.deepEqual(names.filter((name) => name === "relu1"), ["relu1"]);
  assert.ok(names.includes("update_l3_W"));
  const flops = tasks.map((task) => task.flops);
  assert.deepEqual(flops, flops.toSorted((a, b) => b - a));
  assert.equal(Math.round(flops[0] ?? 0), 2 * 100 * 1000 * 784);
});

Deno.test("the model's choice is tried first, and schedules for the other kind of machine last", () => {
  for (const machine of ["vector", "gpu"] as const) {
    const [task] = tasksOf(compilation, dims, machine, ["relu1"]);
    assert.ok(task);
    const [first, ...others] = task.candidates;
    assert.ok(first?.isDefault && others.every(({ isDefault }) => !isDefault));
    const schedules = task.candidates.map(({ schedule }) => schedule);
    assert.equal(new Set(schedules).size, schedules.length);
    assert.ok(schedules.length > 8);
    const shares = schedules.map((schedule) => schedule.includes("staged"));
    assert.deepEqual([shares[0], shares.at(-1)], [machine === "gpu", machine === "vector"]);
  }
});

Deno.test("a candidate is data that a file can keep", () => {
  const [task] = tasksOf(compilation, dims, "gpu", ["relu1"]);
  for (const { launches, partials } of task?.candidates ?? []) {
    assert.deepEqual(JSON.parse(JSON.stringify(launches)), launches);
    assert.equal(launches.length, partials === undefined ? 1 : 2);
  }
});

Deno.test("only the kernels that are wanted are tuned", () => {
  const names = tasksOf(compilation, dims, "vector", ["l3_y", "relu2"]).map(({ name }) => name);
  assert.deepEqual(names.toSorted(), ["evaluate/l3_y", "predict/relu2"]);
});
