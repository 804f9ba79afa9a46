/** Searches random programs for one that something is wrong with, and shrinks it. @module */
import fc from "fast-check";
import { describeTrial } from "./trial.ts";
import { type Sketch, SKETCHES } from "./sketch.ts";

/** What is wrong with a program, in words; nothing if it is right. */
export type Examine = (sketch: Sketch) => string | undefined | Promise<string | undefined>;

/** How long to search, and from where. */
export interface SearchOptions {
  /** Programs to try. */
  readonly count: number;
  readonly seed: number;
  /** The program of an earlier search, and how it shrank. */
  readonly path?: string;
  /** Ends the search after so many milliseconds, with what it has found by then. */
  readonly milliseconds?: number;
}

/** The smallest program found that something is wrong with. */
export interface Finding {
  readonly sketch: Sketch;
  readonly difference: string;
  readonly seed: number;
  /** What {@linkcode SearchOptions} needs to come to this program at once. */
  readonly path: string;
}

/** Searches; an error that is thrown is a finding too. */
export async function search(
  examine: Examine,
  { count, seed, path, milliseconds }: SearchOptions,
): Promise<Finding | undefined> {
  const property = fc.asyncProperty(SKETCHES, async (sketch) => {
    const difference = await examine(sketch);
    if (difference !== undefined) throw new Difference(difference);
  });
  const { counterexample, errorInstance, counterexamplePath } = await fc.check(property, {
    numRuns: count,
    seed,
    ...(path === undefined ? {} : { path }),
    ...(milliseconds === undefined ? {} : { interruptAfterTimeLimit: milliseconds }),
  });
  const [sketch] = counterexample ?? [];
  if (sketch === undefined) return undefined;
  return { sketch, difference: wordsOf(errorInstance), seed, path: counterexamplePath ?? "" };
}

/** Tells what is wrong with a program from a fault that stops the compiler. */
class Difference extends Error {}

function wordsOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error instanceof Difference ? error.message : error.stack ?? error.message;
}

/**
 * A finding as a reader wants to see it: what is wrong, a spec to paste, and how to see it again.
 *
 * @param options of `deno task fuzz` besides the place
 */
export function describeFinding(
  { sketch, difference, seed, path }: Finding,
  options = "",
): string {
  return [
    difference,
    describeTrial(sketch),
    `again: deno task fuzz --seed ${seed} --path ${path} ${options}`.trimEnd(),
  ].join("\n");
}
