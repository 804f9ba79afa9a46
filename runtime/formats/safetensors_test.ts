import assert from "node:assert/strict";
import fc from "fast-check";
import {
  arrayOf,
  arrays,
  assertSameArray,
  changedBytes,
  decodedOrRefused,
  DTYPES,
  truncations,
} from "../testing/array_files.ts";
import type { NamedArray } from "./named_array.ts";
import { decodeSafetensors, encodeSafetensors } from "./safetensors.ts";

/** A file with this header, padded or not, and so many bytes of elements. */
function fileWith(header: string | object, elements: number | Uint8Array = 0): Uint8Array {
  const text = typeof header === "string" ? header : JSON.stringify(header);
  const json = new TextEncoder().encode(text);
  const data = typeof elements === "number" ? new Uint8Array(elements) : elements;
  const file = new Uint8Array(8 + json.length + data.length);
  new DataView(file.buffer).setBigUint64(0, BigInt(json.length), true);
  file.set(json, 8);
  file.set(data, 8 + json.length);
  return file;
}

/** A file of one tensor `t`. */
const fileOf = (dtype: string, shape: readonly number[], elements: Uint8Array): Uint8Array =>
  fileWith({ t: { dtype, shape, data_offsets: [0, elements.length] } }, elements);

const bytesOf = (data: ArrayBufferView): Uint8Array => new Uint8Array(data.buffer as ArrayBuffer);

const names = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.constantFrom("l1.W", "10", "2", "__proto__", "constructor", 'a"b', "ü", "\n", ""),
).filter((name) => name !== "__metadata__");

Deno.test("arrays of all dtypes and shapes come back with their bits, names, order and metadata", () => {
  const files = fc.tuple(
    fc.uniqueArray(fc.tuple(names, arrays), { selector: ([name]) => name, maxLength: 6 }),
    fc.dictionary(names, fc.string({ unit: "binary" }), { noNullPrototype: true }),
  );
  fc.assert(fc.property(files, ([entries, metadata]) => {
    const bytes = encodeSafetensors(new Map(entries), metadata);
    const back = decodeSafetensors(bytes, "f");
    assert.deepEqual([...back.arrays.keys()], entries.map(([name]) => name));
    for (const [name, array] of entries) assertSameArray(back.arrays.get(name), array);
    assert.deepEqual(back.metadata, metadata);
    // Elements begin where every dtype is aligned.
    assert.equal((8 + Number(new DataView(bytes.buffer).getBigUint64(0, true))) % 8, 0);
  }));
});

Deno.test("what is read does not share memory with the file", () => {
  const bytes = encodeSafetensors(new Map([["t", arrayOf("f32", [3], 5)]]));
  const { arrays: read } = decodeSafetensors(bytes, "f");
  bytes.fill(0);
  assertSameArray(read.get("t"), arrayOf("f32", [3], 5));
});

Deno.test("other kinds of elements become the dtype that holds them", () => {
  const cases: readonly (readonly [string, Uint8Array, NamedArray["data"]])[] = [
    ["F64", bytesOf(Float64Array.of(0.1, -Infinity, NaN)), Float32Array.of(0.1, -Infinity, NaN)],
    ["BF16", bytesOf(Uint16Array.of(0x3fc0, 0xff80, 0x8000)), Float32Array.of(1.5, -Infinity, -0)],
    ["BOOL", Uint8Array.of(0, 1, 1), Uint8Array.of(0, 1, 1)],
    ["I8", bytesOf(Int8Array.of(-128, 0, 127)), Int32Array.of(-128, 0, 127)],
    ["I16", bytesOf(Int16Array.of(-32768, 0, 9)), Int32Array.of(-32768, 0, 9)],
    ["U16", bytesOf(Uint16Array.of(65535, 0, 9)), Uint32Array.of(65535, 0, 9)],
    ["I64", bytesOf(BigInt64Array.of(-(2n ** 31n), 0n, 7n)), Int32Array.of(-(2 ** 31), 0, 7)],
    ["U64", bytesOf(BigUint64Array.of(2n ** 32n - 1n, 0n, 7n)), Uint32Array.of(2 ** 32 - 1, 0, 7)],
  ];
  for (const [dtype, elements, wanted] of cases) {
    assert.deepEqual(
      decodeSafetensors(fileOf(dtype, [3], elements), "f").arrays.get("t")?.data,
      wanted,
    );
  }
});

Deno.test("elements that the dtype cannot hold are refused with their value and place", () => {
  const cases = [
    ["F64", Float64Array.of(1, 1e39), "1e+39 at element 1, which does not fit f32"],
    ["I64", BigInt64Array.of(0n, 2n ** 31n), "2147483648 at element 1, which does not fit i32"],
    ["U64", BigUint64Array.of(2n ** 53n + 1n, 0n), "9007199254740993 at element 0, which does"],
    ["BOOL", Uint8Array.of(1, 2), "2 at element 1, which is neither 0 nor 1"],
  ] as const;
  for (const [dtype, elements, message] of cases) {
    const file = fileOf(dtype, [2], bytesOf(elements));
    assert.throws(
      () => decodeSafetensors(file, "w"),
      new RegExp(`^FormatError: w cannot be read: tensor "t" has ${message.replace("+", "\\+")}`),
    );
  }
});

Deno.test("headers that tell no arrays are refused with what is wrong", () => {
  const t = { dtype: "F32", shape: [2], data_offsets: [0, 8] };
  const cases: readonly (readonly [Uint8Array, string])[] = [
    [fileWith("{"), "its header, from byte 8 on, is not JSON: "],
    [fileWith("[]"), "its header is not a JSON object."],
    [fileWith({ t: 3 }), 'tensor "t" is described by no JSON object.'],
    [fileWith({ t: { ...t, shape: [-2] } }, 8), 'tensor "t" has the shape [-2], which is no list'],
    [fileWith({ t: { ...t, shape: [3] } }, 8), "8 bytes (62 to 70), but [3] of f32 takes 12."],
    [fileWith({ t: { ...t, shape: [2 ** 52, 2 ** 52] } }, 8), "of f32 takes"],
    [fileWith({ t: { ...t, data_offsets: [0] } }, 8), "are not two whole numbers from 0."],
    [fileWith({ t: { ...t, data_offsets: [8, 0] } }, 8), "begins at byte 70 and ends at byte 62."],
    [fileWith({ t }, 9), 'tensor "t" ends at byte 70 as the last part, but the file has 71 bytes.'],
    [fileWith({ t }, 7), 'tensor "t" ends at byte 70, but the file has 69 bytes.'],
    [fileWith({ t, u: t }, 8), 'tensor "u" begins at byte 115, where tensor "t" ends at byte 123.'],
    [
      fileWith({ t, u: { ...t, data_offsets: [9, 17] } }, 17),
      'tensor "u" begins at byte 125, but tensor "t" ends at byte 124.',
    ],
    [fileWith(`{"t":1,"t":2}`), `its header names "t" twice.`],
    [fileWith(`{"t":{"a":1,"a":2}}`), `its header gives "a" twice in "t".`],
    [fileWith({ __metadata__: { a: 1 } }), `its __metadata__ has 1 for "a", which is no string.`],
    [fileWith({ __metadata__: [] }), "its __metadata__ is no JSON object."],
  ];
  for (const [file, message] of cases) {
    assert.throws(() => decodeSafetensors(file, "w"), ({ name, message: found }: Error) => {
      assert.equal(name, "FormatError");
      assert.ok(found.startsWith("w is damaged: ") && found.includes(message), found);
      return true;
    });
  }
  const complex = fileWith({ t: { ...t, dtype: "C64" } }, 8);
  assert.throws(() => decodeSafetensors(complex, "w"), /"t" has the dtype "C64", but only F32, /);
});

Deno.test("arrays that are none, and the format's own name, are not written", () => {
  const write = (name: string, array: NamedArray) => () =>
    encodeSafetensors(new Map([[name, array]]));
  const data = new Float32Array(6);
  assert.throws(
    write("W", { dtype: "f32", shape: [7], data }),
    /^RangeError: Cannot write array "W": got 6 elements, but its shape \[7\] has 7;/,
  );
  assert.throws(write("W", { dtype: "f32", shape: [-2, -3], data }), /\[-2, -3\] is no shape/);
  assert.throws(
    write("W", { dtype: "u32", shape: [6], data }),
    /^TypeError: Cannot write array "W": its dtype is u32, but its data is a Float32Array;/,
  );
  assert.throws(write("__metadata__", { dtype: "f32", shape: [6], data }), /choose another$/);
});

const small = encodeSafetensors(
  new Map(DTYPES.map((dtype, i) => [dtype, arrayOf(dtype, [i, 2].slice(0, i), i)])),
  { k: "v" },
);

Deno.test("no beginning of a file is read", () => {
  for (const part of truncations(small)) {
    assert.equal(decodedOrRefused(decodeSafetensors, part), undefined);
  }
});

Deno.test("a changed byte of length or header is refused, or changes words but no sizes", () => {
  const elementsAt = 8 + Number(new DataView(small.buffer).getBigUint64(0, true));
  const sizesOf = (bytes: Uint8Array): readonly number[] | undefined => {
    const found = decodedOrRefused(decodeSafetensors, bytes);
    if (found === undefined) return undefined;
    return [...found.arrays.values()].map(({ shape }) => shape.reduce((a, b) => a * b, 1));
  };
  const wanted = sizesOf(small);
  let read = 0;
  for (const damaged of changedBytes(small, 0, elementsAt)) {
    const sizes = sizesOf(damaged);
    if (sizes === undefined) continue;
    assert.deepEqual(sizes, wanted);
    read++;
  }
  assert.ok(read > 100); // Names and metadata are free.
});
