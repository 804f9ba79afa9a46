/** Draws digits in a terminal, without colours: light pixels are full, dark ones empty. @module */
import { SIDE } from "./digit_image.ts";

/** Characters, and how light their upper and their lower half is. */
const GLYPHS: readonly (readonly [string, number, number])[] = [
  [" ", 0, 0],
  ["░", 0.25, 0.25],
  ["▒", 0.5, 0.5],
  ["▓", 0.75, 0.75],
  ["█", 1, 1],
  ["▀", 1, 0],
  ["▄", 0, 1],
];

/** Part of an image; what is outside the image is dark. */
interface Window {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** A drawing and what stands below it. */
export interface CaptionedDrawing {
  /** All equally wide. */
  readonly lines: readonly string[];
  /** Lines of text. */
  readonly caption: readonly string[];
}

/**
 * Draws a whole image: a character for two pixels, one above the other.
 *
 * @param pixels 28 × 28, from 0 to 1
 * @returns 14 lines of 28 characters
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * const pixels = new Float32Array(784).fill(1, 28, 30).fill(0.5, 56, 112);
 * const [first = "", second = "", third = ""] = drawDigit(pixels);
 * assert.equal(first, `▄▄${" ".repeat(26)}`);
 * assert.equal(second, "▒".repeat(28));
 * assert.equal(third, " ".repeat(28));
 * ```
 */
export function drawDigit(pixels: ArrayLike<number>): readonly string[] {
  return draw(pixels, { left: 0, top: 0, width: SIDE, height: SIDE });
}

/**
 * Draws several images without their dark margins, all in the size of the largest.
 *
 * @param images each 28 × 28, from 0 to 1
 */
export function drawTrimmed(
  images: readonly ArrayLike<number>[],
): readonly (readonly string[])[] {
  const boxes = images.map(litPart);
  const width = Math.max(1, ...boxes.map((box) => box.width));
  const height = 2 * Math.ceil(Math.max(1, ...boxes.map((box) => box.height)) / 2);
  return images.map((pixels, at) => {
    const box = boxes[at] ?? { left: 0, top: 0, width: 0, height: 0 };
    const left = box.left - ((width - box.width) >> 1);
    const top = box.top - ((height - box.height) >> 1);
    return draw(pixels, { left, top, width, height });
  });
}

/** The part of an image that is not dark. */
function litPart(pixels: ArrayLike<number>): Window {
  const lit = Array.from(pixels, (value, at) => value > 0 ? [at] : []).flat();
  const columns = lit.map((at) => at % SIDE);
  const rows = lit.map((at) => Math.floor(at / SIDE));
  const left = Math.min(SIDE, ...columns);
  const top = Math.min(SIDE, ...rows);
  return {
    left,
    top,
    width: Math.max(left - 1, ...columns) - left + 1,
    height: Math.max(top - 1, ...rows) - top + 1,
  };
}

function draw(pixels: ArrayLike<number>, { left, top, width, height }: Window): readonly string[] {
  const lightAt = (x: number, y: number) =>
    x < 0 || x >= SIDE || y < 0 || y >= SIDE ? 0 : pixels[y * SIDE + x] ?? NaN;
  return Array.from(
    { length: height / 2 },
    (_, line) =>
      Array.from(
        { length: width },
        (_, column) =>
          glyphFor(
            lightAt(left + column, top + 2 * line),
            lightAt(left + column, top + 2 * line + 1),
          ),
      ).join(""),
  );
}

/** The character that is most like two pixels. */
function glyphFor(upper: number, lower: number): string {
  let [best, least] = ["?", Infinity];
  for (const [glyph, above, below] of GLYPHS) {
    const distance = (upper - above) ** 2 + (lower - below) ** 2;
    if (distance < least) [best, least] = [glyph, distance];
  }
  return best;
}

/**
 * Puts drawings of one size beside each other, in as many rows as they need.
 *
 * @param columns characters of a line; one drawing is never cut
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * const drawing = (lines: string[], text: string) => ({ lines, caption: [text] });
 * const text = drawingRows([drawing(["██", "▀▀"], "a"), drawing(["▄▄", "██"], "b")], 80);
 * assert.equal(text, "██   ▄▄\n▀▀   ██\na    b");
 * ```
 */
export function drawingRows(drawings: readonly CaptionedDrawing[], columns: number): string {
  const gap = "   ";
  const texts = drawings.flatMap(({ lines, caption }) => [...lines, ...caption]);
  const width = Math.max(0, ...texts.map(({ length }) => length));
  const perRow = Math.max(1, Math.floor((columns + gap.length) / (width + gap.length)));
  const rows: string[] = [];
  for (let first = 0; first < drawings.length; first += perRow) {
    const blocks = drawings.slice(first, first + perRow)
      .map(({ lines, caption }) => [...lines, ...caption]);
    const height = Math.max(...blocks.map(({ length }) => length));
    const lines = Array.from(
      { length: height },
      (_, line) => blocks.map((block) => (block[line] ?? "").padEnd(width)).join(gap).trimEnd(),
    );
    rows.push(lines.join("\n"));
  }
  return rows.join("\n\n");
}
