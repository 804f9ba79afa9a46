/**
 * How a kernel is written, decided before any text: its form, and the axes that threads can share out.
 *
 * @module
 */
import type { Axis } from "../../kernel/index_expr.ts";
import type { Kernel } from "../../kernel/kernel.ts";
import type { Tensors } from "../../kernel/access.ts";
import { type Form, formOf } from "./contraction.ts";
import { fitsLanes } from "./lanes.ts";
import { splitAxes } from "../../kernel/split_axes.ts";
import { DOT_WIDTHS, heightsFor, OUTER_WIDTHS } from "./tiles.ts";
import { LANES } from "./vector_ops.ts";

/** An axis that threads can share out, in stretches that are multiples of a grain. */
export interface Split {
  readonly axis: Axis;
  /** A multiple of the steps of loops over the axis: every element is computed as by one thread alone. */
  readonly grain: number;
}

/** A kernel and what has been decided about it. */
export interface KernelPlan {
  /** In plain loops, with its axes split where that saves divisions. */
  readonly kernel: Kernel;
  /** Tiles of a contraction; plain loops, if there are none. */
  readonly form?: Form;
  /** The axes that threads can share out, best first; none if one thread has to do it all. */
  readonly splits: readonly Split[];
}

function largest(sizes: readonly number[]): number {
  return sizes[0] ?? 1;
}

function tileSplits({ kind, skipsZeros, contraction: { m, n, batch } }: Form): readonly Split[] {
  // Lists of non-zero values are made by rows.
  if (skipsZeros) return [{ axis: m, grain: largest(heightsFor(m.extent)) }];
  const widths = kind === "outer" ? OUTER_WIDTHS : DOT_WIDTHS;
  return [
    ...batch.map((axis) => ({ axis, grain: 1 })),
    { axis: m, grain: largest(heightsFor(m.extent)) },
    { axis: n, grain: largest(widths) },
  ];
}

/** Along the innermost axis four points may be computed at once. */
function loopSplits({ parallel, stages, tensors }: Kernel): readonly Split[] {
  const named: Tensors = new Map(tensors.map((tensor) => [tensor.name, tensor]));
  return parallel.map((axis, at) => {
    const last = at === parallel.length - 1;
    return { axis, grain: last && fitsLanes(stages, axis, named) ? LANES : 1 };
  });
}

/** So many stretches serve any number of threads well. */
const PLENTY = 16;

/** Axes that are worth sharing; those with few stretches last. */
function worthwhile(splits: readonly Split[]): readonly Split[] {
  const stretches = ({ axis: { extent }, grain }: Split): number =>
    typeof extent === "number" ? Math.min(Math.ceil(extent / grain), PLENTY) : PLENTY;
  return splits.filter((split) => stretches(split) > 1)
    .toSorted((a, b) => stretches(b) - stretches(a));
}

/** Decides how a kernel is written. */
export function planKernel(kernel: Kernel): KernelPlan {
  const form = kernel.schedule.frame === "contract" ? formOf(kernel) : undefined;
  if (form !== undefined) return { kernel, form, splits: worthwhile(tileSplits(form)) };
  const loops = splitAxes(kernel);
  return { kernel: loops, splits: worthwhile(loopSplits(loops)) };
}
