/**
 * Measures whole training steps of all contestants.
 *
 * @module
 */
import type { ChildOutcome } from "./child.ts";
import { judgeLosses, type LossVerdict } from "./loss_check.ts";
import { type MessageOf, messagesOf } from "./messages.ts";
import type { StepResults, StepRow } from "./results.ts";
import { inRounds } from "./rounds.ts";
import type { Session } from "./session.ts";
import { median, summarise } from "./statistics.ts";
import { stepCommand, type StepContestant, type StepSetting, turnOf } from "./step_contestants.ts";

/** Longer than any contestant takes for a turn on a slow machine. */
const SECONDS_ALLOWED = 180;

/** Gives every contestant its turns. */
export async function measureSteps(
  session: Session,
  contestants: readonly StepContestant[],
  setting: StepSetting,
): Promise<StepResults> {
  const { rounds, steps } = session.options;
  const outcomes = await inRounds(contestants, rounds, (contestant, round) => {
    const command = stepCommand(contestant, turnOf(contestant.pace, steps), setting);
    return session.run(`step ${round}/${rounds}: ${contestant.id}`, command, SECONDS_ALLOWED);
  });
  return { rows: stepRows(contestants, outcomes) };
}

/** Rows in the order of contestants. Losses are judged among those of the same model. */
export function stepRows(
  contestants: readonly StepContestant[],
  outcomes: ReadonlyMap<string, readonly ChildOutcome[]>,
): readonly StepRow[] {
  const turns = new Map(contestants.map(({ id }) => [id, chunksOf(outcomes.get(id) ?? [])]));
  const verdicts = new Map(
    (["shared", "original"] as const).flatMap((model) => {
      const ids = contestants.filter((each) => each.model === model).map(({ id }) => id);
      // Every turn of a contestant starts alike; the last one stands for all.
      const curves = ids.map((id) => ({ id, chunks: turns.get(id)?.at(-1) ?? [] }));
      return [...judgeLosses(curves.filter(({ chunks }) => chunks.length > 0))];
    }),
  );
  return contestants.map(({ pace: _, ...contestant }) => {
    const all = outcomes.get(contestant.id) ?? [];
    const failure = all.find((outcome) => !outcome.ok);
    const verdict = verdicts.get(contestant.id);
    if (failure !== undefined || verdict === undefined) {
      return { ...contestant, counts: false, why: failure?.why ?? "It told no times." };
    }
    const measured = measuredOf(all, turns.get(contestant.id) ?? [], verdict);
    return { ...contestant, measured, counts: verdict.right, why: verdict.why };
  });
}

type Chunk = MessageOf<"chunk">;

function chunksOf(outcomes: readonly ChildOutcome[]): readonly (readonly Chunk[])[] {
  return outcomes.filter(({ ok }) => ok).map(({ messages }) => messagesOf(messages, "chunk"));
}

function measuredOf(
  outcomes: readonly ChildOutcome[],
  turns: readonly (readonly Chunk[])[],
  { first, last, steps }: LossVerdict,
): NonNullable<StepRow["measured"]> {
  const peaks = outcomes.flatMap(({ messages }) => messagesOf(messages, "end"));
  return {
    milliseconds: summarise(turns.map(timesOf)),
    firstMilliseconds: median(turns.map((chunks) => chunks[0]?.milliseconds ?? NaN)),
    peakMiB: Math.max(...peaks.map(({ peakMiB }) => peakMiB)),
    firstLoss: first,
    lastLoss: last,
    steps,
  };
}

/** Milliseconds of a step in each chunk but the first step, and the chunk in which engines warm up. */
export function timesOf(chunks: readonly Chunk[]): readonly number[] {
  const warm = chunks.slice(chunks.length > 3 ? 2 : 1);
  return warm.map(({ milliseconds, steps }) => milliseconds / steps);
}
