/**
 * How a contraction is computed: which operand gives the rows of tiles and which their columns, and where
 * each is read from.
 *
 * @module
 */
import { type DimValues, evaluateExtent, type Extent, product } from "../../../dsl/dim.ts";
import { accessesIn, motion, scalarsIn, storesIn, type Tensors } from "../../kernel/access.ts";
import type { Load } from "../../kernel/fours.ts";
import { affine, type Axis, flatten, type IndexExpr } from "../../kernel/index_expr.ts";
import type { Kernel, Stage } from "../../kernel/kernel.ts";
import { contractOperands } from "../../kernel/verify_schedule.ts";
import { isAxis } from "./panels.ts";

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
  /** True if results lie side by side along the rows of a tile, not along its columns. */
  readonly turned: boolean;
  /** True if zeros of the left operand may be skipped. */
  readonly skipsZeros: boolean;
}

/** A contraction before the choice between its two sides. */
interface Contraction {
  readonly kernel: Kernel;
  readonly tensors: Tensors;
  readonly panels: ReadonlySet<string>;
  readonly typical: DimValues;
}

/** The numbers that estimates take for a dim. */
const CALL_DIM = 100, FIXED_DIM = 64;
/** A tile, as estimates take it. */
const ROWS = 10, LANES = 16, PANEL = 32;
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
  const contraction: Contraction = { kernel, tensors, panels, typical };
  const { m, n, zeros } = schedule;
  const { lhs, rhs } = operands;
  const ways = [
    { rows: m, columns: n, left: lhs, right: rhs, skips: zeros === "lhs" },
    { rows: n, columns: m, left: rhs, right: lhs, skips: zeros === "rhs" },
  ];
  const [straight, exchanged] = ways.map((way) => planned(contraction, way));
  if (straight === undefined || exchanged === undefined) return undefined;
  if (straight.skipsZeros !== exchanged.skipsZeros) {
    return straight.skipsZeros ? straight : exchanged;
  }
  return cost(contraction, exchanged) < cost(contraction, straight) ? exchanged : straight;
}

interface Way {
  readonly rows: Axis;
  readonly columns: Axis;
  readonly left: Load;
  readonly right: Load;
  readonly skips: boolean;
}

function planned(contraction: Contraction, { rows, columns, left, right, skips }: Way): Product {
  const { kernel: { schedule, stages }, tensors } = contraction;
  const [first, ...epilogue] = stages;
  if (schedule.frame !== "contract" || first?.kind !== "reduce") throw new Error("no contraction");
  const sum = [...schedule.sums, schedule.k];
  const steps = sizes(sum);
  const isShort = typeof steps === "number" && steps <= DEPTH;
  const usesRight = (axis: Axis): boolean => !isShort || uses(right, axis, tensors);
  const outer = schedule.batch.filter(usesRight);
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
    stride: strideOf(contraction, left, rows, sum),
    inPanels: contraction.panels.has(right.tensor) && sum.length === 1 &&
      isAxis(right.index[0], columns.name) && isAxis(right.index[1], schedule.k.name),
    turned: liesAlong(epilogue, rows, contraction) > liesAlong(epilogue, columns, contraction),
    skipsZeros: skips && schedule.batch.length === 0 && sum.length === 1,
  };
}

function positionOf({ tensor, index }: Load, tensors: Tensors): IndexExpr {
  return flatten(index, tensors.get(tensor)?.shape ?? []);
}

function uses(load: Load, axis: Axis, tensors: Tensors): boolean {
  return affine(positionOf(load, tensors))?.strides.has(axis.name) ?? true;
}

/** The distance from row to row, where it is the same wherever the sum is. */
function strideOf(
  { tensors, panels }: Contraction,
  left: Load,
  rows: Axis,
  sum: readonly Axis[],
): Product["stride"] {
  const tensor = tensors.get(left.tensor);
  if (tensor?.dtype !== "f32") return undefined;
  if (panels.has(left.tensor)) {
    const [k] = sum;
    const isTurned = sum.length === 1 && k !== undefined && isAxis(left.index[0], k.name) &&
      isAxis(left.index[1], rows.name);
    return isTurned ? "panel" : undefined;
  }
  const strides = affine(positionOf(left, tensors))?.strides;
  return strides === undefined ? undefined : strides.get(rows.name) ?? 0;
}

/** Loads and stores of an epilogue whose elements lie side by side along an axis of a tile. */
function liesAlong(epilogue: readonly Stage[], axis: Axis, contraction: Contraction): number {
  const { tensors, panels } = contraction;
  const plain = accessesIn(epilogue, tensors).filter(({ tensor }) => !panels.has(tensor));
  const inPanels = indicesOf(epilogue, panels).filter(([row]) => isAxis(row, axis.name));
  return inPanels.length + plain.filter((access) => motion(access, axis) === "contiguous").length;
}

/** The indices at which stages touch tensors in panels. */
function indicesOf(
  stages: readonly Stage[],
  panels: ReadonlySet<string>,
): readonly (readonly IndexExpr[])[] {
  return [
    ...scalarsIn(stages).flatMap((scalar) =>
      scalar.kind === "load" && panels.has(scalar.tensor) ? [scalar.index] : []
    ),
    ...storesIn(stages).filter(({ tensor }) => panels.has(tensor)).map(({ index }) => index),
  ];
}

/** What things cost in cycles, roughly: only which of two ways is better matters. */
const COST = {
  /** A row of a tile times a vector. */
  fused: 0.5,
  /** An element copied to a panel from where its neighbours lie beside it, and from elsewhere. */
  copied: 0.25,
  gathered: 1.5,
  /** An element that the epilogue touches beside the one before: along the columns of a tile, and along its rows. */
  touched: 0.3,
  turned: 1.2,
  scattered: 2,
} as const;

function cost({ tensors, typical, kernel, panels }: Contraction, way: Product): number {
  const { rows, columns, sum, outer, inner, right, stride, inPanels, epilogue, turned } = way;
  const size = (extent: Extent): number => Math.max(1, evaluateExtent(extent, typical));
  const m = size(rows.extent), n = size(columns.extent), k = size(sizes(sum));
  const outside = size(sizes(outer)), batch = outside * size(sizes(inner));
  const products = batch * m * Math.ceil(n / LANES) * k * COST.fused;
  const beside = accessesIn([{ kind: "let", name: "", value: right }], tensors)
    .every((access) => motion(access, columns) === "contiguous") && !panels.has(right.tensor);
  const copies = inPanels ? 0 : outside * n * k * (beside ? COST.copied : COST.gathered);
  const rowCopies = stride === undefined ? batch * Math.ceil(n / PANEL) * m * k : 0;
  const along = turned ? rows : columns;
  const touches = accessesIn(epilogue, tensors).length;
  const fast = liesAlong(epilogue, along, { kernel, tensors, panels, typical });
  const results = batch * m * n *
    (fast * (turned ? COST.turned : COST.touched) + (touches - fast) * COST.scattered);
  const rest = batch * (Math.ceil(m / ROWS) * ROWS - m) * Math.ceil(n / LANES) * k * COST.fused;
  return products + copies + rowCopies + results + rest;
}
