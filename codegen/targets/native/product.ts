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
import { comingFrom, type Kernel, type Stage, type Written } from "../../kernel/kernel.ts";
import { contractOperands } from "../../kernel/verify_schedule.ts";
import { isAxis } from "./panels.ts";
import { costOf } from "./product_cost.ts";
import { dependsOn, type Lie, liesAlong, positionOf } from "./tile_access.ts";

/** How columns of the right operand come to lie in a panel. */
export type PanelCopy =
  /** They lie in panels in memory. */
  | { readonly how: "none" }
  /** Neighbours lie side by side; a step lies so far from the next. */
  | { readonly how: "rows"; readonly pitch: Extent }
  /** The numbers of a column lie side by side, and a column so far from the next: blocks are transposed. */
  | { readonly how: "turned"; readonly pitch: Extent }
  /** The same in panels that are stretches of the sum. */
  | { readonly how: "turned panels" }
  /** One by one. */
  | { readonly how: "elements" };

/** `into(row, column) = Σ left(row, t) · right(t, column)`, then the epilogue. */
export interface Product extends Written {
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
  readonly copy: PanelCopy;
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
    copy: copyOf(right, columns, sum, lie),
    // Lists of what is not zero give a row at a time.
    turned: !skipsZeros && liesAlong(epilogue, rows, lie) > liesAlong(epilogue, columns, lie),
    skipsZeros,
    ...comingFrom(first.provenance),
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

function copyOf(
  right: Load,
  columns: Axis,
  sum: readonly Axis[],
  { tensors, panels }: Lie,
): PanelCopy {
  const [k, ...more] = sum;
  if (k === undefined || more.length > 0 || tensors.get(right.tensor)?.dtype !== "f32") {
    return { how: "elements" };
  }
  if (panels.has(right.tensor)) {
    const [row, column] = right.index;
    if (isAxis(row, columns.name) && isAxis(column, k.name)) return { how: "none" };
    return { how: isAcross(right, columns, sum) ? "turned panels" : "elements" };
  }
  const strides = affine(positionOf(right, tensors))?.strides;
  const step = strides?.get(k.name), next = strides?.get(columns.name);
  if (step === undefined || next === undefined) return { how: "elements" };
  if (next === 1) return { how: "rows", pitch: step };
  return step === 1 ? { how: "turned", pitch: next } : { how: "elements" };
}

/** True if panels of a tensor are stretches of the sum, and go along an axis. */
function isAcross({ index }: Load, axis: Axis, [k, ...more]: readonly Axis[]): boolean {
  return k !== undefined && more.length === 0 && isAxis(index[0], k.name) &&
    isAxis(index[1], axis.name);
}
