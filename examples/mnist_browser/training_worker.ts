/** The thread that trains, so that the page never waits: a session that hears the page and tells it. @module */
import type { Command, Told } from "./protocol.ts";
import { fetchSamples } from "./samples.ts";
import { Session } from "./session.ts";

/** As much of a worker's global scope as is used here. */
interface WorkerScope {
  readonly crossOriginIsolated: boolean;
  postMessage(told: Told, transfer: readonly Transferable[]): void;
  onmessage: (event: { readonly data: Command }) => void;
}

// This file runs only as a worker; the types of the global scope are those of Deno.
const scope = globalThis as unknown as WorkerScope;

/** Large arrays that are told once are handed over, not copied. */
function handedOver(told: Told): readonly Transferable[] {
  if (told.kind === "weights") return [told.weights.buffer];
  return told.kind === "checkpoint" ? [told.bytes.buffer] : [];
}

const session = new Session({
  isolated: scope.crossOriginIsolated,
  load: (onBytes) => fetchSamples(new URL("../data/", import.meta.url), onBytes),
  tell: (told) => scope.postMessage(told, handedOver(told)),
});
scope.onmessage = ({ data }) => void session.follow(data);
