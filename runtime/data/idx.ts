/**
 * Reader for IDX, the format of the MNIST files: a magic number, one size per axis (all 32-bit, most
 * significant byte first), then the elements, here bytes. Files may be gzipped.
 *
 * @module
 */
import { type ByteFile, DataError, firstBytes, plainChunks } from "./byte_file.ts";

/** A tensor of bytes in a file. */
export interface IdxTensor {
  /** Sizes, outermost axis first: `[count, rows, columns]` for images, `[count]` for labels. */
  readonly dims: readonly number[];
  /**
   * Elements in row-major order, the product of `dims` of them, read anew each time.
   *
   * @throws {DataError} if the file turns out to be shorter or longer than it says
   */
  elements(): AsyncGenerator<Uint8Array<ArrayBuffer>>;
}

/** What an IDX file holds. */
export type IdxContent = "images" | "labels";

/** Magic numbers: two zero bytes, 8 for "elements are unsigned bytes", the number of axes. */
const MAGIC: Readonly<Record<IdxContent, number>> = { images: 2051, labels: 2049 };

/**
 * Reads the header of an IDX file, plain or gzipped.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 *
 * const bytes = Uint8Array.of(0, 0, 8, 1, 0, 0, 0, 3, 7, 2, 1);
 * const labels = await openIdx({ name: "labels.gz", chunks: () => [bytes] }, "labels");
 * assert.deepEqual(labels.dims, [3]);
 * assert.deepEqual(await Array.fromAsync(labels.elements()), [Uint8Array.of(7, 2, 1)]);
 * ```
 *
 * @throws {DataError} if the magic number is another, or the file is too short for a header
 */
export async function openIdx(file: ByteFile, content: IdxContent): Promise<IdxTensor> {
  const magic = MAGIC[content];
  const rank = magic & 0xff;
  const header = await firstBytes(plainChunks(file), 4 + 4 * rank);
  const view = new DataView(header.buffer, header.byteOffset, header.byteLength);
  if (header.length >= 4 && view.getUint32(0) !== magic) {
    throw new DataError(
      `${file.name} does not hold ${content}: expected magic number ${magic} (${content}), ` +
        `found ${describeMagic(view.getUint32(0))}.`,
    );
  }
  if (header.length < 4 + 4 * rank) {
    throw new DataError(
      `${file.name} is too short: expected a header of ${4 + 4 * rank} bytes, ` +
        `found ${header.length} bytes.`,
    );
  }
  const dims = Array.from({ length: rank }, (_, axis) => view.getUint32(4 + 4 * axis));
  return { dims, elements: () => elementsOf(file, header.length, dims) };
}

/** The pieces of a file after its header; those past the last element are counted, not given. */
async function* elementsOf(
  file: ByteFile,
  headerBytes: number,
  dims: readonly number[],
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  const expected = headerBytes + dims.reduce((product, size) => product * size, 1);
  let found = 0;
  for await (const chunk of plainChunks(file)) {
    const elements = chunk.subarray(Math.max(0, headerBytes - found), expected - found);
    found += chunk.length;
    if (elements.length > 0 && found - chunk.length < expected) yield elements;
  }
  if (found === expected) return;
  throw new DataError(
    `${file.name} is too ${found < expected ? "short" : "long"}: expected ${expected} ` +
      `bytes (a header of ${headerBytes} and ${dims.join(" × ")}), found ${found} bytes.`,
  );
}

function describeMagic(magic: number): string {
  const known = Object.entries(MAGIC).find(([, value]) => value === magic);
  return known === undefined ? `${magic}` : `${magic} (${known[0]})`;
}
