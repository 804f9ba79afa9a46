/**
 * What is said of whole training steps.
 *
 * @module
 */
import type { StepResults, StepRow } from "../results.ts";
import { type Column, counted, digits, enumeration, factor, list, table } from "./markdown.ts";

type Model = StepRow["model"];

const TITLES: Readonly<Record<Model, string>> = {
  shared: "The weight-sharing model, 784-1000-900-10, n = 10",
  original: "The ordinary model, 784-1000-1000-10",
};

/** The chapter, with a table for each model of which a row was measured. */
export function stepChapter({ rows }: StepResults): string {
  const models = (["shared", "original"] as const).filter((model) =>
    rows.some((row) => row.model === model)
  );
  return [
    "## A training step",
    "",
    EXPLANATION,
    "",
    ...models.flatMap((model) => part(model, rows)),
  ]
    .join("\n").trimEnd();
}

const EXPLANATION =
  `Batch 100, Adam, drawing the batch included. A time is that of a step in a row of
steps, at the median over rounds and at best; the first step, in which an engine may compile, is told by
itself. The ratio compares medians with the row in bold. Memory is the most that the process held, the
training images included. "Dense" and "sparse" say whether the first layer multiplies by pixels that are
zero; only tilewright has a choice.`;

function part(model: Model, all: readonly StepRow[]): readonly string[] {
  const rows = all.filter((row) => row.model === model);
  const reference = referenceRow(rows);
  const good = rows.filter(({ counts }) => counts).toSorted((a, b) => timeOf(a) - timeOf(b));
  const others = rows.filter(({ counts }) => !counts);
  const plot = model === "shared" ? ["![Time of a step](../bench/results/step.svg)", ""] : [];
  return [
    `### ${TITLES[model]}`,
    "",
    ...findings(good, reference).flatMap((text) => [text, ""]),
    ...(good.length === 0 ? [] : [...plot, table(columns(reference), good), ""]),
    ...(others.length === 0 ? [] : [
      "Not counted:",
      "",
      list(others.map((row) => `${nameOf(row)}: ${row.why}`)),
      "",
    ]),
  ];
}

/** The row that ratios refer to: tilewright's fastest on the CPU with most threads, and every product computed. */
export function referenceRow(rows: readonly StepRow[]): StepRow | undefined {
  return rows.filter((row) =>
    row.counts && row.engine === "tilewright" && row.device !== "webgpu" && row.input === "dense" &&
    row.form !== "as written"
  ).toSorted((a, b) => b.threads - a.threads || timeOf(a) - timeOf(b))[0];
}

const timeOf = ({ measured }: StepRow): number => measured?.milliseconds.median ?? NaN;

/** Who it is, on what. */
export function nameOf({ engine, device, threads, form, input }: StepRow): string {
  const where = device === "cpu" ? "" : `, ${device}`;
  const how = engine === "tilewright" ? `${form}, ${input}` : form;
  const many = threads === 0 ? "" : `, ${counted(threads, "thread")}`;
  return `${engine}${where}${many} (${how})`;
}

function columns(reference: StepRow | undefined): readonly Column<StepRow>[] {
  const bold = (row: StepRow, text: string) => row === reference ? `**${text}**` : text;
  return [
    {
      heading: "engine",
      text: (row) => bold(row, row.device === "cpu" ? row.engine : `${row.engine}, ${row.device}`),
    },
    { heading: "threads", numeric: true, text: ({ threads }) => threads === 0 ? "" : `${threads}` },
    { heading: "middle layer", text: ({ form }) => form },
    { heading: "input", text: ({ input }) => input },
    { heading: "ms", numeric: true, text: (row) => bold(row, digits(timeOf(row))) },
    {
      heading: "at best",
      numeric: true,
      text: ({ measured }) => digits(measured?.milliseconds.minimum),
    },
    {
      heading: "ratio",
      numeric: true,
      text: (row) => factor(reference === undefined ? undefined : timeOf(row) / timeOf(reference)),
    },
    {
      heading: "first step, ms",
      numeric: true,
      text: ({ measured }) => digits(measured?.firstMilliseconds),
    },
    {
      heading: "memory, MiB",
      numeric: true,
      text: ({ measured }) => measured === undefined ? "–" : measured.peakMiB.toFixed(0),
    },
    { heading: "steps", numeric: true, text: ({ measured }) => `${measured?.steps ?? 0}` },
    { heading: "loss", numeric: true, text: ({ measured }) => digits(measured?.lastLoss) },
  ];
}

/** Sentences that the rows support. */
function findings(rows: readonly StepRow[], reference: StepRow | undefined): readonly string[] {
  if (reference === undefined) return [];
  const own = rows.filter(({ engine, threads, device }) =>
    engine === "tilewright" && device === reference.device && threads === reference.threads
  );
  const against = (row: StepRow) => timeOf(row) / timeOf(reference);
  const sparse = own.find(({ input, form }) => input === "sparse" && form === reference.form);
  const written = own.find(({ form }) => form === "as written");
  const sentences = [
    `With ${counted(reference.threads, "thread")} of the CPU, tilewright takes ` +
    `${digits(timeOf(reference))} ms for a step` +
    (sparse === undefined ? "." : `, and ${digits(timeOf(sparse))} ms where it skips zero pixels.`),
    written === undefined
      ? ""
      : `Compiled as the model is written, with the weight tiled, the same step takes ` +
        `${digits(timeOf(written))} ms, ${digits(against(written))} times as long.`,
    peersSentence(rows, against),
  ];
  return [sentences.filter((sentence) => sentence !== "").join(" ")];
}

/** The fastest row of each peer. */
function peersSentence(rows: readonly StepRow[], against: (row: StepRow) => number): string {
  const fastest = new Map<string, StepRow>();
  for (const row of rows) {
    const key = row.device === "cpu" ? row.engine : `${row.engine} on ${row.device}`;
    if (row.engine !== "tilewright" && !fastest.has(key)) fastest.set(key, row);
  }
  if (fastest.size === 0) return "";
  const parts = [...fastest].map(([name, row]) => {
    const how = row.form === "ordinary" ? "" : `, ${row.form}`;
    const many = row.threads === 0 ? "" : `, ${counted(row.threads, "thread")}`;
    return `${name}${many}${how} ${factor(against(row))}`;
  });
  return `Its peers at their best, in multiples of the dense time: ${enumeration(parts)}.`;
}
