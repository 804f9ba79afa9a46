/** Counts of elements that could be compared, and of others. @module */

/** Counts of elements by what could be said of them. */
export interface Tally {
  compared: number;
  /** A decision that they depend on is within rounding, or a divisor may be 0. */
  undecided: number;
  /** They are not numbers, or too large for f32. */
  outOfRange: number;
}

/** Nothing counted yet. */
export function newTally(): Tally {
  return { compared: 0, undecided: 0, outOfRange: 0 };
}

/** Counts an element of which nothing can be said. */
export function countUnknown(tally: Tally, value: number): void {
  if (Number.isFinite(Math.fround(value))) tally.undecided++;
  else tally.outOfRange++;
}

/** Throws unless most elements were compared: else a test would be none. */
export function assertMostCompared({ compared, undecided, outOfRange }: Tally): void {
  if (undecided + outOfRange < compared / 4) return;
  throw new Error(
    `Only ${compared} elements were compared; ${undecided} were undecided, ${outOfRange} no f32`,
  );
}
