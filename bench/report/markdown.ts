/**
 * Pieces of Markdown.
 *
 * @module
 */

/** A column of a table: its heading, whether it holds numbers, and a row's text in it. */
export interface Column<R> {
  readonly heading: string;
  readonly numeric?: boolean;
  readonly text: (row: R) => string;
}

/** A table with a line for each row. */
export function table<R>(columns: readonly Column<R>[], rows: readonly R[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  return [
    line(columns.map(({ heading }) => heading)),
    line(columns.map(({ numeric }) => numeric === true ? "---:" : "---")),
    ...rows.map((row) => line(columns.map(({ text }) => escaped(text(row))))),
  ].join("\n");
}

/** A bar would end a cell. */
function escaped(cell: string): string {
  return cell.replaceAll("|", "\\|").replaceAll("\n", " ");
}

/** A list with a line for each item. */
export function list(items: readonly string[]): string {
  return items.map((item) => `- ${item}`).join("\n");
}

/** A number with three digits, or all those before the point if they are more; a dash for none. */
export function digits(value: number | undefined): string {
  if (value === undefined || !Number.isFinite(value)) return "–";
  const places = value === 0 ? 0 : 2 - Math.floor(Math.log10(Math.abs(value)));
  return value.toFixed(Math.max(0, Math.min(places, 6)));
}

/** A ratio as a factor. */
export function factor(value: number | undefined): string {
  return value === undefined ? "–" : `${digits(value)}×`;
}

/** A share as a percentage. */
export function percent(share: number): string {
  return `${(100 * share).toFixed(share < 0.0995 ? 1 : 0)} %`;
}

/** Several things in a sentence: `a, b and c`. */
export function enumeration(items: readonly string[]): string {
  const last = items.at(-1) ?? "";
  return items.length < 2 ? last : `${items.slice(0, -1).join(", ")} and ${last}`;
}

/** `1 thread`, `2 threads`. */
export function counted(count: number, thing: string): string {
  return `${count} ${thing}${count === 1 ? "" : "s"}`;
}
