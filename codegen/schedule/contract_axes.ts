/** Which of a contraction's axes its tiles lie along, and which of its sums goes on inside of a tile. @module */
import type { Extent } from "../../dsl/dim.ts";
import { compareExtents } from "../../dsl/einsum_order.ts";
import { affine, type Axis, flatten } from "../kernel/index_expr.ts";
import type { Load } from "../kernel/fours.ts";
import type { KernelTensor } from "../kernel/kernel.ts";
import type { ContractAxis } from "../kernel/tiling.ts";
import { varies } from "../lower/share.ts";

/** An axis with fewer steps fills no tile. */
const LEAST_STEPS = 8;

/**
 * The axes of a contraction, `undefined` where it has none of a kind: an axis of extent 1, or along which
 * an operand is repeated, leaves no trace in its index.
 *
 * The choice depends on how operands lie in memory and not on sizes of dims, so that it is the same for
 * everyone who asks.
 */
export function contractAxes(
  parallel: readonly Axis[],
  over: readonly Axis[],
  { lhs, rhs }: { readonly lhs: Load; readonly rhs: Load },
  tensors: readonly KernelTensor[],
): { readonly [A in ContractAxis]: Axis } | undefined {
  const reads = (side: Load, axis: Axis): boolean => varies(side, new Set([axis.name]));
  const only = (mine: Load, other: Load): Axis | undefined =>
    tileAxis(
      parallel.filter((axis) => reads(mine, axis) && !reads(other, axis)),
      (axis) => isContiguous(mine, axis, tensors),
    );
  const m = only(lhs, rhs);
  const n = only(rhs, lhs);
  const shared = over.filter((axis) => reads(lhs, axis) && reads(rhs, axis));
  const k =
    shared.find((axis) =>
      isLong(axis) && isContiguous(lhs, axis, tensors) && isContiguous(rhs, axis, tensors)
    ) ?? nearest(shared.filter(isLong), [lhs, rhs], tensors) ?? longest(shared);
  return m === undefined || n === undefined || k === undefined ? undefined : { m, n, k };
}

/** An axis along which memory is contiguous, else the innermost, as far as they are long. */
function tileAxis(
  candidates: readonly Axis[],
  follows: (axis: Axis) => boolean,
): Axis | undefined {
  const long = candidates.filter(isLong);
  return long.find(follows) ?? long.at(-1) ?? longest(candidates);
}

function isLong({ extent }: Axis): boolean {
  return typeof extent !== "number" || extent >= LEAST_STEPS;
}

/** The longest, of equal ones the innermost. */
function longest(axes: readonly Axis[]): Axis | undefined {
  return axes.toSorted((a, b) => compareExtents(a.extent, b.extent)).at(-1);
}

/** The axis that goes through memory in the smallest steps, of equal ones the innermost. */
function nearest(
  axes: readonly Axis[],
  loads: readonly Load[],
  tensors: readonly KernelTensor[],
): Axis | undefined {
  const distance = (axis: Axis): number =>
    Math.max(...loads.map((load) => {
      const stride = strideOf(load, axis, tensors);
      return typeof stride === "number" ? stride : Infinity;
    }));
  return axes.toReversed().reduce<Axis | undefined>(
    (best, axis) => best === undefined || distance(axis) < distance(best) ? axis : best,
    undefined,
  );
}

function isContiguous(
  load: Load,
  axis: Axis,
  tensors: readonly KernelTensor[],
): boolean {
  return strideOf(load, axis, tensors) === 1;
}

function strideOf(
  { tensor, index }: Load,
  axis: Axis,
  tensors: readonly KernelTensor[],
): Extent | undefined {
  const shape = tensors.find(({ name }) => name === tensor)?.shape ?? [];
  return affine(flatten(index, shape))?.strides.get(axis.name);
}
