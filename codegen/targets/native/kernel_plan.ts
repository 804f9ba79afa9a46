/**
 * How a kernel is computed and shared out, decided before any text.
 *
 * @module
 */
import { type DimValues, evaluateExtent } from "../../../dsl/dim.ts";
import type { Axis } from "../../kernel/index_expr.ts";
import type { Kernel } from "../../kernel/kernel.ts";
import { splitAxes } from "../../kernel/split_axes.ts";
import { type LoopForm, loopFormOf } from "./loop_kernel.ts";
import { isAxis } from "./panels.ts";
import { type Product, productOf } from "./product.ts";
import { elementsIn } from "../../kernel/access.ts";

/** Stretches of an axis begin at multiples of it, so that an element is computed alike by any number of threads. */
export type Grain = "1" | "TW_ROWS" | "TW_PANEL" | "TW_STRIP";

/** An axis that threads share out. */
export interface Split {
  readonly axis: Axis;
  readonly grain: Grain;
}

/** A kernel and what has been decided about it. */
export interface KernelPlan {
  /** In loops, with its axes split where that saves divisions. */
  readonly kernel: Kernel;
  readonly form: { readonly kind: "product"; readonly way: Product } | {
    readonly kind: "loops";
    readonly loops: LoopForm;
  };
  /** The first thread computes all of it, if it is not given. */
  readonly split?: Split;
}

/** Elements of a grain, as the choice of an axis takes them. */
const GRAIN: { readonly [G in Grain]: number } = {
  1: 1,
  TW_ROWS: 10,
  TW_PANEL: 32,
  TW_STRIP: 64,
};

/** So many stretches serve any number of threads well. */
const PLENTY = 16;

/** Decides how a kernel is computed. */
export function planKernel(
  kernel: Kernel,
  panels: ReadonlySet<string>,
  typical: DimValues,
): KernelPlan {
  const way = productOf(kernel, panels, typical);
  if (way !== undefined) {
    const split = best(productSplits(way), typical, owned(way, panels));
    return { kernel, form: { kind: "product", way }, ...(split === undefined ? {} : { split }) };
  }
  const inLoops = splitAxes(kernel);
  const loops = loopFormOf(inLoops);
  const split = best(loopSplits(inLoops, loops), typical);
  return {
    kernel: inLoops,
    form: { kind: "loops", loops },
    ...(split === undefined ? {} : { split }),
  };
}

function productSplits({ rows, columns, outer, inner }: Product): readonly Split[] {
  return [
    { axis: columns, grain: "TW_PANEL" },
    ...[...outer, ...inner].map((axis): Split => ({ axis, grain: "1" })),
    { axis: rows, grain: "TW_ROWS" },
  ];
}

function loopSplits({ parallel }: Kernel, form: LoopForm): readonly Split[] {
  return parallel.map((axis, at): Split => {
    const isLast = at === parallel.length - 1;
    return { axis, grain: isLast && form !== "points" ? "TW_STRIP" : "1" };
  });
}

/** The columns of panels that are kept: a thread does best to go on with those that it has touched before. */
function owned(
  { columns, right, epilogue }: Product,
  panels: ReadonlySet<string>,
): Axis | undefined {
  const indices = [right, ...elementsIn(epilogue)].filter(({ tensor }) => panels.has(tensor))
    .map(({ index }) => index);
  return indices.some(([row]) => isAxis(row, columns.name)) ? columns : undefined;
}

/** The axis that falls into the most stretches, of several that fall into plenty the first. */
function best(
  splits: readonly Split[],
  typical: DimValues,
  owned?: Axis,
): Split | undefined {
  const stretches = ({ axis: { extent }, grain }: Split): number =>
    Math.min(Math.ceil(evaluateExtent(extent, typical) / GRAIN[grain]), PLENTY);
  const mine = splits.find(({ axis }) => axis.name === owned?.name);
  if (mine !== undefined && stretches(mine) >= PLENTY / 2) return mine;
  const worthwhile = splits.filter((split) => stretches(split) > 1);
  return worthwhile.reduce<Split | undefined>(
    (found, split) => found === undefined || stretches(split) > stretches(found) ? split : found,
    undefined,
  );
}
