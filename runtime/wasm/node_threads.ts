/**
 * Node's threads, where the platform has them (Node and Deno), without importing a name that browsers do
 * not know.
 *
 * They are preferred to the workers of the web, which keep a program from ending as long as they live.
 *
 * @module
 */

/** As much of a `worker_threads.Worker` as is used here. */
export interface NodeWorker {
  postMessage(message: unknown): void;
  on(event: "message", listener: (message: unknown) => void): unknown;
  on(event: "error", listener: (error: Error) => void): unknown;
  /** The program may not end before this thread. */
  ref(): void;
  /** The program may end and take this thread with it. */
  unref(): void;
  terminate(): Promise<number>;
}

/** As much of `worker_threads.parentPort` as is used here. */
interface NodePort {
  postMessage(message: unknown): void;
  on(event: "message", listener: (message: unknown) => void): unknown;
}

/** As much of `node:worker_threads` as is used here. */
interface NodeThreads {
  readonly Worker: new (url: URL, options: { readonly env: object }) => NodeWorker;
  /** Null on the thread that was there first. */
  readonly parentPort: NodePort | null;
}

/** A global scope that may have Node's `process`. */
interface MaybeNode {
  readonly process?: {
    getBuiltinModule?(name: "node:worker_threads"): NodeThreads | undefined;
  };
}

// What a global scope holds depends on the platform, which no type tells.
const scope = globalThis as MaybeNode;

/** Node's module of threads; undefined on the web. */
export const nodeThreads: NodeThreads | undefined = scope.process?.getBuiltinModule?.(
  "node:worker_threads",
);
