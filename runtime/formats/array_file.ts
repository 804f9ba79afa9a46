/**
 * Files of arrays in any format that is known.
 *
 * @module
 */
import { FormatError } from "./format_error.ts";
import type { NamedArrays } from "./named_array.ts";
import { decodeNpy, NPY_MAGIC } from "./npy.ts";
import { decodeNpz } from "./npz.ts";
import { decodeSafetensors, type Safetensors } from "./safetensors.ts";

/** A format, and how its files are told from others. */
interface ArrayFormat {
  /** What some of its bytes are. */
  readonly signs: readonly { readonly at: number; readonly bytes: readonly number[] }[];
  decode(bytes: Uint8Array, file: string): Safetensors;
}

/** The first of these whose sign a file has is its format. */
const FORMATS: readonly ArrayFormat[] = [
  {
    // An archive's first entry; the end of its directory, where there is no entry. Two bytes are too few: a
    // safetensors file with a header of 19280 bytes begins with PK.
    signs: [{ at: 0, bytes: [0x50, 0x4b, 3, 4] }, { at: 0, bytes: [0x50, 0x4b, 5, 6] }],
    decode: (bytes, file) => withoutWords(decodeNpz(bytes, file)),
  },
  {
    signs: [{ at: 0, bytes: NPY_MAGIC }],
    decode: (bytes, file) => withoutWords(new Map([[stemOf(file), decodeNpy(bytes, file)]])),
  },
  {
    signs: [{ at: 8, bytes: [0x7b] }], // The brace that a header begins with.
    decode: decodeSafetensors,
  },
];

/**
 * The arrays of an NPZ, NPY or safetensors file; its content decides which it is, never its name. The array of
 * an NPY file goes by the file's name without folder and ending.
 *
 * @param file the file's path
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { encodeNpy } from "./npy.ts";
 * const rate = { dtype: "f32", shape: [], data: Float32Array.of(0.5) } as const;
 * const arrays = decodeArrays(encodeNpy(rate), "settings/rate.npy");
 * assert.deepEqual([...arrays], [["rate", rate]]);
 * ```
 *
 * @throws {FormatError} if the file is of no such format, damaged, or holds what cannot be read
 */
export function decodeArrays(bytes: Uint8Array, file: string): NamedArrays {
  return decodeArrayFile(bytes, file).arrays;
}

/**
 * The arrays of an NPZ, NPY or safetensors file as {@linkcode decodeArrays} gives them, and its metadata, which
 * only safetensors files have.
 *
 * @param file the file's path
 * @throws {FormatError} if the file is of no such format, damaged, or holds what cannot be read
 */
export function decodeArrayFile(bytes: Uint8Array, file: string): Safetensors {
  const format = FORMATS.find(({ signs }) =>
    signs.some((sign) => sign.bytes.every((byte, index) => bytes[sign.at + index] === byte))
  );
  if (format !== undefined) return format.decode(bytes, file);
  const first = Array.from(bytes.subarray(0, 9), (byte) => byte.toString(16).padStart(2, "0"));
  throw new FormatError(
    `${file} is no file of arrays: it ${
      first.length === 0 ? "is empty" : `begins with the bytes ${first.join(" ")}`
    }; give a safetensors, NPZ or NPY file.`,
  );
}

function withoutWords(arrays: NamedArrays): Safetensors {
  return { arrays, metadata: {} };
}

/** A file's name without folder and ending. */
function stemOf(file: string): string {
  const name = file.split(/[\\/]/).at(-1) ?? file;
  return name.replace(/(.)\.[^.]*$/, "$1");
}
