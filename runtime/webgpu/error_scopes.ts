/**
 * WebGPU reports most faults later, to whoever asked beforehand. Here is the asking.
 *
 * @module
 */
import { messageOf } from "../wording.ts";

/** What WebGPU says of a fault. */
export interface GpuFault {
  readonly message: string;
}

/** The result of an action, and the first fault in it, to be known later. Never rejects. */
export interface Watched<T> {
  readonly value: T;
  readonly fault: Promise<GpuFault | null>;
}

const KINDS = ["validation", "out-of-memory", "internal"] as const;

/**
 * Does something with a device inside error scopes of every kind. The action must not wait: scopes form
 * one stack per device, so that two actions in turns would take each other's faults.
 */
export function watched<T>(device: GPUDevice, action: () => T): Watched<T> {
  for (const kind of KINDS) device.pushErrorScope(kind);
  let value: T;
  try {
    value = action();
  } catch (thrown) {
    void popFault(device);
    throw thrown;
  }
  return { value, fault: popFault(device) };
}

async function popFault(device: GPUDevice): Promise<GpuFault | null> {
  const scopes = KINDS.map(() => device.popErrorScope());
  const faults = await Promise.all(
    scopes.map((scope) => scope.catch((cause): GpuFault => ({ message: messageOf(cause) }))),
  );
  return faults.find((fault) => fault !== null) ?? null;
}

/**
 * Faults that are not known yet. What is settled is forgotten, save the first fault, so that any number
 * of runs may pass between two reads.
 */
export class PendingFaults {
  readonly #unsettled = new Set<Promise<void>>();
  #first: Error | undefined;

  /** Remembers to look at a fault; `explain` is called only if there is one. */
  track(fault: Promise<GpuFault | null>, explain: (fault: GpuFault) => Error): void {
    const settled = fault.then((found) => {
      this.#unsettled.delete(settled);
      if (found !== null) this.#first ??= explain(found);
    });
    this.#unsettled.add(settled);
  }

  /** Waits until everything tracked so far is known; then throws the first fault, once. */
  async settle(): Promise<void> {
    await Promise.all(this.#unsettled);
    const first = this.#first;
    this.#first = undefined;
    if (first !== undefined) throw first;
  }

  /** How many are not known yet. */
  get size(): number {
    return this.#unsettled.size;
  }
}
