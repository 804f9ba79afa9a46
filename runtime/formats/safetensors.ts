/**
 * Safetensors: the length of a header (eight bytes, least significant first), the header as JSON, which tells
 * the dtype, the shape and the place of each array, and the elements without gaps.
 *
 * @module
 */
import type { Dtype } from "../spec.ts";
import { counted, messageOf } from "../wording.ts";
import { ELEMENT_KINDS, type ElementKindName, elementsOf } from "./element_kinds.ts";
import { FormatError } from "./format_error.ts";
import { jsonKeys } from "./json_keys.ts";
import type { NamedArray, NamedArrays } from "./named_array.ts";
import { arrayBytes, elementCount, shapeText } from "./shapes.ts";

/** What a safetensors file holds. */
export interface Safetensors {
  /** In the order of the header. */
  readonly arrays: NamedArrays;
  /** Words about the file, such as its format. */
  readonly metadata: Readonly<Record<string, string>>;
}

/** The key of the header that is no array. */
const METADATA = "__metadata__";

/** Bytes of the header's length. */
const PREFIX = 8;

/** The header is padded so that the elements begin at a multiple of this. */
const ALIGNMENT = 8;

/** The kinds of elements by the names they have in these files. */
const KINDS: ReadonlyMap<string, ElementKindName> = new Map([
  ["F32", "f32"],
  ["F16", "f16"],
  ["U32", "u32"],
  ["I32", "i32"],
  ["U8", "u8"],
  ["F64", "f64"],
  ["BF16", "bf16"],
  ["I64", "i64"],
  ["U64", "u64"],
  ["I16", "i16"],
  ["U16", "u16"],
  ["I8", "i8"],
  ["BOOL", "bool"],
]);

/** How each dtype is written. */
const DTYPE_NAMES: Readonly<Record<Dtype, string>> = {
  f32: "F32",
  f16: "F16",
  u32: "U32",
  i32: "I32",
  u8: "U8",
};

/** An array as the header describes it. */
interface Entry {
  readonly name: string;
  readonly kind: ElementKindName;
  readonly shape: readonly number[];
  /** Its first byte in the file. */
  readonly begin: number;
  /** The byte after its last one. */
  readonly end: number;
}

/** Makes the error about a file, from what is wrong with it. */
type Damaged = (what: string) => FormatError;

/**
 * Arrays as a safetensors file, which PyTorch, NumPy and others read with the package `safetensors`.
 *
 * @param metadata words to keep with the arrays
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * const W = { dtype: "f32", shape: [2, 1], data: Float32Array.of(0.5, 2) } as const;
 * const bytes = encodeSafetensors(new Map([["l1.W", W]]), { model: "tiny" });
 * const { arrays, metadata } = decodeSafetensors(bytes, "tiny.safetensors");
 * assert.deepEqual(arrays.get("l1.W"), W);
 * assert.equal(metadata["model"], "tiny");
 * ```
 *
 * @throws {TypeError} if an array's data do not go with its dtype
 * @throws {RangeError} if an array's data do not go with its shape, or it is named `__metadata__`
 */
export function encodeSafetensors(
  arrays: NamedArrays,
  metadata?: Readonly<Record<string, string>>,
): Uint8Array<ArrayBuffer> {
  const fields = metadata === undefined ? [] : [field(METADATA, metadata)];
  const parts: Uint8Array[] = [];
  let end = 0;
  for (const [name, array] of arrays) {
    if (name === METADATA) {
      throw new RangeError(
        `Cannot write array "${METADATA}": the format keeps this name; choose another`,
      );
    }
    const part = arrayBytes(array, `array ${JSON.stringify(name)}`);
    const offsets = [end, end += part.length];
    const { dtype, shape } = array;
    fields.push(field(name, { dtype: DTYPE_NAMES[dtype], shape, data_offsets: offsets }));
    parts.push(part);
  }
  // Joined as text: an object would put names that look like numbers first.
  const json = new TextEncoder().encode(`{${fields.join(",")}}`);
  const length = Math.ceil((PREFIX + json.length) / ALIGNMENT) * ALIGNMENT - PREFIX;
  const file = new Uint8Array(PREFIX + length + end).fill(0x20, PREFIX, PREFIX + length);
  new DataView(file.buffer).setBigUint64(0, BigInt(length), true);
  file.set(json, PREFIX);
  let at = PREFIX + length;
  for (const part of parts) {
    file.set(part, at);
    at += part.length;
  }
  return file;
}

function field(name: string, value: unknown): string {
  return `${JSON.stringify(name)}:${JSON.stringify(value)}`;
}

/**
 * The arrays of a safetensors file, in the order of its header. `F64` is rounded to f32, `BF16` becomes f32,
 * `BOOL` u8, whole numbers i32 or u32 by their sign; see {@linkcode encodeSafetensors} for an example.
 *
 * @param file what it goes by in messages, e.g. its path
 * @throws {FormatError} if the file is damaged, an array is of another dtype, or a number does not fit
 */
export function decodeSafetensors(bytes: Uint8Array, file: string): Safetensors {
  const damaged: Damaged = (what) => new FormatError(`${file} is damaged: ${what}.`);
  const dataBegin = headerEnd(bytes, damaged);
  const text = headerText(bytes.subarray(PREFIX, dataBegin), damaged);
  const header = parsed(text, damaged);
  const entries = namesOf(text, damaged).filter((name) => name !== METADATA)
    .map((name) => entryOf(name, header[name], dataBegin, file));
  entries.forEach((entry) => checkExtent(entry, bytes.length, damaged));
  checkPlaces(entries, dataBegin, bytes.length, damaged);
  const arrays = entries.map((entry) => [entry.name, arrayOf(entry, bytes, file)] as const);
  return { arrays: new Map(arrays), metadata: metadataOf(header, damaged) };
}

/** The byte after the header. */
function headerEnd(bytes: Uint8Array, damaged: Damaged): number {
  if (bytes.length < PREFIX) {
    throw damaged(
      `it has ${counted(bytes.length, "byte")}, but the length of its header takes ${PREFIX}`,
    );
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const end = BigInt(PREFIX) + view.getBigUint64(0, true);
  if (end > BigInt(bytes.length)) {
    throw damaged(
      `its header ends at byte ${end}, but the file has ${counted(bytes.length, "byte")}`,
    );
  }
  return Number(end);
}

function headerText(header: Uint8Array, damaged: Damaged): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(header);
  } catch {
    throw damaged(`its header, bytes ${PREFIX} to ${PREFIX + header.length}, is not UTF-8`);
  }
}

function parsed(text: string, damaged: Damaged): Readonly<Record<string, unknown>> {
  let header: unknown;
  try {
    header = JSON.parse(text);
  } catch (error) {
    throw damaged(`its header, from byte ${PREFIX} on, is not JSON: ${messageOf(error)}`);
  }
  if (!isObject(header)) throw damaged(`its header is not a JSON object`);
  return header;
}

/** The names in a header, in its order; an object would have those first that look like numbers. */
function namesOf(text: string, damaged: Damaged): readonly string[] {
  const names = new Set<string>();
  const fields = new Set<string>();
  let name = "";
  for (const { key, depth } of jsonKeys(text)) {
    if (depth === 1) {
      if (names.has(key)) throw damaged(`its header names ${JSON.stringify(key)} twice`);
      names.add(name = key);
      fields.clear();
    } else if (depth === 2) {
      if (fields.has(key)) {
        throw damaged(
          `its header gives ${JSON.stringify(key)} twice in ${JSON.stringify(name)}`,
        );
      }
      fields.add(key);
    }
  }
  return [...names];
}

function entryOf(name: string, value: unknown, dataBegin: number, file: string): Entry {
  const wrong = (what: string) =>
    new FormatError(`${file} is damaged: tensor ${JSON.stringify(name)} ${what}.`);
  if (!isObject(value)) throw wrong("is described by no JSON object");
  const { dtype, shape, data_offsets: offsets } = value;
  if (typeof dtype !== "string") throw wrong(`has the dtype ${shown(dtype)}, which is no string`);
  if (!isCounts(shape)) {
    throw wrong(`has the shape ${shown(shape)}, which is no list of whole numbers from 0`);
  }
  if (!isCounts(offsets) || offsets.length !== 2) {
    throw wrong(`has the data_offsets ${shown(offsets)}, which are not two whole numbers from 0`);
  }
  const kind = KINDS.get(dtype);
  if (kind === undefined) {
    throw new FormatError(
      `${file} cannot be read: tensor ${JSON.stringify(name)} has the dtype ${shown(dtype)}, but ` +
        `only ${[...KINDS.keys()].join(", ")} are known; save it as one of these.`,
    );
  }
  const [begin = NaN, end = NaN] = offsets;
  return { name, kind, shape, begin: dataBegin + begin, end: dataBegin + end };
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isCounts(value: unknown): value is readonly number[] {
  return Array.isArray(value) && value.every((each) => Number.isSafeInteger(each) && each >= 0);
}

/** A value as the header has it, shortened. */
function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? "none";
  return text.length > 60 ? `${text.slice(0, 59)}…` : text;
}

/** Refuses an array that is outside the file, or whose bytes are not what its shape and dtype take. */
function checkExtent(entry: Entry, fileBytes: number, damaged: Damaged): void {
  const { name, kind, shape, begin, end } = entry;
  const tensor = `tensor ${JSON.stringify(name)}`;
  if (begin > end) throw damaged(`${tensor} begins at byte ${begin} and ends at byte ${end}`);
  if (end > fileBytes) {
    throw damaged(
      `${tensor} ends at byte ${end}, but the file has ${counted(fileBytes, "byte")}`,
    );
  }
  const wanted = elementCount(shape) * ELEMENT_KINDS[kind].bytes;
  if (end - begin !== wanted) {
    throw damaged(
      `${tensor} has ${counted(end - begin, "byte")} (${begin} to ${end}), but ` +
        `${shapeText(shape)} of ${kind} takes ${wanted}`,
    );
  }
}

/** Refuses arrays that overlap, and bytes that belong to none. */
function checkPlaces(
  entries: readonly Entry[],
  dataBegin: number,
  fileBytes: number,
  damaged: Damaged,
): void {
  let filled = dataBegin;
  let before = "the header";
  for (
    const { name, begin, end } of entries.toSorted((a, b) => a.begin - b.begin || a.end - b.end)
  ) {
    const tensor = `tensor ${JSON.stringify(name)}`;
    if (begin !== filled) {
      const how = begin < filled ? "where" : "but";
      throw damaged(`${tensor} begins at byte ${begin}, ${how} ${before} ends at byte ${filled}`);
    }
    [filled, before] = [end, tensor];
  }
  if (filled < fileBytes) {
    throw damaged(
      `${before} ends at byte ${filled} as the last part, but the file has ` +
        counted(fileBytes, "byte"),
    );
  }
}

function arrayOf(
  { name, kind, shape, begin, end }: Entry,
  bytes: Uint8Array,
  file: string,
): NamedArray {
  const data = elementsOf(kind, bytes.subarray(begin, end), (index, value, reason) => {
    throw new FormatError(
      `${file} cannot be read: tensor ${JSON.stringify(name)} has ${value} at element ${index}, ` +
        `${reason}.`,
    );
  });
  return { dtype: ELEMENT_KINDS[kind].dtype, shape, data };
}

function metadataOf(
  header: Readonly<Record<string, unknown>>,
  damaged: Damaged,
): Readonly<Record<string, string>> {
  if (!Object.hasOwn(header, METADATA)) return {};
  const metadata = header[METADATA];
  if (!isObject(metadata)) throw damaged(`its ${METADATA} is no JSON object`);
  const entries = Object.entries(metadata).map(([key, value]) => {
    if (typeof value === "string") return [key, value] as const;
    throw damaged(
      `its ${METADATA} has ${shown(value)} for ${JSON.stringify(key)}, which is no string`,
    );
  });
  return Object.fromEntries(entries);
}
