/**
 * Whether this platform has more than one thread.
 *
 * @module
 */
import { hasWorkers } from "./start_worker.ts";

/** Why this platform has one thread only; undefined if it has more. */
export function whyAlone(): string | undefined {
  if (typeof SharedArrayBuffer === "undefined") return "it shares no memory";
  return hasWorkers() ? undefined : "it has no workers";
}
