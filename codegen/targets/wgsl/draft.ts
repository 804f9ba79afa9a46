/**
 * Shaders whose body is known and whose head is not: that depends on what all texts of a kernel use.
 *
 * @module
 */
import { divide, type Extent, product } from "../../../dsl/dim.ts";
import { FOUR, runsInFours, tensorsInFours } from "../../kernel/fours.ts";
import type { Axis } from "../../kernel/index_expr.ts";
import type { Kernel, KernelTensor, Schedule } from "../../kernel/kernel.ts";
import { blockOf, type MachineKind, stagedElements, type Tiling } from "../../kernel/tiling.ts";
import { splitSum } from "../../schedule/split_sum.ts";
import { contractView, tiledInFours } from "./contract_view.ts";
import { ExpressionWriter } from "./expression.ts";
import type { HeadView } from "./head_view.ts";
import { foursView, pointsView } from "./points_view.ts";
import { RENDER } from "./render.ts";
import { tilingWords, wrapped } from "./words.ts";

/** A count of workgroups: the product of how many pieces cover each extent. */
export type Grid = readonly { readonly extent: Extent; readonly per: number }[];

/** A shader without its head. */
export interface Draft {
  readonly kernel: Kernel;
  readonly writer: ExpressionWriter;
  readonly render: (head: HeadView) => string;
  readonly workgroupSize: readonly [number, number, number];
  readonly grid: Grid;
  /** Bytes of workgroup memory. */
  readonly workgroupMemory: number;
  /** The schedule in words; none where there is nothing to say. */
  readonly words: readonly string[];
}

/** Drafts that are launched one after another. */
export interface Drafts {
  readonly drafts: readonly Draft[];
  /** The tensor of sums that the first hands on to the second; it is none of the kernel's own. */
  readonly partials?: KernelTensor;
}

const PLAIN_WORKGROUP = 64;
const ELEMENT_BYTES = 4;

type Contract = Extract<Schedule, { frame: "contract" }>;

/** A contraction by a tiling that does not cut its sum apart. */
function tiled(
  kernel: Kernel,
  schedule: Contract,
  tiling: Tiling,
  callDims: readonly string[],
): Draft {
  const writer = new ExpressionWriter(kernel, callDims, tiledInFours(kernel, schedule, tiling));
  const view = contractView(kernel, schedule, tiling, writer);
  const { m, n, batch } = schedule;
  const { workgroup: { rows, columns }, neighbours } = tiling;
  const block = blockOf(tiling);
  return {
    kernel,
    writer,
    render: (head) => RENDER.contract({ ...head, ...view }),
    workgroupSize: neighbours === "n" ? [columns, rows, 1] : [rows, columns, 1],
    grid: [
      { extent: n.extent, per: block.columns },
      { extent: m.extent, per: block.rows },
      ...batch.map(({ extent }) => ({ extent, per: 1 })),
    ],
    workgroupMemory: ELEMENT_BYTES * stagedElements(tiling),
    words: tilingWords(schedule, tiling),
  };
}

/** One invocation per point of the parallel axes. */
function pointwise(kernel: Kernel, workgroup: number, callDims: readonly string[]): Draft {
  const writer = new ExpressionWriter(kernel, callDims);
  const view = pointsView(kernel, workgroup, writer);
  return {
    ...ofPoints(kernel, workgroup, writer),
    render: (head) => RENDER.points({ ...head, ...view }),
    grid: [{ extent: product(kernel.parallel.map(({ extent }) => extent)), per: workgroup }],
  };
}

function ofPoints(kernel: Kernel, workgroup: number, writer: ExpressionWriter) {
  const workgroupSize = [workgroup, 1, 1] as const;
  return { kernel, writer, workgroupSize, workgroupMemory: 0, words: [] };
}

/** One invocation per four points along an axis, the innermost. */
function inFours(
  kernel: Kernel,
  axis: Axis,
  workgroup: number,
  callDims: readonly string[],
): Draft {
  const { stages, tensors } = kernel;
  const writer = new ExpressionWriter(kernel, callDims, tensorsInFours(stages, axis, tensors));
  const view = foursView(kernel, axis, workgroup, writer);
  const points = product(kernel.parallel.map(({ extent }) => extent));
  return {
    ...ofPoints(kernel, workgroup, writer),
    render: (head) => RENDER.points({ ...head, ...view }),
    grid: [{ extent: divide(points, FOUR) ?? points, per: workgroup }],
  };
}

/** The kernel that adds partial sums up, in fours where it can. */
function addingUp(kernel: Kernel, callDims: readonly string[]): Draft {
  const [, ...epilogue] = kernel.stages;
  const axis = kernel.parallel.at(-1);
  const [partials] = kernel.tensors;
  const [sum] = kernel.stages;
  const loadsInFours = axis !== undefined && partials !== undefined && sum !== undefined &&
    tensorsInFours([sum], axis, [partials]).size > 0;
  return loadsInFours && runsInFours(epilogue, axis, kernel.tensors)
    ? inFours(kernel, axis, PLAIN_WORKGROUP, callDims)
    : pointwise(kernel, PLAIN_WORKGROUP, callDims);
}

/** The launches of a contraction by a tiling: two where its sum is cut apart. */
export function tiledDrafts(
  kernel: Kernel,
  schedule: Contract,
  tiling: Tiling,
  callDims: readonly string[],
): Drafts {
  if (tiling.splits === 1) return { drafts: [tiled(kernel, schedule, tiling, callDims)] };
  const { parts, whole, partials } = splitSum(kernel, schedule, tiling);
  if (parts.schedule.frame !== "contract") throw new Error("Parts of a sum are contractions");
  const first = tiled(parts, parts.schedule, parts.schedule.tilings.gpu, callDims);
  const why =
    `The sum is cut into ${tiling.splits} parts, so that there are workgroups enough for ` +
    `a large device; a second kernel adds them up, always in the same order.`;
  return {
    drafts: [{ ...first, words: [...first.words, ...wrapped(why)] }, addingUp(whole, callDims)],
    partials,
  };
}

/** The kernel as it is scheduled for a kind of machine, in one launch unless its sum is cut apart. */
export function scheduledDrafts(
  kernel: Kernel,
  machine: MachineKind,
  callDims: readonly string[],
): Drafts {
  const { schedule } = kernel;
  return schedule.frame === "contract"
    ? tiledDrafts(kernel, schedule, schedule.tilings[machine], callDims)
    : { drafts: [pointwise(kernel, schedule.workgroup, callDims)] };
}

/** The kernel without its schedule. */
export function plainDraft(kernel: Kernel, callDims: readonly string[]): Draft {
  return pointwise(kernel, PLAIN_WORKGROUP, callDims);
}
