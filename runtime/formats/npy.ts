/**
 * NPY, NumPy's file of one array: a magic string, a version, the length of a header, the header as a literal of
 * Python, which tells dtype, order and shape, and the elements.
 *
 * @module
 */
import type { Dtype } from "../spec.ts";
import { isCount } from "../module_layout.ts";
import { counted } from "../wording.ts";
import { ELEMENT_KINDS, type ElementKindName, elementsOf } from "./element_kinds.ts";
import { FormatError } from "./format_error.ts";
import type { NamedArray } from "./named_array.ts";
import { arrayBytes, elementCount, shapeText } from "./shapes.ts";

/** The first bytes of every NPY file: `\x93NUMPY`. */
export const NPY_MAGIC: readonly number[] = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59];

/** The header is padded so that the elements begin at a multiple of this. */
const ALIGNMENT = 64;

/** The kinds of elements by the names that NumPy gives them, without their order of bytes. */
const KINDS: ReadonlyMap<string, ElementKindName> = new Map([
  ["f4", "f32"],
  ["f2", "f16"],
  ["u4", "u32"],
  ["i4", "i32"],
  ["u1", "u8"],
  ["f8", "f64"],
  ["i8", "i64"],
  ["u8", "u64"],
  ["i2", "i16"],
  ["u2", "u16"],
  ["i1", "i8"],
  ["b1", "bool"],
]);

/** How each dtype is written. */
const DESCRIPTIONS: Readonly<Record<Dtype, string>> = {
  f32: "<f4",
  f16: "<f2",
  u32: "<u4",
  i32: "<i4",
  u8: "|u1",
};

/** What a header tells. */
interface Header {
  readonly kind: ElementKindName;
  readonly isBigEndian: boolean;
  readonly isFortranOrder: boolean;
  readonly shape: readonly number[];
}

/** Throws the error about a file: how it is, e.g. `is damaged`, and why. */
type Refuse = (state: string, why: string) => never;

/**
 * An array as an NPY file of version 1, in C order.
 *
 * @param what names it in messages, e.g. `array "l1.W"`
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * const steps = { dtype: "u32", shape: [3], data: Uint32Array.of(1, 2, 3) } as const;
 * assert.deepEqual(decodeNpy(encodeNpy(steps), "steps.npy"), steps);
 * ```
 *
 * @throws {TypeError} if the data do not go with the dtype
 * @throws {RangeError} if the data do not go with the shape, or the shape has too many axes for a header
 */
export function encodeNpy(array: NamedArray, what = "array"): Uint8Array<ArrayBuffer> {
  const data = arrayBytes(array, what);
  const { dtype, shape } = array;
  const sizes = shape.length === 1 ? `${shape[0]},` : shape.join(", ");
  const literal = `{'descr': '${
    DESCRIPTIONS[dtype]
  }', 'fortran_order': False, 'shape': (${sizes}), }`;
  const prefix = NPY_MAGIC.length + 4; // Two bytes of version and two of the header's length.
  const begin = Math.ceil((prefix + literal.length + 1) / ALIGNMENT) * ALIGNMENT;
  if (begin - prefix > 0xffff) {
    throw new RangeError(
      `Cannot write ${what}: ${shape.length} axes are too many for an NPY file; give it fewer`,
    );
  }
  const file = new Uint8Array(begin + data.length);
  file.set([...NPY_MAGIC, 1, 0]);
  new DataView(file.buffer).setUint16(prefix - 2, begin - prefix, true);
  file.set(new TextEncoder().encode(`${literal.padEnd(begin - prefix - 1)}\n`), prefix);
  file.set(data, begin);
  return file;
}

/**
 * The array of an NPY file of version 1, 2 or 3, in C order whatever its order in the file. Float64 is rounded
 * to f32, bool becomes u8, whole numbers i32 or u32 by their sign; see {@linkcode encodeNpy} for an example.
 *
 * @param file what it goes by in messages, e.g. its path
 * @throws {FormatError} if the file is damaged, holds elements of another kind, or a number does not fit
 */
export function decodeNpy(bytes: Uint8Array, file: string): NamedArray {
  const refuse: Refuse = (state, why) => {
    throw new FormatError(`${file} ${state}: ${why}.`);
  };
  const { text, end } = headerOf(bytes, refuse);
  const { kind, isBigEndian, isFortranOrder, shape } = parsedHeader(text, refuse);
  const size = ELEMENT_KINDS[kind].bytes;
  const wanted = elementCount(shape) * size;
  if (bytes.length - end !== wanted) {
    refuse(
      "is damaged",
      `its elements have ${counted(bytes.length - end, "byte")} (${end} to ${bytes.length}), but ` +
        `${shapeText(shape)} of ${kind} takes ${wanted}`,
    );
  }
  let elements = bytes.subarray(end);
  if (isBigEndian) elements = withBytesReversed(elements, size);
  if (isFortranOrder) elements = inCOrder(elements, size, shape);
  const data = elementsOf(
    kind,
    elements,
    (index, value, reason) =>
      refuse("cannot be read", `it has ${value} at element ${index}, ${reason}`),
  );
  return { dtype: ELEMENT_KINDS[kind].dtype, shape, data };
}

/** The header's text, and the byte after it. */
function headerOf(bytes: Uint8Array, refuse: Refuse): { text: string; end: number } {
  if (NPY_MAGIC.some((byte, at) => bytes[at] !== byte)) {
    refuse("is no NPY file", "it does not begin with \\x93NUMPY");
  }
  const major = bytes[NPY_MAGIC.length];
  if (major !== undefined && (major < 1 || major > 3)) {
    refuse("cannot be read", `it is an NPY file of version ${major}, but only 1 to 3 are known`);
  }
  const begin = NPY_MAGIC.length + 2 + (major === 1 ? 2 : 4);
  if (bytes.length < begin) {
    refuse(
      "is damaged",
      `the length of its header ends at byte ${begin}, but the file has ` +
        counted(bytes.length, "byte"),
    );
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const at = NPY_MAGIC.length + 2;
  const end = begin + (major === 1 ? view.getUint16(at, true) : view.getUint32(at, true));
  if (bytes.length < end) {
    refuse(
      "is damaged",
      `its header ends at byte ${end}, but the file has ${counted(bytes.length, "byte")}`,
    );
  }
  // Names of fields are the only text that need not be ASCII, and arrays with fields are refused.
  return { text: new TextDecoder("latin1").decode(bytes.subarray(begin, end)), end };
}

/** What differs between a literal of Python and JSON, in what headers hold. */
const PYTHON = /'([^'\\]*)'|True|False|(?<=\d)L|[()]|,(?=\s*[)}\]])/g;

/** What each of those becomes; all others, such as a comma at the end, become nothing. */
const JSON_OF: Readonly<Record<string, string>> = {
  True: "true",
  False: "false",
  "(": "[",
  ")": "]",
};

/** A header's literal as a value. */
function parsedLiteral(text: string): unknown {
  try {
    return JSON.parse(
      text.replaceAll(
        PYTHON,
        (token, quoted?: string) =>
          quoted === undefined ? JSON_OF[token] ?? "" : JSON.stringify(quoted),
      ),
    );
  } catch {
    return undefined;
  }
}

/** A literal that is a header's, as far as all dtypes have it in common. */
function isHeader(value: unknown): value is {
  readonly descr: unknown;
  readonly fortran_order: boolean;
  readonly shape: readonly number[];
} {
  return typeof value === "object" && value !== null && "descr" in value &&
    "fortran_order" in value && typeof value.fortran_order === "boolean" &&
    "shape" in value && Array.isArray(value.shape) && value.shape.every(isCount);
}

function parsedHeader(text: string, refuse: Refuse): Header {
  const header = parsedLiteral(text);
  if (!isHeader(header)) {
    return refuse("is damaged", `its header describes no array: ${JSON.stringify(text.trim())}`);
  }
  const { descr, fortran_order: isFortranOrder, shape } = header;
  const dtype = typeof descr === "string" ? descr : JSON.stringify(descr);
  if (/^.?O/.test(dtype)) {
    refuse(
      "cannot be read",
      `it holds Python objects (dtype ${dtype}), which only Python can load; ` +
        `save it with numbers, e.g. after astype("float32")`,
    );
  }
  const [, byteOrder, code = ""] = /^([<>|])(\w+)$/.exec(dtype) ?? [];
  const kind = KINDS.get(code);
  if (kind === undefined || (byteOrder === "|" && ELEMENT_KINDS[kind].bytes > 1)) {
    return refuse(
      "cannot be read",
      `it has the dtype ${dtype}, but only ${[...KINDS.keys()].join(", ")} are known; ` +
        `save it as one of these`,
    );
  }
  return { kind, isBigEndian: byteOrder === ">", isFortranOrder, shape };
}

/** A copy with the bytes of each element the other way round. */
function withBytesReversed(bytes: Uint8Array, size: number): Uint8Array {
  const copy = new Uint8Array(bytes.length);
  for (let at = 0; at < copy.length; at += size) {
    for (let byte = 0; byte < size; byte++) copy[at + byte] = bytes[at + size - 1 - byte] ?? 0;
  }
  return copy;
}

/** A copy of elements whose first axis is contiguous, with the last axis contiguous. */
function inCOrder(bytes: Uint8Array, size: number, shape: readonly number[]): Uint8Array {
  const copy = new Uint8Array(bytes.length);
  let inner = 1; // Elements between neighbours of an axis in the file.
  const strides = shape.map((extent) => (inner *= extent) / extent);
  const index = shape.map(() => 0);
  let from = 0;
  for (let to = 0; to < copy.length; to += size) {
    for (let byte = 0; byte < size; byte++) copy[to + byte] = bytes[from * size + byte] ?? 0;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      const [extent = 0, stride = 0] = [shape[axis], strides[axis]];
      from += stride;
      index[axis] = (index[axis] ?? 0) + 1;
      if (index[axis] !== extent) break;
      index[axis] = 0;
      from -= extent * stride;
    }
  }
  return copy;
}
