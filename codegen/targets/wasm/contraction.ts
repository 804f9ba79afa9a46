/**
 * Contractions: which form a sum of products takes, from how its operands lie in memory.
 *
 * @module
 */
import type { Axis } from "../../kernel/index_expr.ts";
import type { Kernel, Scalar, Stage } from "../../kernel/kernel.ts";
import { contractOperands } from "../../kernel/verify_schedule.ts";
import {
  accessOf,
  motion,
  rewriteIndices,
  shift,
  strideAlong,
  type Tensors,
  uses,
} from "../../kernel/access.ts";
import { fitsLanes, type Strided } from "./lanes.ts";
import { stripsOf } from "./strips.ts";
import { heightsFor, OUTER_WIDTHS, tilesCost } from "./tiles.ts";

/** A load, as operands of contractions are. */
export type Load = Scalar & { readonly kind: "load" };

/** `into(m, n) = Σ_k lhs(m, k) · rhs(k, n)`, then the epilogue. */
export interface Contraction {
  readonly m: Axis;
  readonly n: Axis;
  readonly k: Axis;
  /** Axes of the sum around k. */
  readonly sums: readonly Axis[];
  readonly batch: readonly Axis[];
  readonly lhs: Load;
  readonly rhs: Load;
  readonly into: string;
  readonly epilogue: readonly Stage[];
  /** The operand that holds many zeros. */
  readonly zeros?: "lhs" | "rhs";
}

/**
 * - `outer`: the right operand and all that the epilogue touches is contiguous along n. A tile takes
 *   one k at a time and adds the outer product of a column and a row.
 * - `dot`: both operands are contiguous along k. A tile takes four k at a time.
 */
export interface Form {
  readonly kind: "outer" | "dot";
  readonly contraction: Contraction;
  /** The axis along which strips of tiles follow each other; each strip goes all along the other. */
  readonly strips: "m" | "n";
  /** True if the left operand holds many zeros, and steps of k where it does are skipped. */
  readonly skipsZeros: boolean;
}

function contractionOf(kernel: Kernel): Contraction | undefined {
  const { schedule } = kernel;
  const operands = contractOperands(kernel);
  const [first, ...epilogue] = kernel.stages;
  if (schedule.frame !== "contract" || operands === undefined || first?.kind !== "reduce") {
    return undefined;
  }
  const { m, n, k, sums, batch, zeros } = schedule;
  return {
    m,
    n,
    k,
    sums,
    batch,
    ...operands,
    into: first.into,
    epilogue,
    ...(zeros === undefined ? {} : { zeros }),
  };
}

/** The same contraction with its operands exchanged. */
function exchanged(contraction: Contraction): Contraction {
  const { m, n, lhs, rhs, zeros } = contraction;
  const turned = { ...contraction, m: n, n: m, lhs: rhs, rhs: lhs };
  return zeros === undefined ? turned : { ...turned, zeros: zeros === "lhs" ? "rhs" : "lhs" };
}

function motionOf(load: Load, axis: Axis, tensors: Tensors) {
  return motion(accessOf(load.tensor, load.index, tensors), axis);
}

function fitsOuter(
  { n, rhs, epilogue }: Contraction,
  tensors: Tensors,
  strided: Strided,
): boolean {
  return motionOf(rhs, n, tensors) === "contiguous" && fitsLanes(epilogue, n, tensors, strided);
}

function fitsDot({ k, lhs, rhs }: Contraction, tensors: Tensors): boolean {
  return motionOf(lhs, k, tensors) === "contiguous" && motionOf(rhs, k, tensors) === "contiguous";
}

/** True if a step along k moves the right operand by a constant, whatever k is. */
function strides(rhs: Load, k: Axis, tensors: Tensors): boolean {
  const { terms } = accessOf(rhs.tensor, rhs.index, tensors);
  const moving = terms.filter((term) => uses(term, k));
  return moving.length === 1 && moving.every((term) => strideAlong(term, k) !== undefined);
}

/** The form of a kernel's contraction; `undefined` where plain loops have to do. */
export function formOf(kernel: Kernel): Form | undefined {
  const contraction = contractionOf(kernel);
  if (contraction === undefined) return undefined;
  const tensors: Tensors = new Map(kernel.tensors.map((tensor) => [tensor.name, tensor]));
  const outer = (strided: Strided): Form | undefined => {
    const fitting = [contraction, exchanged(contraction)].filter((candidate) =>
      fitsOuter(candidate, tensors, strided)
    );
    const [first, other] = fitting;
    if (first === undefined) return undefined;
    const isBetter = other !== undefined && BETTER * coveringCost(other) < coveringCost(first);
    return outerForm(isBetter ? other : first, tensors);
  };
  const dots: Form | undefined = fitsDot(contraction, tensors)
    ? { kind: "dot", contraction, strips: "n", skipsZeros: false }
    : undefined;
  return outer("few") ?? dots ?? outer("any");
}

/** How much less a contraction must cost with its operands exchanged. */
const BETTER = 1.2;

/** What a step of k costs, for all tiles that cover a result. */
function coveringCost({ m, n }: Contraction): number {
  return tilesCost(heightsFor(m.extent), m.extent, OUTER_WIDTHS, n.extent);
}

function outerForm(contraction: Contraction, tensors: Tensors): Form {
  const { rhs, k, sums, batch, zeros } = contraction;
  const skipsZeros = zeros === "lhs" && batch.length === 0 && sums.length === 0 &&
    strides(rhs, k, tensors);
  return { kind: "outer", contraction, strips: stripsOf(contraction), skipsZeros };
}

/** A load some steps further along axes. */
export function shifted(load: Load, ...by: readonly (readonly [Axis, number])[]): Load {
  return by.reduce(
    (moved, [axis, steps]) => ({ ...moved, index: moved.index.map(shift(axis, steps)) }),
    load,
  );
}

/** Stages some steps further along axes. */
export function shiftedStages(
  stages: readonly Stage[],
  ...by: readonly (readonly [Axis, number])[]
): readonly Stage[] {
  return by.reduce(
    (moved, [axis, steps]) => moved.map((stage) => rewriteIndices(stage, shift(axis, steps))),
    stages,
  );
}
