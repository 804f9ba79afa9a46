/**
 * The table of a profile, one line per kernel.
 *
 * @module
 */
import { alignedTable, type TableColumn } from "../../runtime/aligned_table.ts";
import type { ProfileRow } from "../../runtime/profile.ts";

const COLUMNS: readonly TableColumn<ProfileRow>[] = [
  { heading: "program", align: "left", text: ({ program }) => program },
  { heading: "kernel", align: "left", text: ({ kernel }) => kernel },
  { heading: "calls", align: "right", text: ({ calls }) => `${calls}` },
  { heading: "ms/call", align: "right", text: ({ milliseconds }) => milliseconds.toFixed(3) },
  { heading: "share", align: "right", text: ({ share }) => percent(share) },
  { heading: "GFLOP/s", align: "right", text: ({ gflops }) => rate(gflops) },
  { heading: "GB/s", align: "right", text: ({ gbytes }) => rate(gbytes) },
];

/** Only where a peak was measured. */
const OF_PEAK: TableColumn<ProfileRow> = {
  heading: "of peak",
  align: "right",
  text: ({ attained }) => attained === undefined ? "-" : percent(attained),
};

/**
 * The lines of a profile, headings first, in the order of the rows. The last column stands only where a
 * row knows its share of what the machine can attain. A dash says that there is nothing to measure.
 */
export function profileTable(rows: readonly ProfileRow[]): string {
  const knowsPeak = rows.some(({ attained }) => attained !== undefined);
  const columns = knowsPeak ? [...COLUMNS, OF_PEAK] : COLUMNS;
  return alignedTable(columns, rows);
}

function percent(part: number): string {
  return `${(100 * part).toFixed(1)} %`;
}

function rate(value: number): string {
  return value === 0 ? "-" : value.toFixed(1);
}
