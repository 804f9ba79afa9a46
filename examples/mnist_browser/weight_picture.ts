/** Colours for numbers on both sides of zero. @module */

/** A colour: red, green and blue from 0 to 255. */
export type Colour = readonly [number, number, number];

/** What the least, zero and the most look like. */
export interface Palette {
  readonly least: Colour;
  readonly zero: Colour;
  readonly most: Colour;
}

/**
 * The number that gets the full colour: larger than all but one in five hundred, so that a few large ones do not
 * make all others pale.
 */
export function scaleOf(values: Float32Array): number {
  const sizes = values.map(Math.abs).sort();
  return sizes[Math.floor((sizes.length - 1) * 0.998)] || 1;
}

/**
 * A grid of pictures as pixels, row by row from the top: red, green, blue and opacity.
 *
 * @param values [pictures, side, side]
 * @param columns pictures side by side
 * @param gap invisible pixels between pictures
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * const palette = { least: [0, 0, 255], zero: [255, 255, 255], most: [255, 0, 0] } as const;
 * const { width, height, pixels } = pictureGrid(Float32Array.of(1, -1), { side: 1, columns: 2, gap: 1 }, palette);
 * assert.deepEqual([width, height], [3, 1]);
 * assert.deepEqual([...pixels], [255, 0, 0, 255, 0, 0, 0, 0, 0, 0, 255, 255]);
 * ```
 */
export function pictureGrid(
  values: Float32Array,
  { side, columns, gap }: {
    readonly side: number;
    readonly columns: number;
    readonly gap: number;
  },
  palette: Palette,
): {
  readonly width: number;
  readonly height: number;
  readonly pixels: Uint8ClampedArray<ArrayBuffer>;
} {
  const area = side * side;
  const count = values.length / area;
  const across = Math.min(columns, count);
  const extent = (pictures: number) => pictures * side + (pictures - 1) * gap;
  const [width, height] = [extent(across), extent(Math.ceil(count / across))];
  const pixels = new Uint8ClampedArray(4 * width * height);
  const scale = scaleOf(values);
  values.forEach((value, at) => {
    const picture = Math.floor(at / area);
    const left = (picture % across) * (side + gap) + at % side;
    const top = Math.floor(picture / across) * (side + gap) + Math.floor(at % area / side);
    const share = Math.min(1, Math.abs(value) / scale);
    const end = value < 0 ? palette.least : palette.most;
    palette.zero.forEach((zero, channel) => {
      pixels[4 * (top * width + left) + channel] = zero + share * ((end[channel] ?? 0) - zero);
    });
    pixels[4 * (top * width + left) + 3] = 255;
  });
  return { width, height, pixels };
}
