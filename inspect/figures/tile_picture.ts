/**
 * A step of a tile as SVG: the copy of the left operand at the left, that of the right operand above, the sums where
 * their rows and columns meet. What everybody touches is pale, what one invocation touches is strong. Runs in pages too.
 *
 * @module
 */
import {
  BLOCK,
  copiedBlocks,
  extentOf,
  type Invocation,
  ownRuns,
  type TileFacts,
  type TileStep,
} from "./tile_walk.ts";

/** Pixels of the longer side of the tile, between the parts, and of a line of words. */
const [LONGEST, GAP, WORDS] = [320, 14, 20] as const;

/** What is left free around everything, for lines that are half outside. */
const EDGE = 1;

interface Rect {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Where the parts are, and how large an element is. */
export interface TileLayout {
  readonly cell: number;
  readonly width: number;
  readonly height: number;
  /** The copies of both operands, and the sums. */
  readonly rows: Rect;
  readonly columns: Rect;
  readonly sums: Rect;
}

/** Measures out the picture. */
export function tileLayout({ rows, columns, depth }: TileFacts): TileLayout {
  const [height, width] = [extentOf(rows), extentOf(columns)];
  const cell = LONGEST / Math.max(height, width);
  const [left, top] = [depth * cell + GAP, depth * cell + WORDS + GAP];
  return {
    cell,
    width: Math.max(left + width * cell, 460),
    height: top + height * cell + WORDS,
    rows: { x: 0, y: top, width: depth * cell, height: height * cell },
    columns: { x: left, y: WORDS, width: width * cell, height: depth * cell },
    sums: { x: left, y: top, width: width * cell, height: height * cell },
  };
}

/** The row and the column of the sum at a point of the picture, as shares of its width and height, if there is one. */
export function sumAt(
  facts: TileFacts,
  { across, down }: { readonly across: number; readonly down: number },
): { readonly row: number; readonly column: number } | undefined {
  const { width, height, cell, sums } = tileLayout(facts);
  const row = Math.floor((down * (height + 2 * EDGE) - EDGE - sums.y) / cell);
  const column = Math.floor((across * (width + 2 * EDGE) - EDGE - sums.x) / cell);
  const isInside = row >= 0 && column >= 0 && row < extentOf(facts.rows) &&
    column < extentOf(facts.columns);
  return isInside ? { row, column } : undefined;
}

/** The picture of a step. */
export function tilePicture(
  facts: TileFacts,
  step: TileStep,
  invocation: Invocation,
  description: string,
): string {
  const layout = tileLayout(facts);
  const { width, height, rows, columns, sums, cell } = layout;
  const rect = (classes: string, { x, y, width, height }: Rect) =>
    `<rect class="${classes}" x="${round(x)}" y="${round(y)}" width="${round(width)}" height="${
      round(height)
    }"/>`;
  const { all, mine } = touched(facts, layout, step, invocation);
  const parts = [rows, columns, sums];
  return [
    `<svg class="tile" xmlns="http://www.w3.org/2000/svg" viewBox="${-EDGE} ${-EDGE} ${
      round(width + 2 * EDGE)
    } ${round(height + 2 * EDGE)}" width="${round(width + 2 * EDGE)}" height="${
      round(height + 2 * EDGE)
    }" role="img" aria-label="${escaped(description)}">`,
    ...parts.map((part) => rect("ground", part)),
    ...all.map((part) => rect("all", part)),
    ...mine.map((part) => rect("mine", part)),
    ...parts.map((part) => `<path class="grid" d="${gridPath(part, cell * BLOCK)}"/>`),
    ...parts.map((part) => rect("frame", part)),
    label(
      columns.x,
      WORDS - 6,
      `${facts.columns.memory} of ${facts.columns.tensor}${facts.columns.index}`,
    ),
    label(
      0,
      rows.y + rows.height + WORDS - 4,
      `${facts.rows.memory} of ${facts.rows.tensor}${facts.rows.index}`,
    ),
    label(
      Math.max(sums.x, LABEL),
      sums.y + sums.height + WORDS - 4,
      "sums in registers",
    ),
    "</svg>",
  ].join("\n");
}

/** Pixels that the longest label at the left may take. */
const LABEL = 190;

const label = (x: number, y: number, text: string): string =>
  `<text x="${Math.round(x)}" y="${Math.round(y)}">${escaped(text)}</text>`;

const escaped = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");

/** What everybody touches at a step, and what one invocation does. */
function touched(
  facts: TileFacts,
  layout: TileLayout,
  step: TileStep,
  invocation: Invocation,
): { readonly all: readonly Rect[]; readonly mine: readonly Rect[] } {
  const { rows, columns, sums, cell } = layout;
  const ownRows = ownRuns(facts.rows, invocation.row);
  const ownColumns = ownRuns(facts.columns, invocation.column);
  const own = ownRows.flatMap((row) =>
    ownColumns.map((column) => ({
      x: sums.x + column.from * cell,
      y: sums.y + row.from * cell,
      width: column.count * cell,
      height: row.count * cell,
    }))
  );
  switch (step.kind) {
    case "place":
    case "finish":
      return { all: [sums], mine: own };
    case "copy":
      return {
        all: [layout[step.side]],
        mine: copiedBlocks(facts, step.side, invocation).map(({ place, step: at }) =>
          step.side === "rows"
            ? square(rows.x + at * cell, rows.y + place * cell, cell)
            : square(columns.x + place * cell, columns.y + at * cell, cell)
        ),
      };
    case "wait":
    case "turn":
      return { all: [rows, columns], mine: [] };
    case "add": {
      const strip = { x: rows.x + step.at * cell, width: cell };
      const line = { y: columns.y + step.at * cell, height: cell };
      return {
        all: [{ ...rows, ...strip }, { ...columns, ...line }, sums],
        mine: [
          ...ownRows.map(({ from, count }) => ({
            ...strip,
            y: rows.y + from * cell,
            height: count * cell,
          })),
          ...ownColumns.map(({ from, count }) => ({
            ...line,
            x: columns.x + from * cell,
            width: count * cell,
          })),
          ...own,
        ],
      };
    }
  }
}

const round = (value: number): number => Math.round(value * 100) / 100;

const square = (x: number, y: number, cell: number): Rect => ({
  x,
  y,
  width: BLOCK * cell,
  height: BLOCK * cell,
});

function gridPath({ x, y, width, height }: Rect, unit: number): string {
  const path: string[] = [];
  for (let at = unit; at < width - 0.01; at += unit) {
    path.push(`M${round(x + at)} ${round(y)}v${round(height)}`);
  }
  for (let at = unit; at < height - 0.01; at += unit) {
    path.push(`M${round(x)} ${round(y + at)}h${round(width)}`);
  }
  return path.join("");
}
