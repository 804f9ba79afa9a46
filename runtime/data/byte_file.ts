/**
 * Bytes in pieces, so that a large file is never in memory as a whole.
 *
 * @module
 */

/** Bytes in pieces, in order. A piece is valid until the next one is asked for. */
export type ByteChunks =
  | AsyncIterable<Uint8Array<ArrayBuffer>>
  | Iterable<Uint8Array<ArrayBuffer>>;

/** A file that can be read from its beginning any number of times. */
export interface ByteFile {
  /** What it goes by in messages, e.g. its path. */
  readonly name: string;
  /** Its content. Leaving the loop early closes the file. */
  chunks(): ByteChunks;
}

/** A file's content that cannot be used; the message says which file, what is due and what is there. */
export class DataError extends Error {
  /** What kind of error this is. */
  override readonly name = "DataError";
}

/** The first `count` bytes; fewer if there are no more. */
export async function firstBytes(
  chunks: ByteChunks,
  count: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const first = new Uint8Array(count);
  let filled = 0;
  for await (const chunk of chunks) {
    const part = chunk.subarray(0, count - filled);
    first.set(part, filled);
    filled += part.length;
    if (filled === count) break;
  }
  return first.subarray(0, filled);
}

/**
 * A file's content, decompressed if it is gzipped; its first bytes decide that, never its name.
 *
 * @throws {DataError} if it begins as gzip but cannot be decompressed
 */
export async function* plainChunks(file: ByteFile): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  const [first, second] = await firstBytes(file.chunks(), 2);
  if (first !== 0x1f || second !== 0x8b) return yield* file.chunks();
  try {
    yield* ReadableStream.from(copies(file.chunks())).pipeThrough(new DecompressionStream("gzip"));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new DataError(`${file.name} begins as gzip but cannot be decompressed: ${reason}.`, {
      cause: error,
    });
  }
}

/** A stream keeps pieces that the file's next piece would overwrite. */
async function* copies(chunks: ByteChunks): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  for await (const chunk of chunks) yield chunk.slice();
}
