import assert from "node:assert/strict";
import { defineLayer, tensor } from "../../../dsl/declare.ts";
import { dim } from "../../../dsl/dim.ts";
import * as t from "../../../dsl/tensor.ts";
import * as mnist from "../../../examples/mnist/spec.ts";
import { compile } from "../../pipeline.ts";
import type { Declaration } from "../../programs/programs.ts";
import type { KernelPlan } from "./kernel_plan.ts";
import { type ModulePlan, planModule } from "./module_plan.ts";
import { NATIVE } from "./target.ts";
import { SOURCE } from "../../testing/source.ts";

const planOf = (declaration: Declaration): ModulePlan => planModule(compile(declaration).module);

/** A kernel in a line: its form, and which axis threads share out. */
function inWords({ kernel, form, split }: KernelPlan): string {
  const shared = split === undefined ? "on one thread" : `${split.axis.name} by ${split.grain}`;
  if (form.kind === "loops") return `${kernel.name}: ${form.loops}, ${shared}`;
  const { rows, columns, copy, skipsZeros } = form.way;
  const tiles = `tiles of ${rows.name} and ${columns.name}, copied ${copy.how}`;
  return `${kernel.name}: ${tiles}${skipsZeros ? ", skipping zeros" : ""}, ${shared}`;
}

function kernelsOf(plan: ModulePlan, name: string): ModulePlan["programs"][number]["kernels"] {
  const program = plan.programs.find(({ program }) => program.name === name);
  assert.ok(program, name);
  return program.kernels;
}

Deno.test("weights and their moments lie in panels, and threads own columns of them", () => {
  const plan = planOf(mnist.mnistShared);
  assert.deepEqual(plan.panels, [
    ..."l1.W l2.W l3.W l1.W.m l1.W.v l2.W.m l2.W.v l3.W.m l3.W.v".split(" "),
  ]);
  assert.deepEqual(kernelsOf(plan, "step").map((each) => inWords(each.plan)), [
    "relu1: tiles of b and i, copied none, skipping zeros, i by TW_PANEL",
    "fold_relu1: strips, b by 1",
    "relu2: tiles of b and i, copied none, i by TW_PANEL",
    "l3_y: tiles of b and i, copied none, b by TW_ROWS",
    "loss: points, b by 1",
    "update_loss_total: points, on one thread",
    "g_l2_y: tiles of b and i, copied turned panels, i by TW_PANEL",
    "g_relu1_untiled: tiles of b and i, copied turned panels, b by TW_ROWS",
    "g_l1_y: lanes, b by 1",
    "update_l1_W: tiles of j and i, copied rows, skipping zeros, i by TW_PANEL",
    "update_l1_b: strips, i by TW_STRIP",
    "update_l2_W: tiles of j and i, copied rows, i by TW_PANEL",
    "update_l3_W: tiles of j and i, copied rows, j by TW_ROWS",
    "update_l3_b: points, i by 1",
  ]);
});

Deno.test("threads meet where one needs what another has written, and nowhere else", () => {
  const step = kernelsOf(planOf(mnist.mnistShared), "step");
  const meeting = step.filter(({ meets }) => meets).map(({ plan }) => plan.kernel.name);
  assert.ok(!meeting.includes("relu1"), "nothing is before the first");
  for (const name of ["fold_relu1", "relu2", "l3_y", "loss"]) {
    assert.ok(meeting.includes(name), name);
  }
  // All updates need gradients that are there, and none touches what another does.
  assert.ok(!meeting.includes("update_l1_b") && !meeting.includes("update_l3_b"));
});

Deno.test("a weight that something else than a product reads lies row by row", () => {
  const [B, I, O] = [dim("B"), dim("I"), dim("O")];
  const layer = (reads: boolean) =>
    defineLayer({
      name: "weighed",
      inputs: { x: tensor(B, I) },
      params: { W: tensor(O, I) },
      forward: ({ x, W }) => {
        const y = t.matmul(x, t.transpose(W));
        return reads ? t.add(y, t.sum(t.exp(W), { axis: 1 })) : y;
      },
    });
  assert.deepEqual(planOf(layer(false)).panels, ["W"]);
  assert.deepEqual(planOf(layer(true)).panels, []);
});

Deno.test("a matrix that comes with each call is copied as it lies", () => {
  const [M, N, K] = [dim("M"), dim("N"), dim("K")];
  const product = (isTransposed: boolean) =>
    defineLayer({
      name: "product",
      inputs: { a: tensor(M, K), b: isTransposed ? tensor(N, K) : tensor(K, N) },
      forward: ({ a, b }) =>
        isTransposed
          ? t.matmul(a, t.transpose(t.handle<readonly [typeof N, typeof K], "f32">(b.node)))
          : t.matmul(a, t.handle<readonly [typeof K, typeof N], "f32">(b.node)),
    });
  const copies = [false, true].map((isTransposed) => {
    const [first] = kernelsOf(planOf(product(isTransposed)), "forward");
    assert.ok(first?.plan.form.kind === "product");
    return first.plan.form.way.copy.how;
  });
  assert.deepEqual(copies, ["rows", "turned"]);
});

Deno.test("the same declaration gives the same text, each time", async () => {
  const once = async () => {
    const { module } = compile(mnist.mnistShared);
    const { files } = await NATIVE.emit(module, SOURCE);
    return files.map(({ content }) => content);
  };
  assert.deepEqual(await once(), await once());
});
