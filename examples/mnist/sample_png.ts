/** Writes PNG files of every kind, for tests. @module */
import { Buffer } from "node:buffer";
import { deflateSync } from "node:zlib";
import { crc32 } from "../../runtime/formats/crc32.ts";

/** How many samples a pixel has, by the colour type: grey, RGB, palette, grey and alpha, RGB and alpha. */
export const CHANNELS: Readonly<Record<number, number>> = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 };

/** A picture as a PNG holds it. */
export interface SamplePicture {
  readonly width: number;
  readonly height: number;
  readonly colourType: number;
  readonly depth: number;
  readonly interlaced?: boolean;
  /** Of all pixels, row by row, each from 0 to 2^depth - 1. */
  readonly samples: ArrayLike<number>;
  /** Red, green, blue of each colour. */
  readonly palette?: readonly number[];
  /** The bytes of the chunk tRNS. */
  readonly transparency?: readonly number[];
}

const WHOLE = [[0, 0, 1, 1]] as const;
/** First column and row, and steps, of each pass. */
const ADAM7 = [
  [0, 0, 8, 8],
  [4, 0, 8, 8],
  [0, 4, 4, 8],
  [2, 0, 4, 4],
  [0, 2, 2, 4],
  [1, 0, 2, 2],
  [0, 1, 1, 2],
] as const;

/** A chunk: length, name, data and checksum. */
export function pngChunk(name: string, data: Uint8Array): Uint8Array {
  const chunk = new Uint8Array(12 + data.length);
  const view = new DataView(chunk.buffer);
  view.setUint32(0, data.length);
  chunk.set(new TextEncoder().encode(name), 4);
  chunk.set(data, 8);
  view.setUint32(8 + data.length, crc32(chunk.subarray(4, 8 + data.length)));
  return chunk;
}

/** The file of a picture, without filters. */
export function encodePng(picture: SamplePicture): Uint8Array<ArrayBuffer> {
  const { width, height, colourType, depth, interlaced = false, palette, transparency } = picture;
  const header = new Uint8Array(13);
  new DataView(header.buffer).setUint32(0, width);
  new DataView(header.buffer).setUint32(4, height);
  header.set([depth, colourType, 0, 0, interlaced ? 1 : 0], 8);
  const rows = (interlaced ? ADAM7 : WHOLE).flatMap((pass) => rowsOf(picture, pass));
  return new Uint8Array(Buffer.concat([
    Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a),
    pngChunk("IHDR", header),
    ...palette ? [pngChunk("PLTE", Uint8Array.from(palette))] : [],
    ...transparency ? [pngChunk("tRNS", Uint8Array.from(transparency))] : [],
    pngChunk("IDAT", deflateSync(Buffer.concat(rows), { level: 1 })),
    pngChunk("IEND", new Uint8Array()),
  ]));
}

/** The rows of one pass, each behind the byte of its filter, its samples in as few bytes as they fit. */
function rowsOf(
  { width, height, colourType, depth, samples }: SamplePicture,
  [left, top, right, down]: readonly [number, number, number, number],
): Uint8Array[] {
  const channels = CHANNELS[colourType] ?? NaN;
  const rows: Uint8Array[] = [];
  if (left >= width) return rows;
  for (let y = top; y < height; y += down) {
    const bits = Math.ceil((width - left) / right) * channels * depth;
    const row = new Uint8Array(1 + Math.ceil(bits / 8));
    let at = 8;
    for (let x = left; x < width; x += right) {
      for (let channel = 0; channel < channels; channel++) {
        const sample = samples[(y * width + x) * channels + channel] ?? NaN;
        if (depth === 8) {
          row[at >> 3] = sample;
          at += depth;
          continue;
        }
        for (let bit = depth - 1; bit >= 0; bit--, at++) {
          row[at >> 3] = (row[at >> 3] ?? NaN) | (sample >> bit & 1) << (7 - at % 8);
        }
      }
    }
    rows.push(row);
  }
  return rows;
}

/** A grey picture of 8 bits. */
export function greyPng(
  width: number,
  height: number,
  light: (x: number, y: number) => number,
): Uint8Array<ArrayBuffer> {
  const samples = Uint8Array.from(
    { length: width * height },
    (_, at) => Math.round(255 * light(at % width, Math.floor(at / width))),
  );
  return encodePng({ width, height, colourType: 0, depth: 8, samples });
}
