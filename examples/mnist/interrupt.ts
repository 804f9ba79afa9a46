/**
 * Ctrl-C for a command that should end with what it knows.
 *
 * @module
 */

/** Ctrl-C: the first ends training after the step in progress, the second ends the process. */
export class Interrupt {
  readonly #controller = new AbortController();
  readonly #listener = () => {
    if (this.#controller.signal.aborted) Deno.exit(130);
    console.error("Stopping after this step; press Ctrl-C again to stop at once.");
    this.#controller.abort();
  };

  constructor() {
    Deno.addSignalListener("SIGINT", this.#listener);
  }

  /** Aborted by the first Ctrl-C. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Gives Ctrl-C its usual meaning back, so that the process can end. */
  dispose(): void {
    Deno.removeSignalListener("SIGINT", this.#listener);
  }
}
