/**
 * Measures how tilewright's training step grows with the batch, with the uses of the shared weight, with
 * the width of the hidden layer, and with threads.
 *
 * @module
 */
import type { ChildCommand, ChildOutcome } from "./child.ts";
import { messagesOf } from "./messages.ts";
import { GENERATED, moduleFile, tilewrightScript } from "./places.ts";
import type { ScalingAxis, ScalingPoint, ScalingResults } from "./results.ts";
import { inRounds } from "./rounds.ts";
import type { Session } from "./session.ts";
import { BATCH } from "./start.ts";
import { summarise } from "./statistics.ts";
import { timesOf } from "./step_section.ts";

/** A step of some size. */
export interface ScalingCase {
  readonly id: string;
  readonly axis: ScalingAxis;
  readonly value: number;
  readonly form: ScalingPoint["form"];
  readonly threads: number;
  readonly batch: number;
  /** The binding of the model; those of `bench/specs/models.ts` have these names. */
  readonly module: string;
}

const BATCHES = [1, 4, 16, 64, 256, 1024, 4096];
const TILES = [1, 2, 5, 10, 20, 50];
const WIDTHS = [100, 200, 500, 1000, 2000, 4000];

/** The model of the MNIST example, among those of `bench/specs/models.ts`. */
const USUAL = "tiles_10";

const SECONDS_ALLOWED = 120;
/** About how long a turn trains; a turn of large steps takes longer, as it has at least three chunks. */
const SECONDS = { full: 0.8, quick: 0.3 };

/** All cases on a machine with so many cores; few of them if it is to be quick. */
export function scalingCases(cores: number, quick: boolean): readonly ScalingCase[] {
  const some = (values: readonly number[]) => quick ? values.filter((_, i) => i % 3 === 0) : values;
  const usual = { form: "derived", threads: cores, batch: BATCH } as const;
  const derived = (name: string) => moduleFile(GENERATED.derived, name);
  return [
    ...some(BATCHES).map((batch) => ({ ...usual, axis: "batch", value: batch, batch } as const))
      .map((each) => ({ ...each, module: derived(USUAL) })),
    ...some(TILES).flatMap((value) => [
      { ...usual, axis: "tiles", value, module: derived(`tiles_${value}`) } as const,
      {
        ...usual,
        axis: "tiles",
        value,
        form: "as written",
        module: moduleFile(GENERATED.asWritten, `tiles_${value}`),
      } as const,
    ]),
    ...some(WIDTHS).map((value) => (
      { ...usual, axis: "width", value, module: derived(`width_${value}`) } as const
    )),
    ...Array.from({ length: cores }, (_, i) => i + 1).map((threads) => (
      { ...usual, axis: "threads", value: threads, threads, module: derived(USUAL) } as const
    )),
  ].map((each) => ({ id: `${each.axis}-${each.value}-${each.form}`, ...each }));
}

function scalingCommand({ module, threads, batch }: ScalingCase, seconds: number): ChildCommand {
  // The larger the batch, the longer a step; a chunk should take some ten milliseconds at least.
  const chunk = Math.max(1, Math.ceil(500 / Math.max(batch, 25)));
  const size = ["--threads", `${threads}`, "--batch", `${batch}`, "--chunk", `${chunk}`];
  const length = ["--chunks", "1000", "--seconds", `${seconds}`];
  return tilewrightScript("step.ts", ["--module", module, "--device", "wasm", ...size, ...length]);
}

/** Gives every case its turns. */
export async function measureScaling(
  session: Session,
  cases: readonly ScalingCase[],
): Promise<ScalingResults> {
  const { rounds, quick } = session.options;
  const outcomes = await inRounds(cases, rounds, (each, round) => {
    const command = scalingCommand(each, quick ? SECONDS.quick : SECONDS.full);
    return session.run(`scaling ${round}/${rounds}: ${each.id}`, command, SECONDS_ALLOWED);
  });
  return { points: cases.map((each) => scalingPoint(each, outcomes.get(each.id) ?? [])) };
}

/** What the turns of a case come to. */
export function scalingPoint(
  { axis, value, form, threads, batch }: ScalingCase,
  outcomes: readonly ChildOutcome[],
): ScalingPoint {
  const [work] = outcomes.flatMap(({ messages }) => messagesOf(messages, "work"));
  const point = { axis, value, form, threads, batch, megaFlop: work?.megaFlop ?? 0 };
  const failure = outcomes.find(({ ok }) => !ok);
  if (failure?.ok === false) return { ...point, why: failure.why };
  const turns = outcomes.map(({ messages }) => messagesOf(messages, "chunk"));
  const firstLoss = turns[0]?.[0]?.loss;
  if (firstLoss === undefined) return { ...point, why: "It told no times." };
  return { ...point, milliseconds: summarise(turns.map(timesOf)), firstLoss, why: "" };
}
