/** Reads PNG files as grey pictures. @module */
import { Buffer } from "node:buffer";
import { inflateSync } from "node:zlib";
// @ts-types="@types/pngjs"
import { PNG } from "pngjs";
import { crc32 } from "../../runtime/formats/crc32.ts";
import { counted, messageOf } from "../../runtime/wording.ts";
import { type GreyPicture, PictureError } from "./grey_picture.ts";

/** Pixels of the largest picture that is read: of 5792 × 5792, or what it takes 128 MiB to unpack. */
const MOST_PIXELS = 2 ** 25;

const SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
/** A PNG is a list of parts: the length of the data and a name, the data, and a checksum of name and data. */
const [CHUNK_HEAD_BYTES, CHECKSUM_BYTES] = [8, 4];
/** Numbers of a pixel, by the colour type: grey, RGB, place in a palette, grey and opacity, RGB and opacity. */
const CHANNELS: Readonly<Record<number, number>> = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 };

/** What somebody may have taken for a PNG, by its first bytes. */
const OTHER_FORMATS: readonly (readonly [string, RegExp])[] = [
  ["a JPEG", /^\xff\xd8\xff/],
  ["a GIF", /^GIF8/],
  ["a WebP picture", /^RIFF.{4}WEBP/s],
  ["a BMP picture", /^BM/],
  ["a TIFF picture", /^(II\*\0|MM\0\*)/],
  ["a HEIF or AVIF picture", /^.{4}ftyp(hei|mif|avi)/s],
  ["a PDF document", /^%PDF/],
  ["an SVG picture", /^\s*(<\?xml[^>]*>\s*)?(<!--.*?-->\s*)*<svg/s],
];

/**
 * Reads a PNG of any colour type and any depth, interlaced or not. Colours become grey as eyes weigh them
 * (ITU-R BT.601); 16 bits are rounded to 8.
 *
 * @param file what it goes by in messages, e.g. its path
 * @throws {PictureError} if it is no PNG, is damaged, or is too large
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * const base64 =
 *   "iVBORw0KGgoAAAANSUhEUgAAAAIAAAABAQAAAADcWUInAAAACklEQVR4nGNwAAAAQgBBKTf07wAAAABJRU5ErkJggg==";
 * const { width, height, light } = decodePng(Uint8Array.fromBase64(base64), "dots.png");
 * assert.deepEqual([width, height, ...light], [2, 1, 0, 1]);
 * assert.throws(() => decodePng(new Uint8Array(), "none.png"), /^PictureError: none\.png is empty/);
 * ```
 */
export function decodePng(bytes: Uint8Array, file: string): GreyPicture {
  requireSignature(bytes, file);
  requireSize(partsOf(bytes, file), file);
  const { width, height, data } = unpacked(bytes, file);
  const light = new Float32Array(width * height);
  const opacity = new Float32Array(width * height);
  for (let at = 0; at < light.length; at++) {
    const value = (channel: number) => data[4 * at + channel] ?? NaN;
    light[at] = (299 * value(0) + 587 * value(1) + 114 * value(2)) / 255_000;
    opacity[at] = value(3) / 255;
  }
  return { width, height, light, ...(opacity.every((each) => each === 1) ? {} : { opacity }) };
}

function requireSignature(bytes: Uint8Array, file: string): void {
  if (SIGNATURE.every((byte, at) => bytes[at] === byte)) return;
  if (bytes.length === 0) throw new PictureError(`${file} is empty; give a PNG.`);
  const start = String.fromCharCode(...bytes.subarray(0, 200));
  const [other] = OTHER_FORMATS.find(([, sign]) => sign.test(start)) ?? [];
  const found = other ??
    `it begins with the bytes ${
      Array.from(bytes.subarray(0, 8), (byte) => byte.toString(16).padStart(2, "0")).join(" ")
    }`;
  throw new PictureError(
    other === undefined
      ? `${file} is no PNG: ${found}; give a PNG.`
      : `${file} is ${found}; save it as a PNG.`,
  );
}

/** What a PNG says before its pixels are unpacked. */
interface Parts {
  readonly width: number;
  readonly height: number;
  /** Bits of a pixel. */
  readonly bits: number;
  readonly isInterlaced: boolean;
  /** Its pixels, packed. */
  readonly packed: readonly Uint8Array[];
}

/**
 * Refuses a file that is cut off or was changed on its way, and tells where; pngjs looks at checksums, too, but
 * takes the last of several sizes, and does not miss pixels that are not there.
 */
function partsOf(bytes: Uint8Array, file: string): Parts {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const header = SIGNATURE.length + CHUNK_HEAD_BYTES;
  const packed: Uint8Array[] = [];
  let at = SIGNATURE.length;
  for (let name = ""; name !== "IEND";) {
    const data = at + CHUNK_HEAD_BYTES;
    const end = data <= bytes.length ? data + view.getUint32(at) : Infinity;
    if (end + CHECKSUM_BYTES > bytes.length) {
      throw damaged(file, `it is cut off after ${counted(bytes.length, "byte")}`);
    }
    name = String.fromCharCode(...bytes.subarray(data - 4, data));
    if (crc32(bytes.subarray(data - 4, end)) !== view.getUint32(end)) {
      throw damaged(file, `the checksum of its part ${name} at byte ${at} is wrong`);
    }
    if ((name === "IHDR") !== (data === header) || name === "IHDR" && end - data !== 13) {
      throw damaged(file, `it does not begin with its size, or has another one at byte ${at}`);
    }
    if (name === "IDAT") packed.push(bytes.subarray(data, end));
    at = end + CHECKSUM_BYTES;
  }
  return {
    width: view.getUint32(header),
    height: view.getUint32(header + 4),
    bits: view.getUint8(header + 8) * (CHANNELS[view.getUint8(header + 9)] ?? 0),
    isInterlaced: view.getUint8(header + 12) !== 0,
    packed,
  };
}

/** A small file can claim a size that fills all memory, or hold more or fewer pixels than it claims. */
function requireSize({ width, height, bits, isInterlaced, packed }: Parts, file: string): void {
  if (width * height > MOST_PIXELS) {
    throw new PictureError(
      `${file} is ${width} × ${height} pixels; give a picture of at most ${MOST_PIXELS} in all.`,
    );
  }
  if (width * height === 0) throw damaged(file, `its size is ${width} × ${height} pixels`);
  const wanted = height * (1 + Math.ceil(width * bits / 8)); // Before each row comes the number of its filter.
  // Interlaced, each pixel is in one of seven pictures, whose rows are shorter: pngjs misses what they lack.
  const [least, most] = isInterlaced ? [0, 3 * wanted + 64] : [wanted, wanted];
  const found = inflatedBytes(packed, most);
  if (found < least) {
    throw damaged(file, `it does not hold the ${width} × ${height} pixels that it claims`);
  }
}

/** How many bytes a packed stream holds; -1 if it is damaged, cut off or holds more than `most`. */
function inflatedBytes(packed: readonly Uint8Array[], most: number): number {
  try {
    return inflateSync(Buffer.concat(packed), { maxOutputLength: most }).length;
  } catch {
    return -1;
  }
}

/** Four bytes a pixel: red, green, blue and opacity. */
function unpacked(bytes: Uint8Array, file: string): Pick<PNG, "width" | "height" | "data"> {
  try {
    return PNG.sync.read(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length));
  } catch (error) {
    throw damaged(file, `its pixels cannot be unpacked (${messageOf(error)})`);
  }
}

function damaged(file: string, why: string): PictureError {
  return new PictureError(`${file} is damaged: ${why}; save it anew as a PNG.`);
}
