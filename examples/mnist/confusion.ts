/** The table of what was taken for what. @module */
import { styleText } from "node:util";

/** How well a class is known. */
export interface ClassScore {
  /** Share of the samples of the class that were found; NaN where there are none. */
  readonly recall: number;
  /** Share of the samples taken for the class that are of it; NaN where there are none. */
  readonly precision: number;
}

/**
 * The scores of all classes.
 *
 * @param confusion square: how often a class (rows) was taken for a class (columns)
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * const scores = classScores([[3, 1], [0, 2]]);
 * assert.deepEqual(scores, [{ recall: 0.75, precision: 1 }, { recall: 1, precision: 2 / 3 }]);
 * ```
 */
export function classScores(
  confusion: readonly (readonly number[])[],
): readonly ClassScore[] {
  const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
  return confusion.map((row, at) => {
    const found = row[at] ?? NaN;
    const taken = confusion.map((each) => each[at] ?? NaN);
    return { recall: found / sum(row), precision: found / sum(taken) };
  });
}

/** How a cell looks where there are colours. */
type Look = "plain" | "faint" | "right" | "wrong" | "veryWrong";

const STYLES = {
  faint: "gray",
  right: "green",
  wrong: "yellow",
  veryWrong: ["red", "bold"],
} as const satisfies Record<Exclude<Look, "plain">, Parameters<typeof styleText>[0]>;

/** Confusions that take this share of a class stand out. */
const MANY = 0.01;

interface Cell {
  readonly text: string;
  readonly look: Look;
}

/**
 * The table of confusions: a row for each class, a column for what it was taken for, and its scores in percent.
 * Nothing is a dot; a score that nothing tells is a dash.
 *
 * @param confusion square: how often a class (rows) was taken for a class (columns)
 * @param hasColours whether to colour what is right and what is wrong
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * assert.equal(
 *   confusionTable([[3, 1], [0, 2]], false),
 *   `\
 *        taken for
 * truth  0  1   recall  precision
 *     0  3  1   75.0 %    100.0 %
 *     1  ·  2  100.0 %     66.7 %`,
 * );
 * ```
 */
export function confusionTable(
  confusion: readonly (readonly number[])[],
  hasColours: boolean,
): string {
  const scores = classScores(confusion);
  const heading = (text: string): Cell => ({ text, look: "plain" });
  const rows = confusion.map((row, truth) => [
    heading(`${truth}`),
    ...row.map((count, prediction) => cell(count, truth === prediction, row)),
    heading(percent(scores[truth]?.recall ?? NaN)),
    heading(percent(scores[truth]?.precision ?? NaN)),
  ]);
  const classes = confusion.map((_, at) => heading(`${at}`));
  const all = [[heading("truth"), ...classes, heading("recall"), heading("precision")], ...rows];
  const widths = all[0]?.map((_, at) => Math.max(...all.map((row) => row[at]?.text.length ?? 0)));
  const lines = all.map((row) =>
    row.map(({ text, look }, at) => {
      const padded = text.padStart(widths?.[at] ?? 0);
      if (!hasColours || look === "plain") return padded;
      return styleText(STYLES[look], padded, { validateStream: false });
    }).join("  ")
  );
  return [`${" ".repeat("truth  ".length)}taken for`, ...lines].join("\n");
}

function cell(count: number, isRight: boolean, row: readonly number[]): Cell {
  if (isRight) return { text: `${count}`, look: "right" };
  if (count === 0) return { text: "·", look: "faint" };
  const total = row.reduce((sum, each) => sum + each, 0);
  return { text: `${count}`, look: count >= MANY * total ? "veryWrong" : "wrong" };
}

function percent(share: number): string {
  return Number.isNaN(share) ? "-" : `${(100 * share).toFixed(1)} %`;
}
