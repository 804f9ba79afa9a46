/** The search: which schedule of each kernel is the fastest, within a budget of time. @module */
import type { Dims } from "../runtime/spec.ts";
import type { WebgpuBackend } from "../runtime/webgpu/backend.ts";
import type { Candidate, Task } from "./candidates.ts";
import { Bench, type Contender } from "./measure.ts";

/** What came of a schedule. */
export interface Trial {
  readonly candidate: Candidate;
  /** Milliseconds of one call; absent for one that was refused. */
  readonly milliseconds?: number;
  /** Why it was refused. */
  readonly refused?: string;
}

/** What came of a schedule that was timed. */
export type TimedTrial = Trial & { readonly milliseconds: number };

/** What came of a kernel. */
export interface Tuning {
  readonly task: Task;
  /** The one to choose first, then by their times, refused ones last. */
  readonly trials: readonly Trial[];
}

/** Tells how far the search is. */
export type Tell = (task: Task, done: number, best: number) => void;

/** Part of a kernel's time in which schedules are loaded; the rest goes into timing those there are. */
const LOADING = 0.6;
/** Milliseconds that one sample should fill. */
const SAMPLE = 40;
/** A schedule that takes so many times as long as the best is not looked at again. */
const TOO_SLOW = 3;
/** Samples of each schedule, however short the time is. */
const LEAST_SAMPLES = 3;

/**
 * Tries the schedules of a kernel. Samples are taken in turns, so that what slows the machine down for a
 * while slows all of them.
 *
 * @param seconds how long it may take; at least two schedules are tried
 */
export async function tune(
  backend: WebgpuBackend,
  task: Task,
  dims: Dims<string>,
  seconds: number,
  tell: Tell = () => {},
): Promise<Tuning> {
  const start = performance.now();
  const passed = () => (performance.now() - start) / 1000;
  const bench = await Bench.open(backend, task, dims);
  const contenders: Contender[] = [];
  const refused: Trial[] = [];
  const best = () => Math.min(...contenders.map((each) => each.best));
  try {
    for (const candidate of task.candidates) {
      const tried = contenders.length + refused.length;
      if (tried >= 2 && passed() > LOADING * seconds) break;
      const found = await bench.try(candidate);
      if (typeof found === "string") refused.push({ candidate, refused: found });
      else {
        contenders.push(found);
        await found.time(SAMPLE);
      }
      tell(task, tried + 1, best());
    }
    // One sample each is taken; slow ones have shown by now that they are.
    const worthwhile = contenders.filter((each) => each.best <= TOO_SLOW * best());
    for (let round = 1; round < LEAST_SAMPLES || passed() < seconds; round++) {
      for (const each of worthwhile) await each.time(SAMPLE);
      tell(task, contenders.length + refused.length, best());
      if (worthwhile.length === 0) break;
    }
  } finally {
    contenders.forEach((each) => each.dispose());
  }
  const timed = contenders.map(({ candidate, best }) => ({ candidate, milliseconds: best }));
  return { task, trials: [...ranked(timed), ...refused] };
}

/** By how much another schedule must be faster than the model's choice, so that chance does not choose. */
const MARGIN = 0.05;

/** Trials in the order of their times, but for the model's choice where it is as good as the first. */
export function ranked(trials: readonly TimedTrial[]): readonly TimedTrial[] {
  const sorted = trials.toSorted((a, b) => a.milliseconds - b.milliseconds);
  const [fastest] = sorted;
  const own = sorted.find(({ candidate }) => candidate.isDefault);
  if (fastest === undefined || own === undefined) return sorted;
  return own.milliseconds <= (1 + MARGIN) * fastest.milliseconds
    ? [own, ...sorted.filter((each) => each !== own)]
    : sorted;
}

/** Seconds for each kernel: more for more work, yet enough for every one. */
export function sharesOf(tasks: readonly Task[], budget: number): readonly number[] {
  const total = tasks.reduce((sum, { flops }) => sum + flops, 0);
  return tasks.map(({ flops }) =>
    budget * (0.5 / tasks.length + (total === 0 ? 0.5 / tasks.length : 0.5 * flops / total))
  );
}
