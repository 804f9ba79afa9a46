/** Tables of plain text. @module */

/** A column: its heading, and a row's text in it. */
export interface TableColumn<R> {
  /** Stands over the column. */
  readonly heading: string;
  /** Words stand on the left of their column, numbers on the right. */
  readonly align: "left" | "right";
  /** What a row has in this column. */
  readonly text: (row: R) => string;
}

/**
 * The lines of a table, headings first, with two blanks between columns.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 *
 * const text = alignedTable([
 *   { heading: "name", align: "left", text: ({ name }) => name },
 *   { heading: "n", align: "right", text: ({ n }) => `${n}` },
 * ], [{ name: "a", n: 1 }, { name: "long", n: 100 }]);
 * assert.equal(text, "name    n\na       1\nlong  100");
 * ```
 */
export function alignedTable<R>(columns: readonly TableColumn<R>[], rows: readonly R[]): string {
  const cells = columns.map(({ heading, align, text }) => {
    const column = [heading, ...rows.map(text)];
    const width = Math.max(...column.map(({ length }) => length));
    return column.map((cell) => align === "left" ? cell.padEnd(width) : cell.padStart(width));
  });
  return ["", ...rows].map((_, line) => cells.map((column) => column[line]).join("  ").trimEnd())
    .join("\n");
}
