import assert from "node:assert/strict";
import * as mnist from "../../../examples/mnist/spec.ts";
import type { CompiledModule, Kernel } from "../../kernel/kernel.ts";
import { compile } from "../../pipeline.ts";
import { exchangeAxes } from "./layout.ts";
import { planModule } from "./module_plan.ts";

const { module } = compile(mnist.mnistShared);

/** The same module, whose inputs are not declared sparse. */
const dense: CompiledModule = {
  ...module,
  programs: module.programs.map((program) => ({
    ...program,
    kernels: program.kernels.map((kernel): Kernel => {
      if (kernel.schedule.frame !== "contract") return kernel;
      const { zeros: _, ...schedule } = kernel.schedule;
      return { ...kernel, schedule };
    }),
  })),
};

Deno.test("a matrix whose columns are added up lies column by column, and its moments with it", () => {
  assert.deepEqual(planModule(module).transposed, ["l1.W", "l1.W.m", "l1.W.v"]);
  assert.deepEqual(planModule(dense).transposed, []);
});

Deno.test("products with a tensor of many zeros skip them, forward and in the weight's gradient", () => {
  const skipping = (plan: ReturnType<typeof planModule>) =>
    plan.programs.flatMap(({ program, phases }) =>
      phases.flat().flatMap(({ plan: { form, kernel } }) =>
        form?.skipsZeros ? [`${program.name}: ${kernel.name}`] : []
      )
    );
  assert.deepEqual(skipping(planModule(module)), [
    "predict: relu1",
    "evaluate: relu1",
    "step: relu1",
    "step: update_l1_W",
  ]);
  assert.deepEqual(skipping(planModule(dense)), []);
});

Deno.test("exchanging axes twice gives the module back", () => {
  const { transposed } = planModule(module);
  assert.deepEqual(exchangeAxes(exchangeAxes(module, transposed), transposed), module);
});
