/**
 * How a contraction is computed: which operand gives the rows of tiles and which their columns, and where
 * each is read from.
 *
 * @module
 */
import { type DimValues, type Extent, product } from "../../../dsl/dim.ts";
import type { Tensors } from "../../kernel/access.ts";
import type { Load } from "../../kernel/fours.ts";
import { affine, type Axis } from "../../kernel/index_expr.ts";
import type { Kernel, Stage } from "../../kernel/kernel.ts";
import { contractOperands } from "../../kernel/verify_schedule.ts";
import { isAxis } from "./panels.ts";
import { costOf } from "./product_cost.ts";
import { dependsOn, type Lie, liesAlong, positionOf } from "./tile_access.ts";

/** `into(row, column) = Σ left(row, t) · right(t, column)`, then the epilogue. */
export interface Product {
  readonly rows: Axis;
  readonly columns: Axis;
  /** The axes of the sum, outermost first. */
  readonly sum: readonly Axis[];
  /** Further axes of the result: first those that the right operand depends on. */
  readonly outer: readonly Axis[];
  /** The others: they are gone through with one copy of the right operand. */
  readonly inner: readonly Axis[];
  readonly left: Load;
  readonly right: Load;
  readonly into: string;
  readonly epilogue: readonly Stage[];
  /** The distance from row to row in the left operand; undefined where rows are copied first. */
  readonly stride: Extent | "panel" | undefined;
  /** True if the right operand lies in panels; else it is copied into them. */
  readonly inPanels: boolean;
  /**
   * The distance from column to column in the right operand, where the numbers of a column lie side by side:
   * blocks are transposed as they are copied. Undefined where they do not, or nothing is copied.
   */
  readonly turnedBy: Extent | "panel" | undefined;
  /** True if results lie side by side along the rows of a tile, not along its columns. */
  readonly turned: boolean;
  /** True if zeros of the left operand may be skipped. */
  readonly skipsZeros: boolean;
}

/** The numbers that estimates take for a dim. */
const CALL_DIM = 100, FIXED_DIM = 64;
/** A sum of more steps is gone through in parts, and its right operand is copied for each point anew: TW_DEPTH. */
export const DEPTH = 1024;

const sizes = (axes: readonly Axis[]): Extent => product(axes.map(({ extent }) => extent));

/** Numbers for all dims of a module, for estimates. */
export function typicalDims(fixed: readonly string[], call: readonly string[]): DimValues {
  return Object.fromEntries([
    ...fixed.map((name) => [name, FIXED_DIM] as const),
    ...call.map((name) => [name, CALL_DIM] as const),
  ]);
}

/** The better way to compute a contraction; undefined for other kernels. */
export function productOf(
  kernel: Kernel,
  panels: ReadonlySet<string>,
  typical: DimValues,
): Product | undefined {
  const { schedule } = kernel;
  const operands = contractOperands(kernel);
  const [first] = kernel.stages;
  if (schedule.frame !== "contract" || operands === undefined || first?.kind !== "reduce") {
    return undefined;
  }
  const tensors: Tensors = new Map(kernel.tensors.map((tensor) => [tensor.name, tensor]));
  const lie: Lie = { tensors, panels };
  const { m, n, zeros } = schedule;
  const { lhs, rhs } = operands;
  const ways = [
    { rows: m, columns: n, left: lhs, right: rhs, skips: zeros === "lhs" },
    { rows: n, columns: m, left: rhs, right: lhs, skips: zeros === "rhs" },
  ];
  const [straight, exchanged] = ways.map((way) => planned(kernel, way, lie));
  if (straight === undefined || exchanged === undefined) return undefined;
  if (straight.skipsZeros !== exchanged.skipsZeros) {
    return straight.skipsZeros ? straight : exchanged;
  }
  return costOf(exchanged, lie, typical) < costOf(straight, lie, typical) ? exchanged : straight;
}

interface Way {
  readonly rows: Axis;
  readonly columns: Axis;
  readonly left: Load;
  readonly right: Load;
  readonly skips: boolean;
}

function planned(
  { schedule, stages }: Kernel,
  { rows, columns, left, right, skips }: Way,
  lie: Lie,
): Product {
  const [first, ...epilogue] = stages;
  if (schedule.frame !== "contract" || first?.kind !== "reduce") throw new Error("no contraction");
  const sum = [...schedule.sums, schedule.k];
  const steps = sizes(sum);
  const isShort = typeof steps === "number" && steps <= DEPTH;
  const usesRight = (axis: Axis): boolean => !isShort || dependsOn(right, axis, lie.tensors);
  const outer = schedule.batch.filter(usesRight);
  const skipsZeros = skips && schedule.batch.length === 0 && sum.length === 1;
  return {
    rows,
    columns,
    sum,
    outer,
    inner: schedule.batch.filter((axis) => !usesRight(axis)),
    left,
    right,
    into: first.into,
    epilogue,
    stride: strideOf(left, rows, sum, lie),
    inPanels: lie.panels.has(right.tensor) && sum.length === 1 &&
      isAxis(right.index[0], columns.name) && isAxis(right.index[1], schedule.k.name),
    turnedBy: turnedBy(right, columns, sum, lie),
    // Lists of what is not zero give a row at a time.
    turned: !skipsZeros && liesAlong(epilogue, rows, lie) > liesAlong(epilogue, columns, lie),
    skipsZeros,
  };
}

/** The distance from row to row, where it is the same wherever the sum is. */
function strideOf(
  left: Load,
  rows: Axis,
  sum: readonly Axis[],
  { tensors, panels }: Lie,
): Product["stride"] {
  if (tensors.get(left.tensor)?.dtype !== "f32") return undefined;
  if (panels.has(left.tensor)) return isAcross(left, rows, sum) ? "panel" : undefined;
  const strides = affine(positionOf(left, tensors))?.strides;
  return strides === undefined ? undefined : strides.get(rows.name) ?? 0;
}

/** The distance from column to column, where the numbers of a column lie side by side. */
function turnedBy(
  right: Load,
  columns: Axis,
  sum: readonly Axis[],
  { tensors, panels }: Lie,
): Product["turnedBy"] {
  const [k, ...more] = sum;
  if (k === undefined || more.length > 0) return undefined;
  if (tensors.get(right.tensor)?.dtype !== "f32") return undefined;
  if (panels.has(right.tensor)) return isAcross(right, columns, sum) ? "panel" : undefined;
  const strides = affine(positionOf(right, tensors))?.strides;
  return strides?.get(k.name) === 1 ? strides.get(columns.name) : undefined;
}

/** True if panels of a tensor are stretches of the sum, and go along an axis. */
function isAcross({ index }: Load, axis: Axis, [k, ...more]: readonly Axis[]): boolean {
  return k !== undefined && more.length === 0 && isAxis(index[0], k.name) &&
    isAxis(index[1], axis.name);
}
