/**
 * How long a thread looks out for others before it sleeps.
 *
 * @module
 */

/**
 * How often a thread looks before it sleeps at a barrier: for about 15 µs, which is what falling asleep and
 * waking up take. So it never waits much longer than it would have with foresight: if others come soon it
 * has not slept, and where they share its core it soon makes room for them.
 */
export const PATIENCE = 4_000;
/** The patience of a thread that must never sleep. */
const ENDLESS = -1;

/** The patience of this thread: the main thread of a page must never sleep. */
export function ownPatience(): number {
  return maySleep() ? PATIENCE : ENDLESS;
}

function maySleep(): boolean {
  if (typeof SharedArrayBuffer === "undefined") return false;
  try {
    // Returns at once where waiting is allowed, since 0 is not 1.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 1);
    return true;
  } catch {
    return false;
  }
}
