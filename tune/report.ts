/** What the tuner tells at the end. @module */
import type { Trial, Tuning } from "./tuner.ts";

/** Billions of operations per second. */
export function gflopsOf(flops: number, milliseconds: number): number {
  return milliseconds === 0 ? 0 : flops / milliseconds / 1e6;
}

const HEADINGS = ["kernel", "schedule", "ms", "GFLOP/s", ""] as const;
const RIGHT = new Set([2, 3]);

/**
 * A table of every schedule that was tried, kernel by kernel, fastest first.
 */
export function tuningTable(tunings: readonly Tuning[]): string {
  const rows = tunings.flatMap(({ task, trials }) =>
    trials.map((trial, i) => [
      i === 0 ? task.name : "",
      trial.candidate.schedule,
      trial.milliseconds?.toFixed(3) ?? "-",
      trial.milliseconds === undefined ? "-" : gflopsOf(task.flops, trial.milliseconds).toFixed(1),
      remark(trial, i),
    ])
  );
  const all = [HEADINGS, ...rows];
  const widths = HEADINGS.map((_, column) =>
    Math.max(...all.map((cells) => cells[column]?.length ?? 0))
  );
  return all.map((cells) =>
    cells.map((cell, column) =>
      RIGHT.has(column) ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0)
    ).join("  ").trimEnd()
  ).join("\n");
}

function remark({ candidate, refused }: Trial, place: number): string {
  const words = [
    ...(place === 0 && refused === undefined ? ["chosen"] : []),
    ...(candidate.isDefault ? ["the model's choice"] : []),
    ...(refused === undefined ? [] : [`refused: ${refused}`]),
  ];
  return words.join(", ");
}

/** One line on how much faster all kernels together are than those that the model of cost chooses. */
export function gainText(tunings: readonly Tuning[]): string {
  const pairs = tunings.flatMap(({ trials }) => {
    const before = trials.find(({ candidate }) => candidate.isDefault)?.milliseconds;
    const after = trials[0]?.milliseconds;
    return before === undefined || after === undefined ? [] : [{ before, after }];
  });
  const sum = (which: "before" | "after") => pairs.reduce((total, each) => total + each[which], 0);
  return `One call of each: ${sum("after").toFixed(2)} ms tuned, ${
    sum("before").toFixed(2)
  } ms as ` +
    `the model of cost chooses.`;
}
