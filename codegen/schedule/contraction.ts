/** What of a contraction decides how it is best cut into pieces. @module */
import type { DimValues } from "../../dsl/dim.ts";
import { loadsInFours, runsInFours } from "../kernel/fours.ts";
import type { Axis } from "../kernel/index_expr.ts";
import type { Kernel } from "../kernel/kernel.ts";
import { tensorsUsed } from "../kernel/tensors_used.ts";
import { contractOperands } from "../kernel/verify_schedule.ts";
import { contractAxes } from "./contract_axes.ts";
import { typicalSize } from "./typical_size.ts";

/** A kernel before it is scheduled. */
export type Unscheduled = Pick<Kernel, "parallel" | "stages" | "tensors">;

/** A sum of products, its axes and its shape in memory. */
export interface Contraction {
  readonly m: Axis;
  readonly n: Axis;
  readonly k: Axis;
  /** Axes that are summed over besides k, and parallel ones besides m and n. */
  readonly sums: readonly Axis[];
  readonly batch: readonly Axis[];
  /** Axes along which each operand can be loaded in fours, and whether results can be stored so. */
  readonly fours: {
    readonly lhs: readonly ("m" | "k")[];
    readonly rhs: readonly ("n" | "k")[];
    readonly results: boolean;
  };
  /** True if no more than one of m, n and k has a size that comes later, as a batch has. */
  readonly isSized: boolean;
  /** Sizes to count with: those that a declaration calls typical where a dim has no number. */
  readonly sizes: {
    readonly m: number;
    readonly n: number;
    readonly k: number;
    /** Turns of the loops around k. */
    readonly sums: number;
    readonly batch: number;
  };
  /** Tensors that the epilogue uses. */
  readonly epilogueTensors: number;
}

/** The contraction that a kernel begins with, if it can be tiled: a row of dot products cannot. */
export function contractionOf(kernel: Unscheduled, typical: DimValues): Contraction | undefined {
  const { parallel, stages, tensors } = kernel;
  const [first, ...epilogue] = stages;
  const operands = contractOperands(kernel);
  if (first?.kind !== "reduce" || operands === undefined) return undefined;
  if (epilogue.some((stage) => stage.kind === "reduce")) return undefined;
  const { lhs, rhs } = operands;
  const chosen = contractAxes(parallel, first.over, operands, tensors);
  if (chosen === undefined) return undefined;
  const { m, n, k } = chosen;
  const batch = parallel.filter((axis) => axis !== m && axis !== n);
  const sums = first.over.filter((axis) => axis !== k);
  const size = (axes: readonly Axis[]): number =>
    axes.reduce((product, { extent }) => product * typicalSize(extent, typical), 1);
  const axes = { m, n, k };
  return {
    ...axes,
    sums,
    batch,
    fours: {
      lhs: (["k", "m"] as const).filter((name) => loadsInFours(lhs, axes[name], tensors)),
      rhs: (["k", "n"] as const).filter((name) => loadsInFours(rhs, axes[name], tensors)),
      results: runsInFours(epilogue, n, tensors),
    },
    isSized: [m, n, k].filter(({ extent }) => typeof extent !== "number").length <= 1,
    sizes: { m: size([m]), n: size([n]), k: size([k]), sums: size(sums), batch: size(batch) },
    epilogueTensors: tensorsUsed(epilogue).size,
  };
}
