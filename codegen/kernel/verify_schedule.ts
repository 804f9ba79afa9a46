/**
 * Rules that tie a kernel's schedule to its stages.
 *
 * @module
 */
import { affine, type Axis, flatten } from "./index_expr.ts";
import type { Kernel, Scalar, Schedule } from "./kernel.ts";

type Load = Scalar & { readonly kind: "load" };
type Contract = Schedule & { readonly frame: "contract" };

/** The two factors under the sum of a contraction, if that is what a kernel begins with. */
export function contractOperands(kernel: Kernel): { lhs: Load; rhs: Load } | undefined {
  const [first] = kernel.stages;
  if (first?.kind !== "reduce" || first.combine !== "sum" || first.type !== "f32") return undefined;
  if (first.value.kind !== "apply" || first.value.op !== "mul") return undefined;
  const [lhs, rhs] = first.value.args;
  return lhs?.kind === "load" && rhs?.kind === "load" ? { lhs, rhs } : undefined;
}

/** The names of axes in alphabetical order; axes of one turn never occur in an index. */
function names(axes: readonly Axis[]): string {
  return axes.map((axis) => axis.name).sort().join(", ");
}

function operandFault(
  kernel: Kernel,
  operand: Load,
  wanted: readonly Axis[],
  batch: readonly Axis[],
): string | undefined {
  const shape = kernel.tensors.find((tensor) => tensor.name === operand.tensor)?.shape ?? [];
  const strides = affine(flatten(operand.index, shape))?.strides;
  if (strides === undefined) return `the index of operand ${operand.tensor} is not affine`;
  const missing = wanted.find((axis) => axis.extent !== 1 && !strides.has(axis.name));
  if (missing !== undefined) return `operand ${operand.tensor} does not use axis "${missing.name}"`;
  const allowed = [...wanted, ...batch];
  const stray = [...strides.keys()].find((name) => !allowed.some((axis) => axis.name === name));
  return stray === undefined
    ? undefined
    : `operand ${operand.tensor} uses axis "${stray}", which is none of ${names(allowed)}`;
}

function contractFault(kernel: Kernel, schedule: Contract): string | undefined {
  const { m, n, k, batch, tile } = schedule;
  const operands = contractOperands(kernel);
  const [first, ...epilogue] = kernel.stages;
  if (operands === undefined || first?.kind !== "reduce") {
    return "a contraction begins with the sum of a product of two loads";
  }
  if (names(first.over) !== names([k])) {
    return `the contraction sums over ${names(first.over)}, its schedule says ${k.name}`;
  }
  if (names(kernel.parallel) !== names([m, n, ...batch])) {
    return `the parallel axes are ${names(kernel.parallel)}, the schedule has ${
      names([m, n, ...batch])
    }`;
  }
  if (epilogue.some((stage) => stage.kind === "reduce")) {
    return "the epilogue of a contraction reduces";
  }
  if (!(tile.rows >= 1 && tile.columns >= 1)) {
    return `a tile of ${tile.rows}x${tile.columns} computes nothing`;
  }
  return operandFault(kernel, operands.lhs, [m, k], batch) ??
    operandFault(kernel, operands.rhs, [n, k], batch);
}

/** What is wrong with a kernel's schedule, or `undefined`. */
export function scheduleFault(kernel: Kernel): string | undefined {
  const { schedule } = kernel;
  switch (schedule.frame) {
    case "contract":
      return contractFault(kernel, schedule);
    case "rows":
      return schedule.workgroup >= 1 ? undefined : "the workgroup is empty";
    case "map":
      if (kernel.stages.some((stage) => stage.kind === "reduce")) {
        return "a kernel of frame map has no reduce stage";
      }
      return schedule.workgroup >= 1 ? undefined : "the workgroup is empty";
  }
}
