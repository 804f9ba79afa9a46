/**
 * Shares a program out among threads.
 *
 * Each kernel is cut along one of its axes, and every element is computed by one thread, in the order in
 * which a single thread would compute it: the bits do not depend on the number of threads. Between two
 * kernels threads meet at a barrier only where one of them needs what another has written, or would
 * overwrite what another still reads. Kernels cut along the same axis of a tensor that one writes and the
 * other reads need none: a thread goes on with its own rows, through a whole network and back. Kernels
 * change places where that saves a barrier, as far as their use of memory allows.
 *
 * @module
 */
import { type Extent, extentKey, sameExtent } from "../../../dsl/dim.ts";
import { type Axis, axisIndex, type IndexExpr } from "../../kernel/index_expr.ts";
import type { Scalar } from "../../kernel/kernel.ts";
import { scalarsIn, storesIn } from "../../kernel/access.ts";
import type { KernelPlan, Split } from "./kernel_plan.ts";
import { listsOf } from "./zero_lists.ts";

/** A kernel of a program, the axis that threads share out, and its place in the program. */
export interface SharedKernel {
  readonly plan: KernelPlan;
  /** The first thread computes all of it, if it is not given. */
  readonly split?: Split;
  readonly at: number;
}

/** Kernels between two barriers. */
export type Phase = readonly SharedKernel[];

/** A piece of memory: a slot by its number, or something that lies nowhere else by its name. */
type Slot = number | string;

/** An element that a kernel touches: of a piece of memory, by an index. */
interface Touch {
  readonly tensor: string;
  /** What tensors share that lie in the same memory. */
  readonly slot: Slot;
  readonly index: readonly IndexExpr[];
  readonly writes: boolean;
}

/** A kernel of the program that is shared out. */
interface Candidate {
  readonly plan: KernelPlan;
  readonly at: number;
  readonly touches: readonly Touch[];
}

function touchesOf({ kernel, form }: KernelPlan, slotOf: (name: string) => Slot): readonly Touch[] {
  const isLoad = (scalar: Scalar): scalar is Scalar & { kind: "load" } => scalar.kind === "load";
  const touch = (tensor: string, index: readonly IndexExpr[], writes: boolean): Touch => ({
    tensor,
    index,
    writes,
    slot: slotOf(tensor),
  });
  const lists = form?.skipsZeros
    ? [touch(listsOf(form.contraction).name, [axisIndex(form.contraction.m)], true)]
    : [];
  return [
    ...scalarsIn(kernel.stages).filter(isLoad)
      .map(({ tensor, index }) => touch(tensor, index, false)),
    ...storesIn(kernel.stages).map(({ tensor, index }) => touch(tensor, index, true)),
    ...lists,
  ];
}

const conflict = (a: Touch, b: Touch): boolean => a.slot === b.slot && (a.writes || b.writes);

/** The positions of a tensor's axes at which an index is just this axis. */
function positionsOf(index: readonly IndexExpr[], axis: Axis): readonly number[] {
  return index.flatMap((at, position) =>
    at.kind === "axis" && at.axis.name === axis.name ? [position] : []
  );
}

/** True if each thread touches the same rows of a tensor by both: what it needs, it has written itself. */
function staysWithThread(
  a: Touch,
  splitA: Split | undefined,
  b: Touch,
  splitB: Split | undefined,
): boolean {
  if (splitA === undefined || splitB === undefined) return splitA === splitB;
  // Axes of different extents are cut at different places.
  if (a.tensor !== b.tensor || !sameExtent(splitA.axis.extent, splitB.axis.extent)) return false;
  const positions = positionsOf(b.index, splitB.axis);
  return positionsOf(a.index, splitA.axis).some((position) => positions.includes(position));
}

/** A kernel in a phase with the axis chosen for it. */
interface Chosen {
  readonly candidate: Candidate;
  readonly split: Split | undefined;
}

function fitsPhase(phase: readonly Chosen[], next: Chosen): boolean {
  return phase.every((earlier) =>
    earlier.candidate.touches.every((a) =>
      next.candidate.touches.every((b) =>
        !conflict(a, b) || staysWithThread(a, earlier.split, b, next.split)
      )
    )
  );
}

/** Kernels that have to run before a kernel, for the memory they share. */
function dependencies(
  candidates: readonly Candidate[],
): ReadonlyMap<Candidate, readonly Candidate[]> {
  return new Map(candidates.map((later, at) => [
    later,
    candidates.slice(0, at).filter((earlier) =>
      earlier.touches.some((a) => later.touches.some((b) => conflict(a, b)))
    ),
  ]));
}

/** Fills a phase with all kernels that fit, the first of them cut in the given way. */
function fillPhase(
  left: readonly Candidate[],
  first: Chosen,
  needs: ReadonlyMap<Candidate, readonly Candidate[]>,
): readonly Chosen[] {
  const phase: Chosen[] = [first];
  const waiting = new Set(left);
  waiting.delete(first.candidate);
  for (let grown = true; grown;) {
    grown = false;
    for (const candidate of waiting) {
      if (needs.get(candidate)?.some((needed) => waiting.has(needed))) continue;
      const split = splitFor(phase, candidate);
      if (split === undefined) continue;
      phase.push({ candidate, split });
      waiting.delete(candidate);
      grown = true;
    }
  }
  return phase;
}

/** The best way to cut a kernel that needs no barrier. */
function splitFor(phase: readonly Chosen[], candidate: Candidate): Split | undefined {
  return candidate.plan.splits.find((split) => fitsPhase(phase, { candidate, split }));
}

/** Kernels that cannot be cut, in a phase that some thread has time for. */
function addWhole(
  left: readonly Candidate[],
  phase: readonly Chosen[],
  needs: ReadonlyMap<Candidate, readonly Candidate[]>,
): readonly Chosen[] {
  const filled = [...phase];
  const placed = new Set(filled.map(({ candidate }) => candidate));
  for (const candidate of left) {
    if (placed.has(candidate) || candidate.plan.splits.length > 0) continue;
    const isReady = needs.get(candidate)?.every((needed) =>
      placed.has(needed) || !left.includes(needed)
    );
    const whole: Chosen = { candidate, split: undefined };
    if (isReady !== true || !fitsPhase(filled, whole)) continue;
    filled.push(whole);
    placed.add(candidate);
  }
  return filled;
}

/** The fullest phase that can begin with one of the kernels that are ready. */
function nextPhase(
  left: readonly Candidate[],
  needs: ReadonlyMap<Candidate, readonly Candidate[]>,
): readonly Chosen[] {
  const [first] = left;
  if (first === undefined) return [];
  const ways: readonly (Split | undefined)[] = first.plan.splits.length > 0
    ? first.plan.splits
    : [undefined];
  const phases = ways.map((split) =>
    addWhole(left, fillPhase(left, { candidate: first, split }, needs), needs)
  );
  return phases.reduce((best, phase) => phase.length > best.length ? phase : best);
}

function leastCommonMultiple(a: number, b: number): number {
  const divisor = (x: number, y: number): number => y === 0 ? x : divisor(y, x % y);
  return a / divisor(a, b) * b;
}

/** One grain for all kernels that are cut along axes of the same extent, so that stretches agree. */
function commonGrains(chosen: readonly Chosen[]): ReadonlyMap<string, number> {
  const grains = new Map<string, number>();
  for (const { split } of chosen) {
    if (split === undefined) continue;
    const key = extentKey(split.axis.extent);
    grains.set(key, leastCommonMultiple(grains.get(key) ?? 1, split.grain));
  }
  return grains;
}

/** Shares a program's kernels out. Threads meet between phases. */
export function shareOut(
  plans: readonly KernelPlan[],
  slotOf: (name: string) => Slot,
): readonly Phase[] {
  const candidates = plans.map((plan, at): Candidate => ({
    plan,
    at,
    touches: touchesOf(plan, slotOf),
  }));
  const needs = dependencies(candidates);
  const phases: (readonly Chosen[])[] = [];
  for (let left: readonly Candidate[] = candidates; left.length > 0;) {
    const phase = nextPhase(left, needs);
    phases.push(phase);
    left = left.filter((candidate) => phase.every((chosen) => chosen.candidate !== candidate));
  }
  const grains = commonGrains(phases.flat());
  const grainOf = (extent: Extent) => grains.get(extentKey(extent)) ?? 1;
  return phases.map((phase) =>
    phase.map(({ candidate: { plan, at }, split }) => ({
      plan,
      at,
      ...(split === undefined
        ? {}
        : { split: { axis: split.axis, grain: grainOf(split.axis.extent) } }),
    }))
  );
}
