/** Scheduling: how the stages of a group are laid out on a machine. @module */
import type { Group } from "../fusion/group.ts";
import { varies } from "../lower/share.ts";
import type { Axis } from "../kernel/index_expr.ts";
import type { Scalar, Schedule } from "../kernel/kernel.ts";

/** What a machine allows, as facts. */
export interface Limits {
  /** Invocations of a workgroup in one dimension. */
  readonly workgroup: number;
  /** Outputs that one invocation of a contraction keeps in registers. */
  readonly tile: { readonly rows: number; readonly columns: number };
  readonly contractWorkgroup: readonly [number, number];
  /** Tensors that one kernel may use. */
  readonly tensors: number;
}

/**
 * Limits that every target keeps (256 invocations to a workgroup), and the tile that was fastest
 * both for readers and on an adapter that runs workgroups as vectors of a CPU.
 */
export const COMMON_LIMITS: Limits = {
  workgroup: 64,
  tile: { rows: 8, columns: 8 },
  contractWorkgroup: [8, 1],
  tensors: 8,
};

/** The schedule of a group. */
export function chooseSchedule(group: Group, limits: Limits): Schedule {
  if (group.kind !== "contract") {
    return { frame: group.kind, workgroup: limits.workgroup };
  }
  const [lhs, rhs] = operands(group);
  const reads = (side: Scalar, axis: Axis): boolean => varies(side, new Set([axis.name]));
  const only = (mine: Scalar, other: Scalar) =>
    group.outer.find((axis) => reads(mine, axis) && !reads(other, axis));
  const [k] = group.inner;
  const m = only(lhs, rhs);
  const n = only(rhs, lhs);
  const tiles = k !== undefined && reads(lhs, k) && reads(rhs, k);
  if (!tiles || m === undefined || n === undefined) {
    // An axis of extent 1, or along which an operand is repeated, leaves no trace in its index: such a
    // product is a row of dot products.
    return { frame: "rows", workgroup: limits.workgroup };
  }
  return {
    frame: "contract",
    m,
    n,
    k,
    batch: group.outer.filter((axis) => axis !== m && axis !== n),
    tile: limits.tile,
    workgroup: limits.contractWorkgroup,
  };
}

function operands(group: Group): readonly [Scalar, Scalar] {
  const value = group.reductions[0]?.value;
  if (value?.kind !== "apply" || value.args[0] === undefined || value.args[1] === undefined) {
    throw new Error(`Group ${group.id} is a contraction without operands`);
  }
  return [value.args[0], value.args[1]];
}
