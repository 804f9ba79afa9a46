/**
 * How many threads of the CPU a backend takes.
 *
 * @module
 */
import type { BackendName } from "./backend.ts";

/** The most threads that may be asked for. */
const MOST_THREADS = 64;
/** The most that are taken unasked. */
const MOST_BY_DEFAULT = 8;

/** As many threads as the machine has cores, up to eight. */
export function defaultThreads(): number {
  return Math.min(navigator.hardwareConcurrency || 1, MOST_BY_DEFAULT);
}

/** Refuses what is no number of threads. */
export function checkThreads(backend: BackendName, threads: number): void {
  if (Number.isSafeInteger(threads) && threads >= 1 && threads <= MOST_THREADS) return;
  throw new RangeError(
    `Cannot open the ${backend} backend with ${threads} threads; ` +
      `give a whole number from 1 to ${MOST_THREADS}, or none for one per core`,
  );
}
