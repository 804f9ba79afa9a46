/**
 * Judges by its losses whether a contestant did train, and as the others did. All contestants start
 * from the same weights and see the same samples in the same order, so their losses differ by rounding
 * alone.
 *
 * @module
 */
import type { MessageOf } from "./messages.ts";
import { median } from "./statistics.ts";

/** The losses of one contestant. */
export interface LossCurve {
  /** Who it is. */
  readonly id: string;
  /** Chunks of steps from the first step on, without gaps. */
  readonly chunks: readonly Pick<MessageOf<"chunk">, "steps" | "loss">[];
}

/** Ten classes, told apart by chance: ln 10. */
export const LOSS_OF_CHANCE = Math.LN10;
/** How far from {@linkcode LOSS_OF_CHANCE} the loss of the first step may lie: first logits are not 0. */
export const START_TOLERANCE = 0.4;
/** How far it may lie from the median of all contestants, as a part of it; nothing was learnt yet. */
export const START_AGREEMENT = 0.01;
/** How many of a contestant's last steps are judged. */
export const JUDGED_STEPS = 20;
/** How far the mean loss of those may lie from the median of all contestants, as a part of it. */
export const END_AGREEMENT = 0.05;

/** What {@linkcode judgeLosses} finds. */
export interface LossVerdict {
  /** Whether the contestant counts. */
  readonly right: boolean;
  /** Loss of the first step. */
  readonly first: number;
  /** Mean loss of the last {@linkcode JUDGED_STEPS} steps. */
  readonly last: number;
  /** The number of the last step. */
  readonly steps: number;
  /** What is wrong, as a sentence; empty if nothing is. */
  readonly why: string;
}

/**
 * Judges each curve by itself and against the median of all that took the same steps. Of a contestant
 * that took fewer steps than others, its own last steps are compared with the same steps of the others.
 */
export function judgeLosses(curves: readonly LossCurve[]): ReadonlyMap<string, LossVerdict> {
  return new Map(curves.map((curve) => [curve.id, judge(curve, curves)]));
}

function judge({ chunks }: LossCurve, all: readonly LossCurve[]): LossVerdict {
  const steps = chunks.reduce((sum, chunk) => sum + chunk.steps, 0);
  const first = chunks[0]?.loss ?? NaN;
  const last = meanLoss(chunks, steps) ?? NaN;
  const why = faultOf(
    { first, last },
    {
      first: medianOf(all.map((other) => other.chunks[0]?.loss)),
      last: medianOf(all.map((other) => meanLoss(other.chunks, steps))),
    },
  );
  return { right: why === "", first, last, steps, why };
}

/** A loss at the start and at the end. */
interface Ends {
  readonly first: number;
  readonly last: number;
}

/** What is wrong with a curve, seen by what others have. Every comparison fails for NaN. */
function faultOf({ first, last }: Ends, wanted: Ends): string {
  if (!(Math.abs(first - LOSS_OF_CHANCE) <= START_TOLERANCE)) {
    return `Its loss starts at ${first.toFixed(3)}, not within ${START_TOLERANCE} of ` +
      `${LOSS_OF_CHANCE.toFixed(2)}.`;
  }
  if (!agree(first, wanted.first, START_AGREEMENT)) {
    return `Its loss starts at ${first.toFixed(4)}, more than ${
      100 * START_AGREEMENT
    } % from the ` +
      `median of all, ${wanted.first.toFixed(4)}.`;
  }
  if (!(last < first)) {
    return `Its loss does not fall: ${first.toFixed(3)} at first, ${last.toFixed(3)} at last.`;
  }
  if (!agree(last, wanted.last, END_AGREEMENT)) {
    return `Its mean loss ends at ${last.toFixed(4)}, more than ${
      100 * END_AGREEMENT
    } % from the ` +
      `median of all, ${wanted.last.toFixed(4)}.`;
  }
  return "";
}

function agree(value: number, wanted: number, tolerance: number): boolean {
  return Math.abs(value - wanted) <= tolerance * wanted;
}

function medianOf(values: readonly (number | undefined)[]): number {
  const known = values.flatMap((value) => value ?? []).filter(Number.isFinite);
  return known.length === 0 ? NaN : median(known);
}

/** The mean loss of the judged steps up to a step, if chunks begin and end there. */
function meanLoss(chunks: LossCurve["chunks"], lastStep: number): number | undefined {
  let taken = 0;
  let [sum, steps] = [0, 0];
  for (const chunk of chunks) {
    const from = taken;
    taken += chunk.steps;
    if (from < lastStep - JUDGED_STEPS || taken > lastStep) continue;
    sum += chunk.loss * chunk.steps;
    steps += chunk.steps;
  }
  return steps === JUDGED_STEPS ? sum / steps : undefined;
}
