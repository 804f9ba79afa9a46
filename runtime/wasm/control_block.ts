/**
 * How a thread tells the others that it failed. The generated code makes them stop at their next barrier;
 * why, stands as text behind the flag in the control block.
 *
 * @module
 */
import { CONTROL_BYTES, CONTROL_FAILED, CONTROL_GENERATION } from "../spec.ts";

/** Bytes of the text: an i32, 0 until some thread has claimed the place. */
const LENGTH = CONTROL_FAILED + 4;
/** The text itself, in UTF-8, as much as fits. */
const TEXT = CONTROL_FAILED + 8;
const MOST_BYTES = CONTROL_BYTES - TEXT;

/** What stands in {@linkcode LENGTH} while a text is being written. */
const CLAIMED = -1;

/**
 * Stops all threads of a module at their next barrier. The first failure is kept; a thread that stopped
 * because of it may report that, to no effect.
 */
export function reportFailure({ buffer }: WebAssembly.Memory, text: string): void {
  const words = new Int32Array(buffer, 0, CONTROL_BYTES / 4);
  if (Atomics.compareExchange(words, LENGTH / 4, 0, CLAIMED) !== 0) return;
  const bytes = new TextEncoder().encode(text || "no reason given").subarray(0, MOST_BYTES);
  new Uint8Array(buffer, TEXT, bytes.length).set(bytes);
  Atomics.store(words, LENGTH / 4, bytes.length);
  Atomics.store(words, CONTROL_FAILED / 4, 1);
  // A thread may have looked at the flag just before and be about to sleep: it does not if this changes.
  Atomics.add(words, CONTROL_GENERATION / 4, 1);
  Atomics.notify(words, CONTROL_GENERATION / 4);
}

/** Why the threads of a module have stopped; undefined if none has failed. */
export function failureOf({ buffer }: WebAssembly.Memory): string | undefined {
  const words = new Int32Array(buffer, 0, CONTROL_BYTES / 4);
  if (Atomics.load(words, CONTROL_FAILED / 4) === 0) return undefined;
  // A decoder takes no shared memory, hence the copy. The end may have been cut within a character.
  const bytes = new Uint8Array(buffer, TEXT, Atomics.load(words, LENGTH / 4)).slice();
  return new TextDecoder().decode(bytes).replace(/\ufffd$/, "…");
}
