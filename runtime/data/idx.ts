/**
 * Reader for IDX, the format of the MNIST files: a magic number, one size per axis (all 32-bit, most
 * significant byte first), then the elements, here bytes. Whether a file is compressed is decided by
 * its first bytes, never by its name.
 *
 * @module
 */

/** A file's content that cannot be used; the message says which file, what is due and what is there. */
export class DataError extends Error {
  /** What kind of error this is. */
  override readonly name = "DataError";
}

/** A file in memory and the name it goes by in messages. */
export interface NamedBytes {
  /** E.g. the file's name. */
  readonly name: string;
  /** The whole file. */
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** A tensor of bytes. */
export interface IdxTensor {
  /** Sizes, outermost axis first: `[count, rows, columns]` for images, `[count]` for labels. */
  readonly dims: readonly number[];
  /** Elements, row-major; the product of `dims` of them. */
  readonly data: Uint8Array<ArrayBuffer>;
}

/** What an IDX file holds. */
export type IdxContent = "images" | "labels";

/** Magic numbers: two zero bytes, 8 for "elements are unsigned bytes", the number of axes. */
const MAGIC: Readonly<Record<IdxContent, number>> = { images: 2051, labels: 2049 };

/**
 * Reads an IDX file, plain or gzipped.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 *
 * const bytes = Uint8Array.of(0, 0, 8, 1, 0, 0, 0, 3, 7, 2, 1);
 * const labels = await readIdx({ name: "labels.gz", bytes }, "labels");
 * assert.deepEqual(labels, { dims: [3], data: Uint8Array.of(7, 2, 1) });
 * ```
 *
 * @throws {DataError} if the magic number is another, or the file is shorter or longer than it says
 */
export async function readIdx(file: NamedBytes, content: IdxContent): Promise<IdxTensor> {
  const bytes = isGzip(file.bytes) ? await gunzip(file) : file.bytes;
  const magic = MAGIC[content];
  const headerBytes = 4 + 4 * (magic & 0xff);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length >= 4 && view.getUint32(0) !== magic) {
    throw new DataError(
      `${file.name} does not hold ${content}: expected magic number ${magic} (${content}), ` +
        `found ${describeMagic(view.getUint32(0))}.`,
    );
  }
  if (bytes.length < headerBytes) {
    throw new DataError(
      `${file.name} is too short: expected a header of ${headerBytes} bytes, ` +
        `found ${bytes.length} bytes.`,
    );
  }
  const dims = Array.from({ length: magic & 0xff }, (_, axis) => view.getUint32(4 + 4 * axis));
  const expected = headerBytes + dims.reduce((product, size) => product * size, 1);
  if (bytes.length !== expected) {
    throw new DataError(
      `${file.name} is too ${bytes.length < expected ? "short" : "long"}: expected ${expected} ` +
        `bytes (a header of ${headerBytes} and ${dims.join(" × ")}), found ${bytes.length} bytes.`,
    );
  }
  return { dims, data: bytes.subarray(headerBytes) };
}

function isGzip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b;
}

async function gunzip({ name, bytes }: NamedBytes): Promise<Uint8Array<ArrayBuffer>> {
  const plain = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  try {
    return new Uint8Array(await new Response(plain).arrayBuffer());
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new DataError(`${name} begins as gzip but cannot be decompressed: ${reason}.`, {
      cause: error,
    });
  }
}

function describeMagic(magic: number): string {
  const known = Object.entries(MAGIC).find(([, value]) => value === magic);
  return known === undefined ? `${magic}` : `${magic} (${known[0]})`;
}
