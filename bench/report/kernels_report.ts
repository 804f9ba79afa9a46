/**
 * What is said of single matrix products.
 *
 * @module
 */
import type { KernelColumn, KernelResults, KernelRow } from "../results.ts";
import { type Column, digits, list, table } from "./markdown.ts";

const EXPLANATION =
  `GFLOP/s at the median over rounds; two operations per term. \`N\` and \`T\` say how
an operand lies in memory, sizes are m×n×k. A dash: too large for the contestant to be tried. Short calls
contain what a call costs; on WebGPU at least four calls share one wait for the device.`;

/** The chapter. */
export function kernelsChapter({ columns, rows }: KernelResults): string {
  const measured = columns.filter(({ why }) => why === "");
  const failed = columns.filter(({ why }) => why !== "");
  const part = (title: string, group: KernelRow["group"]) => [
    `### ${title}`,
    "",
    table(tableColumns(measured), rows.filter((row) => row.group === group)),
    "",
  ];
  return [
    "## Single products",
    "",
    EXPLANATION,
    "",
    ...part("Of the step of the weight-sharing model", "step"),
    ...part("Squares", "square"),
    ...(failed.length === 0 ? [] : [
      "Not counted:",
      "",
      list(failed.map((column) => `${headingOf(column)}: ${column.why}`)),
      "",
    ]),
  ].join("\n").trimEnd();
}

function headingOf({ name, threads }: KernelColumn): string {
  return threads === 0 ? name : `${name}, ${threads} thr.`;
}

function tableColumns(columns: readonly KernelColumn[]): readonly Column<KernelRow>[] {
  return [
    { heading: "product", text: ({ name }) => name },
    { heading: "MFLOP", numeric: true, text: ({ megaFlop }) => digits(megaFlop) },
    ...columns.map((column): Column<KernelRow> => ({
      heading: headingOf(column),
      numeric: true,
      text: ({ megaFlop, milliseconds }) => {
        const summary = milliseconds[column.id];
        return summary === undefined ? "–" : digits(megaFlop / summary.median);
      },
    })),
  ];
}
