/**
 * What a tiling costs, estimated. Only ratios of estimates mean anything, and only for one contraction on
 * one kind of machine; `deno task tune` measures.
 *
 * @module
 */
import { FOUR } from "../kernel/fours.ts";
import { blockOf, type MachineKind, type Tiling } from "../kernel/tiling.ts";
import type { Contraction } from "./contraction.ts";

/** Estimates the time of a contraction in steps of a machine's own length. */
export type Estimate = (contraction: Contraction, tiling: Tiling) => number;

/** Workgroups of a tiling. */
export function workgroupsOf({ sizes }: Contraction, tiling: Tiling): number {
  const block = blockOf(tiling);
  return sizes.batch * Math.ceil(sizes.m / block.rows) * Math.ceil(sizes.n / block.columns) *
    tiling.splits;
}

/** Loads of one turn of `unroll` steps, straight from memory: of four elements, and of one. */
function loadsPerTurn({ tile, fours, unroll }: Tiling): {
  readonly fours: number;
  readonly ones: number;
} {
  const sides = [
    { count: tile.rows, along: fours.lhs },
    { count: tile.columns, along: fours.rhs },
  ];
  const inFours = sides.map(({ count, along }) => {
    if (along === undefined) return 0;
    return along === "k" ? count * unroll / FOUR : count / FOUR * unroll;
  });
  const inOnes = sides.map(({ count, along }) => along === undefined ? count * unroll : 0);
  const sum = (counts: readonly number[]) => counts.reduce((total, each) => total + each, 0);
  return { fours: sum(inFours), ones: sum(inOnes) };
}

/**
 * Costs on a CPU whose vectors have eight elements, in multiplications with addition of a vector. Fitted to
 * some thirty tilings of three products, timed on such an adapter, which they meet to about a tenth.
 */
const VECTOR = {
  loadOfFour: 13,
  loadOfOne: 7,
  turn: 60,
  /** What follows the sum, for each result. */
  result: 8,
  /** Workgroups that run at the same time: cores. */
  cores: 4,
} as const;

const estimateVector: Estimate = (contraction, tiling) => {
  const { tile, unroll } = tiling;
  const loads = loadsPerTurn(tiling);
  const results = tile.rows * tile.columns;
  const turn = VECTOR.turn + results * unroll + VECTOR.loadOfFour * loads.fours +
    VECTOR.loadOfOne * loads.ones;
  const { k, sums } = contraction.sizes;
  const workgroup = sums * turn * k / unroll + VECTOR.result * results;
  // The last round leaves half of the cores idle, on average.
  const rounds = (workgroupsOf(contraction, tiling) + VECTOR.cores - 1) / VECTOR.cores;
  return workgroup * rounds;
};

/**
 * Costs on a GPU, in clocks of one of its units. From what makers state of their devices, not measured: a
 * unit takes as many multiplications with addition in a clock as it has lanes, some hundreds of
 * invocations to hide what it waits for, and memory that workgroups share gives an element to each lane.
 */
const GPU = {
  units: 64,
  lanes: 128,
  /** Invocations that keep a unit busy. */
  busy: 512,
  sharedElementsPerClock: 32,
  memoryElementsPerClock: 4,
  /** A barrier, and the wait for the loads before it. */
  stage: 40,
  /** To launch one more kernel, which waits for the one before. */
  launch: 5000,
} as const;

const estimateGpu: Estimate = (contraction, tiling) => {
  const { tile, workgroup, staged, splits } = tiling;
  const { sizes } = contraction;
  const block = blockOf(tiling);
  const invocations = workgroup.rows * workgroup.columns;
  const steps = sizes.sums * sizes.k / splits;
  const products = invocations * tile.rows * tile.columns / GPU.lanes;
  const shared = invocations * (tile.rows + tile.columns) / GPU.sharedElementsPerClock;
  const memory = (block.rows + block.columns) / GPU.memoryElementsPerClock;
  const stages = sizes.sums * Math.ceil(sizes.k / splits / staged.depth) * GPU.stage;
  const work = steps * (Math.max(products, shared) + memory / FOUR) + stages;
  const perUnit = Math.ceil(workgroupsOf(contraction, tiling) / GPU.units);
  const busy = Math.min(1, perUnit * invocations / GPU.busy);
  const results = sizes.batch * sizes.m * sizes.n;
  const partials = splits === 1
    ? 0
    : GPU.launch + 2 * splits * results / (GPU.units * GPU.memoryElementsPerClock);
  return perUnit * work / busy + partials;
};

/** The estimate for each kind of machine. */
export const ESTIMATE: { readonly [M in MachineKind]: Estimate } = {
  vector: estimateVector,
  gpu: estimateGpu,
};
