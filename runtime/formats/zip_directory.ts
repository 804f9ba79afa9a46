/**
 * The directory at the end of a ZIP archive: where its entries lie, and the checksum of each.
 *
 * @module
 */
import { counted } from "../wording.ts";

/** A file in an archive, still packed. */
export interface ZipEntry {
  readonly name: string;
  /** How it is packed: 0 not at all, 8 deflated. */
  readonly method: number;
  readonly isEncrypted: boolean;
  readonly packed: Uint8Array;
  /** Bytes when unpacked. */
  readonly size: number;
  /** CRC-32 of the unpacked bytes. */
  readonly checksum: number;
}

/** Makes the error about an archive: how it is, e.g. `is damaged`, and why. */
export type Refusal = (state: string, why: string) => Error;

/** What a part of an archive begins with, and its bytes without names and comments. */
const PARTS = {
  end: { signature: 0x06054b50, bytes: 22 },
  directory: { signature: 0x02014b50, bytes: 46 },
  entry: { signature: 0x04034b50, bytes: 30 },
} as const;

/** In place of a number that stands elsewhere because it is too large. */
const ELSEWHERE = { count: 0xffff, bytes: 0xffffffff } as const;

/**
 * The entries of an archive, in the order of its directory.
 *
 * @throws what `refusal` makes, if the directory or a place in it is damaged, or the archive is larger than
 * the plain format allows
 */
export function zipEntries(archive: Uint8Array, refusal: Refusal): readonly ZipEntry[] {
  const view = new DataView(archive.buffer, archive.byteOffset, archive.byteLength);
  const end = endOfDirectory(view, refusal);
  const count = view.getUint16(end + 10, true);
  const begin = view.getUint32(end + 16, true);
  if (count === ELSEWHERE.count || begin === ELSEWHERE.bytes) throw tooLarge(refusal);
  if (begin + view.getUint32(end + 12, true) !== end) {
    throw refusal(
      "is damaged",
      `its directory does not end at byte ${end}, where its end is noted`,
    );
  }
  const entries: ZipEntry[] = [];
  let at = begin;
  for (let index = 0; index < count; index++) {
    const next = recordEnd(view, at, end, refusal);
    entries.push(entryAt(view, at, begin, refusal));
    at = next;
  }
  if (at !== end) {
    throw refusal(
      "is damaged",
      `its directory of ${counted(count, "file")} ends at byte ${at}, but its size says ${end}`,
    );
  }
  return entries;
}

function tooLarge(refusal: Refusal): Error {
  return refusal(
    "cannot be read",
    "it is an archive in zip64, for more than 4 GiB or 65535 arrays; save it as safetensors",
  );
}

/** Where the note of the directory's end begins: before a comment that fills the rest of the archive. */
function endOfDirectory(view: DataView, refusal: Refusal): number {
  const { signature, bytes } = PARTS.end;
  const last = view.byteLength - bytes;
  for (let at = last; at >= Math.max(0, last - 0xffff); at--) {
    if (view.getUint32(at, true) !== signature) continue;
    if (view.getUint16(at + 20, true) === last - at) return at;
  }
  throw refusal(
    "is damaged",
    `it has ${counted(view.byteLength, "byte")} but no directory at its end, as every archive has`,
  );
}

/** The byte after a record of the directory. */
function recordEnd(view: DataView, at: number, end: number, refusal: Refusal): number {
  const { signature, bytes } = PARTS.directory;
  if (at + bytes > end || view.getUint32(at, true) !== signature) {
    throw refusal("is damaged", `at byte ${at} its directory has no entry`);
  }
  const next = at + bytes + view.getUint16(at + 28, true) + view.getUint16(at + 30, true) +
    view.getUint16(at + 32, true);
  if (next <= end) return next;
  throw refusal("is damaged", `the entry at byte ${at} of its directory ends at byte ${next}`);
}

/** The entry that a record of the directory describes. */
function entryAt(view: DataView, at: number, directory: number, refusal: Refusal): ZipEntry {
  const name = textAt(view, at + PARTS.directory.bytes, view.getUint16(at + 28, true), refusal);
  const [packedBytes, size] = [view.getUint32(at + 20, true), view.getUint32(at + 24, true)];
  const header = view.getUint32(at + 42, true);
  if ([packedBytes, size, header].includes(ELSEWHERE.bytes)) throw tooLarge(refusal);
  const { signature, bytes } = PARTS.entry;
  if (header + bytes > directory || view.getUint32(header, true) !== signature) {
    throw refusal("is damaged", `at byte ${header} there is no file ${JSON.stringify(name)}`);
  }
  const begin = header + bytes + view.getUint16(header + 26, true) +
    view.getUint16(header + 28, true);
  if (begin + packedBytes > directory) {
    throw refusal(
      "is damaged",
      `its file ${JSON.stringify(name)} ends at byte ${begin + packedBytes}, but its directory ` +
        `begins at byte ${directory}`,
    );
  }
  return {
    name,
    method: view.getUint16(at + 10, true),
    isEncrypted: (view.getUint16(at + 8, true) & 1) === 1,
    packed: new Uint8Array(view.buffer, view.byteOffset + begin, packedBytes),
    size,
    checksum: view.getUint32(at + 16, true),
  };
}

function textAt(view: DataView, at: number, bytes: number, refusal: Refusal): string {
  try {
    const text = new Uint8Array(view.buffer, view.byteOffset + at, bytes);
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(text);
  } catch {
    throw refusal("is damaged", `the name at byte ${at} of its directory is not UTF-8`);
  }
}
