/** What there is to know of a contraction's tile on GPUs. @module */
import type { Axis } from "../../codegen/kernel/index_expr.ts";
import type { Kernel } from "../../codegen/kernel/kernel.ts";
import { liesAlong } from "../../codegen/kernel/fours.ts";
import { showIndices } from "../../codegen/kernel/print_scalar.ts";
import { sharing, type Side } from "../../codegen/kernel/tiling.ts";
import { contractOperands } from "../../codegen/kernel/verify_schedule.ts";
import type { TileFacts, TileSide } from "./tile_walk.ts";

/** The facts; nothing for a kernel without tiles, or whose workgroups copy only one operand or none. */
export function tileFacts(kernel: Kernel): TileFacts | undefined {
  const { schedule } = kernel;
  const operands = contractOperands(kernel);
  if (schedule.frame !== "contract" || operands === undefined) return undefined;
  const { m, n, k, batch, sums, tilings: { gpu } } = schedule;
  const { staged, neighbours, splits } = gpu;
  if (!staged.lhs || !staged.rhs) return undefined;
  const sideOf = (side: Side, axis: Axis, memory: string): TileSide => {
    const load = operands[side];
    return {
      axis: axis.name,
      tensor: load.tensor,
      index: showIndices(load.index),
      memory,
      ...sharing(gpu, side),
      followsSum: liesAlong(load, k, kernel.tensors),
    };
  };
  return {
    rows: sideOf("lhs", m, "left_tile"),
    columns: sideOf("rhs", n, "right_tile"),
    sum: k.name,
    depth: staged.depth,
    alongColumns: neighbours === "n",
    results: kernel.tensors.filter(({ access }) => access !== "read").map(({ name }) => name),
    splits,
    batch: batch.map(({ name }) => name),
    sums: sums.map(({ name }) => name),
  };
}
