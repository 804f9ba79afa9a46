import assert from "node:assert/strict";
import { drawDigit, drawingRows, drawTrimmed } from "./digit_drawing.ts";

/** An image that is light in a box. */
function box(left: number, top: number, width: number, height: number): Float32Array {
  return Float32Array.from({ length: 784 }, (_, at) => {
    const [x, y] = [at % 28, Math.floor(at / 28)];
    return x >= left && x < left + width && y >= top && y < top + height ? 1 : 0;
  });
}

Deno.test("a drawing has the lights of its pixels, two to a character", () => {
  const pixels = new Float32Array(784);
  const pairs = [[0, 0], [1, 1], [1, 0], [0, 1], [0.3, 0.2], [0.5, 0.45], [0.8, 0.7], [0.9, 0.2]];
  pairs.forEach(([upper = NaN, lower = NaN], x) => {
    pixels[2 * 28 + x] = upper;
    pixels[3 * 28 + x] = lower;
  });
  const lines = drawDigit(pixels);
  assert.equal(lines.length, 14);
  assert.equal(lines[1], ` █▀▄░▒▓▀${" ".repeat(20)}`);
});

Deno.test("trimmed drawings are as large as the largest, and centred", () => {
  const drawings = drawTrimmed([box(3, 4, 6, 8), box(20, 1, 2, 4), new Float32Array(784)]);
  assert.deepEqual(drawings, [
    Array<string>(4).fill("██████"),
    ["      ", "  ██  ", "  ██  ", "      "],
    Array<string>(4).fill("      "),
  ]);
});

Deno.test("images that fill their square, or nothing, are drawn, too", () => {
  const [full = [], edge = []] = drawTrimmed([box(0, 0, 28, 28), box(27, 27, 1, 1)]);
  assert.deepEqual(full, Array<string>(14).fill("█".repeat(28)));
  assert.equal(edge.join("").replaceAll(" ", "").length, 1);
  assert.deepEqual(drawTrimmed([new Float32Array(784)]), [[" "]]);
  assert.deepEqual(drawTrimmed([]), []);
});

Deno.test("rows hold as many drawings as fit, and at least one", () => {
  const drawing = (name: string) => ({ lines: ["█".repeat(10)], caption: [name] });
  const five = ["a", "b", "c", "d", "e"].map(drawing);
  const perRow = (columns: number) =>
    drawingRows(five, columns).split("\n\n").map((row) => row.match(/\w/g)?.join(""));
  assert.deepEqual(perRow(1), ["a", "b", "c", "d", "e"]);
  assert.deepEqual(perRow(22), ["a", "b", "c", "d", "e"]);
  assert.deepEqual(perRow(23), ["ab", "cd", "e"]);
  assert.deepEqual(perRow(62), ["abcde"]);
  for (const line of drawingRows(five, 36).split("\n")) assert.ok(line.length <= 36, line);
  assert.equal(drawingRows([], 80), "");
});
