/**
 * Kernels as short text, for documents and for reading along.
 *
 * @module
 */
import { showExtent, showShape } from "../../dsl/dim.ts";
import type { Axis } from "./index_expr.ts";
import type { Kernel, Schedule, Stage } from "./kernel.ts";
import { printScalar, showIndices } from "./print_scalar.ts";
import { showTiling } from "./tiling.ts";

function showAxes(axes: readonly Axis[]): string {
  return axes.map((axis) => `${axis.name} in ${showExtent(axis.extent)}`).join(", ");
}

function indent(lines: readonly string[]): string[] {
  return lines.map((line) => `  ${line}`);
}

function stageLines(stage: Stage): string[] {
  switch (stage.kind) {
    case "reduce":
      return [
        `${stage.into} = ${stage.combine} ${showAxes(stage.over)}: ${printScalar(stage.value)}`,
      ];
    case "let":
      return [`${stage.name} = ${printScalar(stage.value)}`];
    case "store":
      return [`${stage.tensor}${showIndices(stage.index)} = ${printScalar(stage.value)}`];
    case "loop":
      return [`for ${showAxes(stage.over)}:`, ...indent(stage.body.flatMap(stageLines))];
  }
}

function showSchedule(schedule: Schedule): string {
  if (schedule.frame !== "contract") return `${schedule.frame}, workgroup ${schedule.workgroup}`;
  const { m, n, k, sums, batch, tilings, zeros } = schedule;
  const further = sums.map((axis) => `+${axis.name}`).join("");
  const axes = `m=${m.name} n=${n.name} k=${k.name}${further}`;
  const batches = batch.map((axis) => ` batch=${axis.name}`).join("");
  return `contract ${axes}${batches}; vector: ${showTiling(tilings.vector)}; gpu: ${
    showTiling(tilings.gpu)
  }${zeros === undefined ? "" : `; may skip zeros of the ${zeros}`}`;
}

const ACCESS = { read: "read", write: "write", read_write: "update" } as const;

/** A kernel's name and the tensors it uses: `forward(read x[B, K], write y[B, O])`. */
export function signatureOf(kernel: Kernel): string {
  const tensors = kernel.tensors.map((tensor) =>
    `${ACCESS[tensor.access]} ${tensor.name}${showShape(tensor.shape)}`
  );
  return `${kernel.name}(${tensors.join(", ")})`;
}

/** A kernel as text: its tensors, loops, stages and schedule. */
export function printKernel(kernel: Kernel): string {
  const stages = kernel.stages.flatMap(stageLines);
  const body = kernel.parallel.length === 0
    ? stages
    : [`for ${showAxes(kernel.parallel)}:`, ...indent(stages)];
  const schedule = `schedule: ${showSchedule(kernel.schedule)}`;
  return [signatureOf(kernel), ...indent([...body, schedule])].join("\n");
}
