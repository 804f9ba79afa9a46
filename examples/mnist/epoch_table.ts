/**
 * The table a training run prints, one row per epoch.
 *
 * @module
 */
import type { EpochEnd } from "../../runtime/train/events.ts";

const COLUMNS = [
  "epoch",
  "main/loss",
  "validation/main/loss",
  "main/accuracy",
  "validation/main/accuracy",
  "elapsed",
] as const;

/** Narrow headings still leave room for numbers. */
const LEAST_WIDTH = 10;

/** The table's first line. */
export function tableHeading(): string {
  return aligned(COLUMNS);
}

/**
 * The line of one epoch: six significant digits, elapsed time in seconds from the start of training; a
 * dash for what is not known.
 */
export function tableRow(
  { epoch, main, validation, elapsedSeconds }: EpochEnd<"accuracy">,
): string {
  return aligned([
    `${epoch}`,
    sixDigits(main.loss),
    validation === null ? "-" : sixDigits(validation.loss),
    sixDigits(main.accuracy),
    validation === null ? "-" : sixDigits(validation.accuracy),
    sixDigits(elapsedSeconds),
  ]);
}

function sixDigits(value: number): string {
  return `${Number(value.toPrecision(6))}`;
}

function aligned(cells: readonly string[]): string {
  const width = (column: number) => Math.max(LEAST_WIDTH, COLUMNS[column]?.length ?? 0);
  return cells.map((cell, column) => cell.padEnd(width(column))).join("  ").trimEnd();
}
