/** What the tuner tells at the end. @module */
import { alignedTable, type TableColumn } from "../runtime/aligned_table.ts";
import type { Trial, Tuning } from "./tuner.ts";

/** Billions of operations per second. */
export function gflopsOf(flops: number, milliseconds: number): number {
  return milliseconds === 0 ? 0 : flops / milliseconds / 1e6;
}

/** A schedule in its place among those of its kernel. */
interface Row {
  readonly tuning: Tuning;
  readonly trial: Trial;
  readonly place: number;
}

const COLUMNS: readonly TableColumn<Row>[] = [
  {
    heading: "kernel",
    align: "left",
    text: ({ tuning, place }) => place === 0 ? tuning.task.name : "",
  },
  { heading: "schedule", align: "left", text: ({ trial }) => trial.candidate.schedule },
  { heading: "ms", align: "right", text: ({ trial }) => trial.milliseconds?.toFixed(3) ?? "-" },
  {
    heading: "GFLOP/s",
    align: "right",
    text: ({ tuning, trial: { milliseconds } }) =>
      milliseconds === undefined ? "-" : gflopsOf(tuning.task.flops, milliseconds).toFixed(1),
  },
  { heading: "", align: "left", text: ({ trial, place }) => remark(trial, place) },
];

/**
 * A table of every schedule that was tried, kernel by kernel, fastest first.
 */
export function tuningTable(tunings: readonly Tuning[]): string {
  return alignedTable(
    COLUMNS,
    tunings.flatMap((tuning) => tuning.trials.map((trial, place) => ({ tuning, trial, place }))),
  );
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
