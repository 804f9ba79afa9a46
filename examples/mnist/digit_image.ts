/**
 * Brings pictures of digits into MNIST's form, as MNIST itself was made: light ink on black, the digit scaled to
 * fit 20 × 20 pixels, its centre of mass in the middle of 28 × 28.
 *
 * @module
 */
import { type GreyPicture, PictureError } from "./grey_picture.ts";

/** Pixels of a side of MNIST's images. */
export const SIDE = 28;
/** Pixels of the longer side of a digit. */
const DIGIT_SIDE = 20;
/** Columns and rows counted from 0, MNIST's centres of mass are from here to below one pixel further. */
const LEAST_CENTRE = 13.5;
/** A picture whose ink stands out less than this from its ground is blank. */
const LEAST_CONTRAST = 0.1;
/** What is fainter than this does not belong to the digit; the darkest ink is 1. */
const FAINTEST_INK = 0.2;
/** Ground that differs by up to so many times its median deviation is noise: nearly all, if it is normal. */
const NOISE_DEVIATIONS = 4;

/** How much ink is on each pixel of a picture, row by row: 0 is none. */
interface Ink {
  readonly width: number;
  readonly height: number;
  readonly ink: Float32Array<ArrayBuffer>;
}

/** The part of a picture that holds a digit. */
interface Box {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/**
 * The 28 × 28 pixels that a network for MNIST should see: 0 is black, the ground, and 1 the lightest ink.
 *
 * The edge of a picture is taken for its ground. Dark ink on light ground is inverted. Noise as strong as that of
 * the edge is removed; what is lit unevenly, or has lines or other things beside the digit, is not understood. A
 * picture that is in MNIST's form already stays as it is.
 *
 * @param file what it goes by in messages, e.g. its path
 * @throws {PictureError} if nothing is on the picture
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * // A black bar on white paper, 30 pixels wide and 90 high.
 * const light = Float32Array.from({ length: 200 * 100 }, (_, at) => {
 *   const [x, y] = [at % 200, Math.floor(at / 200)];
 *   return x >= 20 && x < 50 && y >= 5 && y < 95 ? 0 : 1;
 * });
 * const pixels = toDigit({ width: 200, height: 100, light }, "one.png");
 * const row = Array.from({ length: 28 }, (_, x) => pixels[14 * 28 + x]);
 * assert.equal(row.join(""), "0000000000011111110000000000"); // 20 · 30 / 90 ≈ 7 wide
 * ```
 */
export function toDigit(picture: GreyPicture, file: string): Float32Array<ArrayBuffer> {
  const { width, height } = picture;
  const light = overGround(picture);
  const border = borderOf(light, width, height);
  const ground = median(border);
  const { mean, least, most } = rangeOf(light);
  const sign = mean < ground ? -1 : 1;
  const noise = NOISE_DEVIATIONS * median(border.map((value) => Math.abs(value - ground)));
  const contrast = (sign < 0 ? ground - least : most - ground) - noise;
  if (contrast < LEAST_CONTRAST) {
    throw new PictureError(
      `${file} is blank: nothing stands out from its edge by more than ` +
        `${Math.round(100 * Math.max(0, contrast))} %; give a picture of one digit.`,
    );
  }
  const ink = light.map((value) => Math.max(0, sign * (value - ground) - noise) / contrast);
  const clean = { width, height, ink };
  const box = boxOf(clean);
  if (isMnist(clean, box)) return sign > 0 && ground === 0 ? light : clean.ink;
  return centred(scaled(clean, box));
}

/** The lights of a picture, on the ground that shows through where it is transparent. */
function overGround({ width, height, light, opacity }: GreyPicture): Float32Array<ArrayBuffer> {
  if (opacity === undefined) return Float32Array.from(light);
  const opaque = borderOf(opacity, width, height);
  const weighted = light.map((value, at) => value * (opacity[at] ?? NaN));
  // An edge that one can see shows the ground; behind one that one cannot is what the digit stands out from.
  const isVisible = sum(opaque) >= opaque.length / 2;
  const behind = isVisible
    ? sum(borderOf(weighted, width, height)) / sum(opaque)
    : sum(weighted) < sum(opacity) / 2
    ? 1
    : 0;
  return Float32Array.from(weighted, (value, at) => value + behind * (1 - (opacity[at] ?? NaN)));
}

function sum(values: Float32Array): number {
  return values.reduce((total, value) => total + value, 0);
}

function rangeOf(values: Float32Array) {
  let [sum, least, most] = [0, Infinity, -Infinity];
  for (const value of values) {
    sum += value;
    if (value < least) least = value;
    if (value > most) most = value;
  }
  return { mean: sum / values.length, least, most };
}

/** The values of the outermost pixels; those in corners may count twice. */
function borderOf(values: Float32Array, width: number, height: number): Float32Array {
  const border = new Float32Array(2 * width + 2 * height);
  border.set(values.subarray(0, width));
  border.set(values.subarray((height - 1) * width), width);
  for (let y = 0; y < height; y++) {
    border[2 * width + 2 * y] = values[y * width] ?? NaN;
    border[2 * width + 2 * y + 1] = values[(y + 1) * width - 1] ?? NaN;
  }
  return border;
}

function median(values: Float32Array): number {
  return values.toSorted()[values.length >> 1] ?? NaN;
}

/** The smallest box around all ink that is not faint. */
function boxOf({ width, ink }: Ink): Box {
  let [left, top, right, bottom] = [Infinity, Infinity, -1, -1];
  ink.forEach((value, at) => {
    if (value < FAINTEST_INK) return;
    const [x, y] = [at % width, Math.floor(at / width)];
    [left, right] = [Math.min(left, x), Math.max(right, x)];
    [top, bottom] = [Math.min(top, y), Math.max(bottom, y)];
  });
  return { left, top, width: right - left + 1, height: bottom - top + 1 };
}

/** Whether a digit has MNIST's size and place already. */
function isMnist({ width, height, ink }: Ink, box: Box): boolean {
  if (width !== SIDE || height !== SIDE) return false;
  const isAsLarge = Math.abs(Math.max(box.width, box.height) - DIGIT_SIDE) <= 4;
  return isAsLarge &&
    centreOfMass(ink, width).every((each) => Math.abs(each - LEAST_CENTRE - 0.5) <= 1);
}

/** Column and row, counted in whole pixels from 0. */
function centreOfMass(ink: Float32Array, width: number): readonly [number, number] {
  let [mass, x, y] = [0, 0, 0];
  ink.forEach((value, at) => {
    mass += value;
    x += value * (at % width);
    y += value * Math.floor(at / width);
  });
  return [x / mass, y / mass];
}

/** A box of a picture, its longer side scaled to that of a digit; the darkest ink becomes 1 again. */
function scaled({ width, ink }: Ink, box: Box): Ink {
  const scale = DIGIT_SIDE / Math.max(box.width, box.height);
  const to = (side: number) => Math.max(1, Math.round(side * scale));
  const size = { width: to(box.width), height: to(box.height) };
  const columns = sharesOf(box.width, size.width);
  const rows = sharesOf(box.height, size.height);
  const result = new Float32Array(size.width * size.height);
  rows.forEach((row, y) =>
    columns.forEach((column, x) => {
      let value = 0;
      for (const [fromY, height] of row) {
        for (const [fromX, share] of column) {
          value += height * share * (ink[(box.top + fromY) * width + box.left + fromX] ?? NaN);
        }
      }
      result[y * size.width + x] = value;
    })
  );
  const most = result.reduce((largest, value) => Math.max(largest, value), 0);
  return { ...size, ink: result.map((value) => value / most) };
}

/**
 * Of which pixels each pixel of a scaled row is made, and by which shares, whose sum is 1: where it shrinks, of
 * those that it covers, by how much of them; where it grows, of the two whose centres are nearest.
 */
function sharesOf(from: number, to: number): readonly (readonly (readonly [number, number])[])[] {
  const step = from / to;
  return Array.from({ length: to }, (_, at) => {
    const reach = Math.max(step, 1) / 2;
    const centre = (at + 0.5) * step;
    const [begin, end] = [Math.max(0, centre - reach), Math.min(from, centre + reach)];
    const first = Math.floor(begin);
    return Array.from({ length: Math.ceil(end) - first }, (_, offset) => {
      const pixel = first + offset;
      const covered = Math.min(end, pixel + 1) - Math.max(begin, pixel);
      return [pixel, covered / (end - begin)] as const;
    });
  });
}

/** A digit in the middle of black, by its centre of mass, as far as all of it stays inside. */
function centred({ width, height, ink }: Ink): Float32Array<ArrayBuffer> {
  const [x, y] = centreOfMass(ink, width);
  const inside = (at: number, size: number) => Math.min(Math.max(0, at), SIDE - size);
  const left = inside(Math.ceil(LEAST_CENTRE - x), width);
  const top = inside(Math.ceil(LEAST_CENTRE - y), height);
  const pixels = new Float32Array(SIDE * SIDE);
  for (let row = 0; row < height; row++) {
    pixels.set(ink.subarray(row * width, (row + 1) * width), (top + row) * SIDE + left);
  }
  return pixels;
}
