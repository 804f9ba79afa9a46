/**
 * Starts a thread of the platform: one of Node's, else a worker of the web.
 *
 * @module
 */
import type { Answer, Task } from "./messages.ts";
import { nodeThreads } from "./node_threads.ts";

/** A thread of the platform, which runs `worker.ts`. */
export interface StartedWorker {
  /** Sends it a task. */
  postMessage(task: Task): void;
  /** Whether the program stays alive for its sake. At first it does. */
  keepAlive(isKept: boolean): void;
  /** Ends it as soon as it is not inside WebAssembly. */
  terminate(): Promise<void>;
}

/** Is told what a thread says, and why it broke down. */
export interface WorkerListener {
  onAnswer(answer: Answer): void;
  onError(why: string): void;
}

/** True where {@linkcode startWorker} finds something to start. */
export function hasWorkers(): boolean {
  return nodeThreads !== undefined || typeof Worker === "function";
}

/** Starts a thread. That it cannot be started may be thrown, or told to the listener. */
export function startWorker(listener: WorkerListener): StartedWorker {
  return nodeThreads === undefined
    ? startWebWorker(listener)
    : startNodeWorker(nodeThreads, listener);
}

function startNodeWorker(
  { Worker }: NonNullable<typeof nodeThreads>,
  { onAnswer, onError }: WorkerListener,
): StartedWorker {
  const worker = new Worker(new URL("./worker.ts", import.meta.url), { env: {} });
  // Whoever writes to this port is `worker.ts`.
  worker.on("message", (message) => onAnswer(message as Answer));
  worker.on("error", ({ message }) => onError(message));
  return {
    postMessage: (task) => worker.postMessage(task),
    keepAlive: (isKept) => isKept ? worker.ref() : worker.unref(),
    terminate: async () => void await worker.terminate(),
  };
}

function startWebWorker({ onAnswer, onError }: WorkerListener): StartedWorker {
  // Bundlers look for exactly this expression.
  const worker = new Worker(new URL("./worker.ts", import.meta.url), { type: "module" });
  worker.onmessage = ({ data }) => onAnswer(data);
  worker.onerror = (event) => {
    event.preventDefault();
    onError(event.message || "its script did not load");
  };
  return {
    postMessage: (task) => worker.postMessage(task),
    // A page does not end while it is shown, and takes its workers with it.
    keepAlive: () => {},
    terminate: async () => void await worker.terminate(),
  };
}
