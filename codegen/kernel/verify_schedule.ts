/**
 * Rules that tie a kernel's schedule to its stages.
 *
 * @module
 */
import { FOUR, isMultiple, type Load, loadsInFours, runsInFours } from "./fours.ts";
import { affine, type Axis, flatten } from "./index_expr.ts";
import type { Kernel, Schedule } from "./kernel.ts";
import { blockOf, type ContractAxis, sumsDots, type Tiling } from "./tiling.ts";

type Contract = Schedule & { readonly frame: "contract" };

/** The two factors under the sum of a contraction, if that is what a kernel begins with. */
export function contractOperands(
  { stages }: Pick<Kernel, "stages">,
): { readonly lhs: Load; readonly rhs: Load } | undefined {
  const [first] = stages;
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
  others: readonly Axis[],
): string | undefined {
  const shape = kernel.tensors.find((tensor) => tensor.name === operand.tensor)?.shape ?? [];
  const strides = affine(flatten(operand.index, shape))?.strides;
  if (strides === undefined) return `the index of operand ${operand.tensor} is not affine`;
  const missing = wanted.find((axis) => axis.extent !== 1 && !strides.has(axis.name));
  if (missing !== undefined) return `operand ${operand.tensor} does not use axis "${missing.name}"`;
  const allowed = [...wanted, ...others];
  const stray = [...strides.keys()].find((name) => !allowed.some((axis) => axis.name === name));
  return stray === undefined
    ? undefined
    : `operand ${operand.tensor} uses axis "${stray}", which is none of ${names(allowed)}`;
}

function contractFault(kernel: Kernel, schedule: Contract): string | undefined {
  const { m, n, k, sums, batch, tilings } = schedule;
  const operands = contractOperands(kernel);
  const [first, ...epilogue] = kernel.stages;
  if (operands === undefined || first?.kind !== "reduce") {
    return "a contraction begins with the sum of a product of two loads";
  }
  if (names(first.over) !== names([...sums, k])) {
    return `the contraction sums over ${names(first.over)}, its schedule says ${
      names([...sums, k])
    }`;
  }
  if (names(kernel.parallel) !== names([m, n, ...batch])) {
    return `the parallel axes are ${names(kernel.parallel)}, the schedule has ${
      names([m, n, ...batch])
    }`;
  }
  if (epilogue.some((stage) => stage.kind === "reduce")) {
    return "the epilogue of a contraction reduces";
  }
  if (tilings.vector.splits > 1) return "the tiling for vectors cuts the sum apart";
  const others = [...batch, ...sums];
  return operandFault(kernel, operands.lhs, [m, k], others) ??
    operandFault(kernel, operands.rhs, [n, k], others) ??
    tilingFault(kernel, schedule, tilings.vector) ?? tilingFault(kernel, schedule, tilings.gpu);
}

/** What is wrong with a tiling of a contraction, or `undefined`. */
export function tilingFault(
  kernel: Pick<Kernel, "stages" | "tensors">,
  axes: Pick<Contract, ContractAxis>,
  tiling: Tiling,
): string | undefined {
  return sizeFault(tiling) ?? exactFault(axes, tiling) ?? foursFault(kernel, axes, tiling) ??
    stagingFault(tiling);
}

function sizeFault({ tile, workgroup, unroll, splits }: Tiling): string | undefined {
  const counts = [
    tile.rows,
    tile.columns,
    workgroup.rows,
    workgroup.columns,
    unroll,
    splits,
  ];
  return counts.every((count) => Number.isSafeInteger(count) && count >= 1)
    ? undefined
    : `a tiling of ${counts.join(", ")} computes nothing`;
}

/** An axis that is said to be covered exactly must be, and k cannot be covered otherwise by turns of several steps. */
function exactFault(axes: Pick<Contract, ContractAxis>, tiling: Tiling): string | undefined {
  const { exact, unroll, splits, staged } = tiling;
  const block = blockOf(tiling);
  if (splits > 1 && (typeof axes.k.extent !== "number" || axes.k.extent % splits !== 0)) {
    return `k does not fall into ${splits} equal parts`;
  }
  const pieces = { m: block.rows, n: block.columns, k: splits * Math.max(unroll, staged.depth) };
  for (const axis of ["m", "n", "k"] as const) {
    if (exact[axis] && !isMultiple(axes[axis].extent, pieces[axis])) {
      return `pieces of ${pieces[axis]} do not cover ${axis} exactly`;
    }
  }
  return exact.k || unroll === 1 ? undefined : `turns of ${unroll} steps may overrun k`;
}

function foursFault(
  { stages, tensors }: Pick<Kernel, "stages" | "tensors">,
  axes: Pick<Contract, ContractAxis>,
  tiling: Tiling,
): string | undefined {
  const { tile, fours, unroll, staged } = tiling;
  const { lhs, rhs } = contractOperands({ stages }) ?? {};
  for (const [side, load] of [["lhs", lhs], ["rhs", rhs]] as const) {
    const along = fours[side];
    if (along === undefined || load === undefined) continue;
    const isWhole = along !== "k" || isMultiple(axes.k.extent, tiling.splits * FOUR);
    if (!isWhole || !loadsInFours(load, axes[along], tensors)) {
      return `operand ${load.tensor} cannot be loaded in fours along ${along}`;
    }
    if (along === "k" && !staged[side] && unroll !== FOUR) {
      return `operand ${load.tensor} is loaded in fours along k, in turns of ${unroll} steps`;
    }
  }
  if (fours.lhs === "m" && tile.rows % FOUR !== 0) return `${tile.rows} rows are no fours`;
  if (!sumsDots(tiling) && tile.columns % FOUR !== 0) {
    return `${tile.columns} columns are no fours`;
  }
  if (!fours.results) return undefined;
  if (tile.columns % FOUR !== 0) return `${tile.columns} columns of results are no fours`;
  return runsInFours(stages.slice(1), axes.n, tensors)
    ? undefined
    : "the results cannot be stored in fours";
}

/** Workgroup memory is filled in blocks of four by four. */
function stagingFault({ tile, unroll, staged }: Tiling): string | undefined {
  const { lhs, rhs, depth } = staged;
  if (!lhs && !rhs) return depth === 0 ? undefined : "nothing is staged, yet there is a depth";
  if (depth < FOUR || depth % FOUR !== 0 || depth % unroll !== 0) {
    return `a depth of ${depth} is no fours, or not whole turns`;
  }
  if (lhs && tile.rows % FOUR !== 0) return `${tile.rows} staged rows are no fours`;
  return rhs && tile.columns % FOUR !== 0
    ? `${tile.columns} staged columns are no fours`
    : undefined;
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
