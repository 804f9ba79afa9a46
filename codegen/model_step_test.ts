/** What the compiler makes of a training step of the weight-sharing model. */
import assert from "node:assert/strict";
import { mnistShared } from "../examples/mnist/spec.ts";
import type { Kernel, Program } from "./kernel/kernel.ts";
import { printKernel } from "./kernel/print.ts";
import { compile } from "./pipeline.ts";

const { module } = compile(mnistShared);

function programNamed(name: string): Program {
  const program = module.programs.find((each) => each.name === name);
  assert.ok(program, name);
  return program;
}

const step = programNamed("step");

function kernelNamed(name: string): Kernel {
  const kernel = step.kernels.find((each) => each.name === name);
  assert.ok(kernel, name);
  return kernel;
}

const frames = (program: Program): readonly string[] =>
  program.kernels.map((kernel) => `${kernel.schedule.frame} ${kernel.name}`);

const written = (kernel: Kernel): readonly string[] =>
  kernel.tensors.filter((tensor) => tensor.access !== "read").map((tensor) => tensor.name);

Deno.test("a step is fourteen kernels: forward, loss, backward, and updates", () => {
  assert.deepEqual(frames(step), [
    "contract relu1",
    "rows fold_relu1",
    "contract relu2",
    "contract l3_y",
    "rows loss",
    "rows update_loss_total",
    "contract g_l2_y",
    "contract g_relu1_untiled",
    "map g_l1_y",
    "contract update_l1_W",
    "rows update_l1_b",
    "contract update_l2_W",
    "contract update_l3_W",
    "rows update_l3_b",
  ]);
});

Deno.test("prediction and evaluation are the step's forward kernels", () => {
  assert.deepEqual(frames(programNamed("predict")), [
    "contract relu1",
    "rows fold_relu1",
    "contract relu2",
    "contract predict",
  ]);
  assert.deepEqual(frames(programNamed("evaluate")), frames(step).slice(0, 6));
});

/** What a kernel computes, without its schedule. */
function fusedText(kernel: Kernel): string {
  const lines = printKernel(kernel).split("\n");
  return lines.filter((line) => !line.startsWith("  schedule:")).join("\n");
}

Deno.test("bias and activation ride in the product", () => {
  assert.equal(
    fusedText(kernelNamed("relu1")),
    `relu1(read x[B, 784], read l1.W[1000, 784], read l1.b[1000], write relu1[B, 1000])
  for b in B, i in 1000:
    acc = sum j in 784: x[b, j] * l1.W[i, j]
    relu1[b, i] = max(acc + l1.b[i], 0)`,
  );
});

Deno.test("the activation's mask rides in the backward product", () => {
  assert.equal(
    fusedText(kernelNamed("g_l2_y")),
    `g_l2_y(read g_l3.y[B, 10], read l3.W[10, 900], read relu2[B, 900], write g_l2.y[B, 900])
  for b in B, i in 900:
    acc = sum j in 10: g_l3.y[b, j] * l3.W[j, i]
    g_l2.y[b, i] = relu2[b, i] > 0 ? acc : 0`,
  );
});

Deno.test("the optimizer rides in the product that is the gradient", () => {
  assert.equal(
    fusedText(kernelNamed("update_l2_W")),
    `update_l2_W(read g_l2.y[B, 900], read fold_relu1[B, 100], ` +
      `update l2.W[900, 100], update l2.W.m[900, 100], update l2.W.v[900, 100])
  for i in 900, j in 100:
    acc = sum b in B: g_l2.y[b, i] * fold_relu1[b, j]
    m_next = l2.W.m[i, j] * 0.9 + acc * 0.1
    v_next = l2.W.v[i, j] * 0.999 + acc * acc * 0.001
    W_next = l2.W[i, j] - alpha_t * m_next / (sqrt(v_next) + 1e-8)
    l2.W[i, j] = W_next
    l2.W.m[i, j] = m_next
    l2.W.v[i, j] = v_next`,
  );
});

Deno.test("the fold of the shared layer's input is computed once, for forward and gradient", () => {
  const uses = (access: string) =>
    step.kernels.filter((kernel) =>
      kernel.tensors.some((tensor) => tensor.name === "fold_relu1" && tensor.access === access)
    ).map((kernel) => kernel.name);
  assert.deepEqual(uses("write"), ["fold_relu1"]);
  assert.deepEqual(uses("read"), ["relu2", "update_l2_W"]);
});

Deno.test("loss, accuracy and the gradient of the logits come from one kernel", () => {
  assert.deepEqual(written(kernelNamed("loss")), ["g_l3.y", "loss", "accuracy"]);
});

Deno.test("no gradient of a parameter is ever in memory", () => {
  const parameters = module.tensors.filter((tensor) => tensor.kind === "parameter");
  assert.deepEqual(parameters.map((each) => each.name), ["l1.W", "l1.b", "l2.W", "l3.W", "l3.b"]);
  const stored = module.tensors.filter((tensor) => tensor.kind === "temporary");
  assert.deepEqual(stored.map((tensor) => tensor.name), [
    "relu1",
    "fold_relu1",
    "relu2",
    "l3.y",
    "loss",
    "accuracy",
    "g_l3.y",
    "g_l2.y",
    "g_relu1_untiled",
    "g_l1.y",
  ]);
});

Deno.test("every reader of an old weight runs before its update", () => {
  const at = (name: string): number => step.kernels.indexOf(kernelNamed(name));
  for (const { name, kind } of module.tensors) {
    if (kind !== "parameter") continue;
    const update = at(`update_${name.replace(".", "_")}`);
    step.kernels.forEach((kernel, position) => {
      if (position === update) return;
      const uses = kernel.tensors.some((tensor) => tensor.name === name);
      assert.ok(!uses || position < update, `${kernel.name} uses ${name}`);
    });
  }
  assert.ok(at("g_l2_y") < at("update_l3_W"));
  assert.ok(at("g_relu1_untiled") < at("update_l2_W"));
});

Deno.test("the batch is chosen with each call, and only the number of samples when loading", () => {
  assert.deepEqual(module.callDims, ["B"]);
  assert.deepEqual(module.fixedDims, ["samples"]);
  for (const program of module.programs) {
    assert.deepEqual(program.uniforms[0], {
      name: "B",
      type: "u32",
      value: { kind: "extent", extent: { name: "B" } },
    });
  }
});

Deno.test("a program states its inputs, outputs, updates and scalars", () => {
  assert.deepEqual(programNamed("predict").inputs, ["x"]);
  assert.deepEqual(programNamed("predict").outputs, ["logits"]);
  assert.deepEqual(programNamed("evaluate").updates, ["loss_total", "accuracy_total"]);
  assert.deepEqual(step.inputs, ["x", "label"]);
  assert.deepEqual(step.scalars, ["step"]);
  assert.deepEqual(step.updates, [
    "loss_total",
    "accuracy_total",
    ...["l1.W", "l1.b", "l2.W", "l3.W", "l3.b"].flatMap((each) => [
      each,
      `${each}.m`,
      `${each}.v`,
    ]),
  ]);
});

Deno.test("numbers that are the same for every element are computed by the host, once per call", () => {
  assert.deepEqual(step.uniforms.map((uniform) => uniform.name).toSorted(), [
    "B",
    "alpha_t",
    "minus_one_over_batch",
    "one_over_batch",
  ]);
});
