/**
 * NPZ, NumPy's file of several arrays: a ZIP archive with an NPY file for each.
 *
 * @module
 */
import { inflateSync, type Zippable, zipSync } from "fflate";
import { counted } from "../wording.ts";
import { crc32 } from "./crc32.ts";
import { FormatError } from "./format_error.ts";
import type { NamedArray, NamedArrays } from "./named_array.ts";
import { decodeNpy, encodeNpy } from "./npy.ts";
import { type Refusal, zipEntries, type ZipEntry } from "./zip_directory.ts";

/** How an archive is written. */
export interface NpzOptions {
  /**
   * Deflates every array, as `np.savez_compressed` does. Weights hardly become smaller and take longer to read
   * and write, so it is left out unless asked for, as with `np.savez`.
   */
  readonly compress?: boolean;
}

/** What is added to a name for the file in the archive. */
const SUFFIX = ".npy";

/** Less than what an archive can note without zip64: files, and 4 GiB with all that is added to the arrays. */
const MOST = { files: 65_000, bytes: 4_000_000_000 } as const;

/** The longest name in bytes, with room for its ending. */
const LONGEST_NAME = 65_000;

/** No stretch of bytes deflates to less than this part of it: 258 bytes to two bits. */
const MOST_DEFLATED = 1032;

/**
 * Arrays as an NPZ file, which `np.load` reads. The same arrays give the same bytes.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * const W = { dtype: "f32", shape: [2, 1], data: Float32Array.of(0.5, 2) } as const;
 * const bytes = encodeNpz(new Map([["l1.W", W]]));
 * assert.deepEqual(decodeNpz(bytes, "tiny.npz").get("l1.W"), W);
 * ```
 *
 * @throws {TypeError} if an array's data do not go with its dtype
 * @throws {RangeError} if an array's data do not go with its shape, or the archive is too large for the format
 */
export function encodeNpz(arrays: NamedArrays, options: NpzOptions = {}): Uint8Array<ArrayBuffer> {
  const files: Zippable = {};
  let bytes = 0;
  for (const [name, array] of arrays) {
    const what = `array ${JSON.stringify(name)}`;
    const nameBytes = new TextEncoder().encode(name).length;
    if (!name.isWellFormed() || nameBytes > LONGEST_NAME) {
      throw new RangeError(`Cannot write ${what}: its name cannot be a file's; choose another`);
    }
    const file = encodeNpy(array, what);
    files[`${name}${SUFFIX}`] = file;
    bytes += file.length + 2 * nameBytes; // Each name stands there twice.
  }
  if (arrays.size > MOST.files || bytes > MOST.bytes) {
    throw new RangeError(
      `Cannot write ${counted(arrays.size, "array")} of ${counted(bytes, "byte")} as NPZ, which ` +
        `holds up to ${MOST.files} arrays and ${MOST.bytes} bytes; write safetensors`,
    );
  }
  // The earliest time that an archive can note, so that no clock is in it.
  return zipSync(files, { level: options.compress === true ? 1 : 0, mtime: new Date(1980, 0, 1) });
}

/**
 * The arrays of an NPZ file, stored or deflated, as {@linkcode decodeNpy} reads each; see
 * {@linkcode encodeNpz} for an example.
 *
 * @param file what it goes by in messages, e.g. its path
 * @throws {FormatError} if the archive or an array in it is damaged or of a kind that cannot be read
 */
export function decodeNpz(bytes: Uint8Array, file: string): NamedArrays {
  const refusal: Refusal = (state, why) => new FormatError(`${file} ${state}: ${why}.`);
  const arrays = new Map<string, NamedArray>();
  for (const entry of zipEntries(bytes, refusal)) {
    const name = entry.name.endsWith(SUFFIX) ? entry.name.slice(0, -SUFFIX.length) : entry.name;
    if (arrays.has(name)) {
      throw refusal("is damaged", `it holds two arrays named ${JSON.stringify(name)}`);
    }
    arrays.set(
      name,
      decodeNpy(unpacked(entry, refusal), `${file} (${JSON.stringify(entry.name)})`),
    );
  }
  return arrays;
}

/** The bytes of a file in an archive, which have the length and the checksum that the archive notes. */
function unpacked(entry: ZipEntry, refusal: Refusal): Uint8Array {
  const { method, isEncrypted, packed, size, checksum } = entry;
  const name = JSON.stringify(entry.name);
  if (isEncrypted) throw refusal("cannot be read", `its file ${name} is encrypted`);
  if (method !== 0 && method !== 8) {
    throw refusal(
      "cannot be read",
      `its file ${name} is packed by method ${method}, but only stored (0) and deflated (8) are known`,
    );
  }
  const bytes = method === 0 ? packed : inflated(entry);
  if (bytes?.length !== size || crc32(bytes) !== checksum) {
    throw refusal("is damaged", `its file ${name} does not unpack to the bytes that were packed`);
  }
  return bytes;
}

/** Nothing where the bytes are no deflated ones. */
function inflated({ packed, size }: ZipEntry): Uint8Array | undefined {
  if (size > packed.length * MOST_DEFLATED) return undefined; // Nor is memory taken for it.
  try {
    return inflateSync(packed, { out: new Uint8Array(size) });
  } catch {
    return undefined;
  }
}
