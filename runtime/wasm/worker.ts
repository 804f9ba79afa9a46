/**
 * Every thread but the first begins here. It is told once which module to work on, and spends its life
 * in the module's `work`.
 *
 * @module
 */
import { messageOf } from "../wording.ts";
import { reportFailure } from "./control_block.ts";
import { importsOf } from "./link.ts";
import type { Answer, Task } from "./messages.ts";
import { nodeThreads } from "./node_threads.ts";

/** As much of a web worker's global scope as is used here. */
interface WorkerScope {
  postMessage(answer: Answer): void;
  onmessage: (event: { readonly data: Task }) => void;
}

const parentPort = nodeThreads?.parentPort ?? undefined;
// This file runs only as a worker; the types of the global scope are those of a page.
const scope = globalThis as unknown as WorkerScope;

function answer(what: Answer): void {
  if (parentPort === undefined) scope.postMessage(what);
  else parentPort.postMessage(what);
}

function serve({ link, thread, patience }: Task): void {
  let work: (thread: number) => void;
  try {
    const imports = importsOf(link, { patience, mark: () => {} });
    const { exports } = new WebAssembly.Instance(link.module, imports);
    // `exports` holds values of any kind; the first thread has made sure that this is a function.
    work = exports.work as typeof work;
  } catch (thrown) {
    return answer({ kind: "failed", why: messageOf(thrown) });
  }
  answer({ kind: "ready" });
  try {
    work(thread);
  } catch (thrown) {
    reportFailure(link.memory, `${messageOf(thrown)}, on thread ${thread}`);
  }
}

if (parentPort === undefined) scope.onmessage = ({ data }) => serve(data);
// Only the first thread writes to this port, and only tasks.
else parentPort.on("message", (message) => serve(message as Task));
answer({ kind: "here" });
