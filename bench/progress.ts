/**
 * A line that tells how far a run has come, where standard error is a terminal.
 *
 * @module
 */
import cliProgress from "cli-progress";
import type { Progress } from "./session.ts";

/** Draws a bar on standard error, with what is running beside it. */
export class ProgressLine implements Progress {
  readonly #bar = new cliProgress.SingleBar({
    format: "{bar} {value}/{total}  {what}",
    barsize: 20,
    hideCursor: true,
    clearOnComplete: true,
    stopOnComplete: false,
  }, cliProgress.Presets.shades_classic);

  /** Begins with so many turns to come. */
  constructor(turns: number) {
    this.#bar.start(turns, 0, { what: "" });
  }

  begin(what: string): void {
    this.#bar.update({ what });
  }

  end(): void {
    this.#bar.increment();
  }

  /** Takes the line away. */
  stop(): void {
    this.#bar.stop();
  }
}
