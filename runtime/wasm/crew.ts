/**
 * The threads of a module beside the first. They are started, given one module to work on, and ended.
 *
 * @module
 */
import type { Link } from "./link.ts";
import type { Answer, Task } from "./messages.ts";
import { type StartedWorker, startWorker } from "./start_worker.ts";

/** One thread, which answers whenever it is told something. */
class Thread {
  readonly #worker: StartedWorker;
  #answer = Promise.withResolvers<void>();

  /** Starts it; see {@linkcode Thread.started}. */
  constructor() {
    this.#worker = startWorker({
      onAnswer: (answer) => this.#hear(answer),
      onError: (why) => this.#answer.reject(new Error(why)),
    });
  }

  /** Resolves when it is there. From then on a program can end without it. */
  async started(): Promise<void> {
    await this.#answer.promise;
    this.#worker.keepAlive(false);
  }

  /** Hands it the module to work on; resolves when it is about to. */
  async join(task: Task): Promise<void> {
    this.#answer = Promise.withResolvers();
    this.#worker.keepAlive(true);
    this.#worker.postMessage(task);
    await this.#answer.promise;
    this.#worker.keepAlive(false);
  }

  /** Ends it, once it is not inside the module. */
  end(): Promise<void> {
    return this.#worker.terminate();
  }

  #hear(answer: Answer): void {
    if (answer.kind === "failed") this.#answer.reject(new Error(answer.why));
    else this.#answer.resolve();
  }
}

/** Threads that wait for a module, or work on one. */
export class Crew {
  readonly #threads: readonly Thread[];

  private constructor(threads: readonly Thread[]) {
    this.#threads = threads;
  }

  /**
   * Starts threads and waits until all are there.
   *
   * @param count how many, beside the first
   * @throws {Error} why one of them did not start; then the others are ended
   */
  static async start(count: number): Promise<Crew> {
    const threads: Thread[] = [];
    const crew = new Crew(threads);
    try {
      while (threads.length < count) threads.push(new Thread());
      await Promise.all(threads.map((thread) => thread.started()));
      return crew;
    } catch (cause) {
      await crew.end();
      throw cause;
    }
  }

  /** Hands all threads the module, numbered from 1; resolves when they are about to work on it. */
  async join(link: Link, patience: number): Promise<void> {
    await Promise.all(
      this.#threads.map((thread, at) => thread.join({ link, patience, thread: at + 1 })),
    );
  }

  /** Ends the threads, once they are not inside the module. */
  async end(): Promise<void> {
    await Promise.all(this.#threads.map((thread) => thread.end()));
  }
}
