/**
 * Sums up repeated measurements.
 *
 * @module
 */

/** What several turns of one contestant come to. */
export interface Summary {
  /** The median over turns of each turn's median. */
  readonly median: number;
  /** The least of all samples. */
  readonly minimum: number;
  /** How many samples there were in all turns. */
  readonly samples: number;
}

/**
 * The middle value; of an even number of values the mean of the two in the middle.
 *
 * @throws {RangeError} if there is no value
 */
export function median(values: readonly number[]): number {
  if (values.length === 0) throw new RangeError("Cannot take the median of no values.");
  const sorted = values.toSorted((a, b) => a - b);
  const upper = sorted[Math.floor(sorted.length / 2)] ?? NaN;
  const lower = sorted[Math.ceil(sorted.length / 2) - 1] ?? NaN;
  return (lower + upper) / 2;
}

/**
 * Sums up the samples of several turns. A turn is summed up first, so that one that fell into a noisy
 * moment of the machine counts for no more than any other.
 *
 * @throws {RangeError} if there is no turn, or one without samples
 */
export function summarise(turns: readonly (readonly number[])[]): Summary {
  return {
    median: median(turns.map(median)),
    minimum: turns.reduce((least, turn) => Math.min(least, ...turn), Infinity),
    samples: turns.reduce((sum, turn) => sum + turn.length, 0),
  };
}
