/**
 * Lets contestants take turns.
 *
 * @module
 */

/** How a turn ended. */
export interface TurnOutcome {
  /** Whether the contestant did what it was asked for. */
  readonly ok: boolean;
}

/**
 * Gives every contestant a turn in every round, one after another. Every other round runs in the opposite
 * order, so that what changes slowly (heat, other load) favours nobody. A contestant that fails takes no
 * more turns.
 *
 * @returns the outcomes of each contestant, in the order of rounds
 */
export async function inRounds<C extends { readonly id: string }, T extends TurnOutcome>(
  contestants: readonly C[],
  rounds: number,
  take: (contestant: C, round: number) => Promise<T>,
): Promise<ReadonlyMap<string, readonly T[]>> {
  const outcomes = new Map<string, T[]>(contestants.map(({ id }) => [id, []]));
  const failed = new Set<string>();
  for (let round = 1; round <= rounds; round++) {
    const order = round % 2 === 1 ? contestants : contestants.toReversed();
    for (const contestant of order) {
      if (failed.has(contestant.id)) continue;
      const outcome = await take(contestant, round);
      outcomes.get(contestant.id)?.push(outcome);
      if (!outcome.ok) failed.add(contestant.id);
    }
  }
  return outcomes;
}
