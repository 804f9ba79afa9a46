/**
 * What a trainer does by the time.
 *
 * @module
 */

/** After this time the event loop gets a turn: for timers, signals and the screen. */
const TURN_MILLISECONDS = 50;

/** The clock of one run; it begins when it is made. */
export class Clock {
  readonly #secondsBefore: number;
  readonly #startedAt = performance.now();
  #turnAt = this.#startedAt;
  #savedAt = this.#startedAt;

  /** @param secondsBefore what the runs before this one took */
  constructor(secondsBefore: number) {
    this.#secondsBefore = secondsBefore;
  }

  /** Of this run. */
  get runSeconds(): number {
    return (performance.now() - this.#startedAt) / 1000;
  }

  /** Of training, with the runs before it was resumed. */
  get seconds(): number {
    return this.#secondsBefore + this.runSeconds;
  }

  /** True when the event loop should get a turn. */
  get turnIsDue(): boolean {
    return performance.now() - this.#turnAt >= TURN_MILLISECONDS;
  }

  /** Gives the event loop a turn. */
  async turn(): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve, 0));
    this.#turnAt = performance.now();
  }

  /** Notes that a checkpoint was saved. */
  saved(): void {
    this.#savedAt = performance.now();
  }

  /** True when the last checkpoint, or the beginning, is so many minutes ago. */
  saveIsDue(minutes: number): boolean {
    return performance.now() - this.#savedAt >= minutes * 60_000;
  }
}
