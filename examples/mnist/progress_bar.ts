/**
 * A progress bar with the time left, on standard error; nothing at all where that is no terminal.
 *
 * @module
 */
// @ts-types="@types/cli-progress"
import { SingleBar } from "cli-progress";
import type { Progress } from "../../runtime/train/events.ts";

/** Shows how far a run has come, below the lines that are printed meanwhile. */
export class ProgressBar {
  readonly #bar = new SingleBar({
    format: "{bar} {percentage}%  epoch {epoch}, {phase}  {left}",
    barCompleteChar: "█",
    barIncompleteChar: "░",
    barsize: 30,
    clearOnComplete: true,
    hideCursor: true,
    noTTYOutput: false,
  });

  /** Draws the bar, or draws it anew. */
  show(progress: Progress): void {
    const { epoch, phase, step, totalSteps } = progress;
    const payload = { epoch, phase, left: timeLeft(progress) };
    if (!this.#bar.isActive) this.#bar.start(totalSteps, step, payload);
    else this.#bar.update(step, payload);
  }

  /** Takes the bar away, so that a line can be printed. */
  hide(): void {
    if (this.#bar.isActive) this.#bar.stop();
  }
}

/**
 * How long a run will still take if its steps take as long as those before.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 *
 * assert.equal(timeLeft({ step: 100, totalSteps: 300, seconds: 40 }), "1:20 left");
 * ```
 */
export function timeLeft(progress: Pick<Progress, "step" | "totalSteps" | "seconds">): string {
  const { step, totalSteps, seconds } = progress;
  const left = Math.round(seconds / step * (totalSteps - step));
  const pad = (value: number) => `${value}`.padStart(2, "0");
  const minutes = Math.floor(left / 60);
  if (minutes < 60) return `${minutes}:${pad(left % 60)} left`;
  return `${Math.floor(minutes / 60)}:${pad(minutes % 60)}:${pad(left % 60)} left`;
}
