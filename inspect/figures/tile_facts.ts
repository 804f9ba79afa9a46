/** What there is to know of a contraction's tile on GPUs. @module */
import { affine, flatten } from "../../codegen/kernel/index_expr.ts";
import type { Kernel } from "../../codegen/kernel/kernel.ts";
import type { Load } from "../../codegen/kernel/fours.ts";
import { showIndices } from "../../codegen/kernel/print_scalar.ts";
import { contractOperands } from "../../codegen/kernel/verify_schedule.ts";
import { BLOCK, type TileFacts, type TileSide } from "./tile_walk.ts";

/** The facts; nothing for a kernel without tiles, or whose workgroups copy only one operand or none. */
export function tileFacts(kernel: Kernel): TileFacts | undefined {
  const { schedule } = kernel;
  const operands = contractOperands(kernel);
  if (schedule.frame !== "contract" || operands === undefined) return undefined;
  const { m, n, k, batch, sums, tilings: { gpu } } = schedule;
  const { tile, workgroup, staged, neighbours, splits } = gpu;
  if (!staged.lhs || !staged.rhs) return undefined;
  const side = (axis: string, memory: string, load: Load, count: number, invocations: number) => {
    const shape = kernel.tensors.find(({ name }) => name === load.tensor)?.shape ?? [];
    return {
      axis,
      tensor: load.tensor,
      index: showIndices(load.index),
      memory,
      count,
      unit: count % BLOCK === 0 ? BLOCK : count,
      invocations,
      followsSum: affine(flatten(load.index, shape))?.strides.get(k.name) === 1,
    } satisfies TileSide;
  };
  return {
    kernel: kernel.name,
    rows: side(m.name, "left_tile", operands.lhs, tile.rows, workgroup.rows),
    columns: side(n.name, "right_tile", operands.rhs, tile.columns, workgroup.columns),
    sum: k.name,
    depth: staged.depth,
    alongColumns: neighbours === "n",
    results: kernel.tensors.filter(({ access }) => access !== "read").map(({ name }) => name),
    splits,
    batch: batch.map(({ name }) => name),
    sums: sums.map(({ name }) => name),
  };
}
