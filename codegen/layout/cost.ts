/**
 * What kernels cost with tensors in some order in memory, estimated: for a machine that takes four elements at
 * once where they lie side by side. Only ratios of estimates mean anything.
 *
 * @module
 */
import type { DimValues, Extent } from "../../dsl/dim.ts";
import { affine, type Axis, type IndexExpr } from "../kernel/index_expr.ts";
import type { Kernel, Stage } from "../kernel/kernel.ts";
import { contractOperands } from "../kernel/verify_schedule.ts";
import { typicalSize } from "../schedule/typical_size.ts";
import { type OrderOf, positionOf, type Step, stepOf, touchesOf } from "./accesses.ts";

/** Elements of a vector. */
const FOUR = 4;

function pointsOf(axes: readonly Axis[], typical: DimValues): number {
  return axes.reduce((count, { extent }) => count * typicalSize(extent, typical), 1);
}

/** Vectors and single elements that cover an axis, for each of its elements. */
function turnsPerElement(axis: Axis, typical: DimValues): number {
  const size = typicalSize(axis.extent, typical);
  return (Math.floor(size / FOUR) + size % FOUR) / Math.max(size, 1);
}

/** What a vector of elements costs, in loads or stores of one. */
const VECTOR: { readonly [S in Exclude<Step, "other">]: number } = { none: 0.5, next: 1, far: 4 };

/** What loads and stores at these positions cost at each point, where an axis may be taken four at a time. */
function pointCost(
  positions: readonly IndexExpr[],
  axis: Axis | undefined,
  typical: DimValues,
): number {
  const alone = positions.length;
  if (axis === undefined || typicalSize(axis.extent, typical) < FOUR) return alone;
  let vector = 0;
  for (const position of positions) {
    const step = stepOf(position, axis);
    if (step === "other") return alone;
    vector += VECTOR[step];
  }
  return Math.min(alone, vector * turnsPerElement(axis, typical));
}

function positionsOf(
  stages: readonly Stage[],
  kernel: Kernel,
  orderOf: OrderOf,
): readonly IndexExpr[] {
  return touchesOf(stages, kernel.tensors).map((touch) => positionOf(touch, orderOf(touch.tensor)));
}

/** The parallel axes of a kernel, last the one along which what it stores first is contiguous. */
export function loopOrder(kernel: Kernel, orderOf: OrderOf): readonly Axis[] {
  const { parallel, stages, tensors } = kernel;
  const first = touchesOf(stages, tensors).find(({ stores }) => stores);
  if (first === undefined) return parallel;
  const position = positionOf(first, orderOf(first.tensor));
  const last = parallel.find((axis) => axis.extent !== 1 && stepOf(position, axis) === "next");
  return last === undefined ? parallel : [...parallel.filter((axis) => axis !== last), last];
}

/** What follows a sum of products costs, a multiplication with addition being one. */
const PER_RESULT = 2;

/** The cost of a kernel that sums products, by the better of its forms. */
function contractCost(kernel: Kernel, orderOf: OrderOf, typical: DimValues): number {
  const operands = contractOperands(kernel);
  const [sum, ...epilogue] = kernel.stages;
  if (operands === undefined || sum?.kind !== "reduce") return Infinity;
  const results = pointsOf(kernel.parallel, typical);
  const products = results * pointsOf(sum.over, typical);
  const [lhs, rhs] = positionsOf([sum], kernel, orderOf);
  if (lhs === undefined || rhs === undefined) return Infinity;
  if (affine(lhs) === undefined || affine(rhs) === undefined) return Infinity;
  const after = positionsOf(epilogue, kernel, orderOf);
  const outer = kernel.parallel.flatMap((axis): readonly number[] => {
    const steps = [stepOf(lhs, axis), stepOf(rhs, axis)];
    if (!steps.includes("next") || !steps.includes("none")) return [];
    const each = pointCost(after, axis, typical);
    return [products * turnsPerElement(axis, typical) + PER_RESULT * results * each];
  });
  const single = PER_RESULT * results * after.length;
  const dots = sum.over.flatMap((axis): readonly number[] =>
    stepOf(lhs, axis) === "next" && stepOf(rhs, axis) === "next"
      ? [products * turnsPerElement(axis, typical) + single]
      : []
  );
  return Math.min(...outer, ...dots, products + single);
}

/** The cost of a kernel that computes points one by one. */
function pointsCost(kernel: Kernel, orderOf: OrderOf, typical: DimValues): number {
  const points = pointsOf(kernel.parallel, typical);
  const last = loopOrder(kernel, orderOf).at(-1);
  const stageCost = (stage: Stage): number => {
    const positions = positionsOf([stage], kernel, orderOf);
    const inner = stage.kind === "reduce" || stage.kind === "loop" ? stage.over : [];
    const ways = [last, inner.at(-1)].map((axis) => pointCost(positions, axis, typical));
    return points * pointsOf(inner, typical) * Math.min(...ways);
  };
  return kernel.stages.reduce((cost, stage) => cost + stageCost(stage), 0);
}

/** The cost of a kernel. */
export function kernelCost(kernel: Kernel, orderOf: OrderOf, typical: DimValues): number {
  return kernel.schedule.frame === "contract"
    ? contractCost(kernel, orderOf, typical)
    : pointsCost(kernel, orderOf, typical);
}

/** What it costs to copy a tensor into another order. */
export function copyCost(shape: readonly Extent[], typical: DimValues): number {
  return shape.reduce<number>(
    (count, extent) => count * typicalSize(extent, typical),
    2 * PER_RESULT,
  );
}
