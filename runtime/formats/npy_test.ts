import assert from "node:assert/strict";
import fc from "fast-check";
import {
  arrayOf,
  arrays,
  assertSameArray,
  bitsOf,
  changedBytes,
  decodedOrRefused,
  truncations,
} from "../testing/array_files.ts";
import { decodeNpy, encodeNpy } from "./npy.ts";

/** A file with this header. */
function fileWith(header: string, elements: Uint8Array, version = 1): Uint8Array {
  const length = version === 1 ? 2 : 4;
  const file = new Uint8Array(8 + length + header.length + elements.length);
  file.set([0x93, ...new TextEncoder().encode("NUMPY"), version, 0]);
  file[8] = header.length;
  file.set(new TextEncoder().encode(header), 8 + length);
  file.set(elements, 8 + length + header.length);
  return file;
}

const dictionary = (descr: string, shape: string, isFortran = "False"): string =>
  `{'descr': ${descr}, 'fortran_order': ${isFortran}, 'shape': ${shape}, }\n`;

Deno.test("arrays of all dtypes and shapes come back with their bits", () => {
  fc.assert(fc.property(arrays, (array) => {
    const file = encodeNpy(array);
    assertSameArray(decodeNpy(file, "f"), array);
    assert.equal((file.length - bitsOf(array).length) % 64, 0);
  }));
});

Deno.test("headers of versions 1 to 3, and of Python 2, are read", () => {
  const elements = Uint8Array.of(1, 2, 3, 4, 5, 6);
  for (const version of [1, 2, 3]) {
    const { shape, data } = decodeNpy(
      fileWith(dictionary("'|u1'", "(2, 3)"), elements, version),
      "f",
    );
    assert.deepEqual([shape, data], [[2, 3], elements]);
  }
  assert.deepEqual(decodeNpy(fileWith(dictionary("'|u1'", "(2L, 3L)"), elements), "f").shape, [
    2,
    3,
  ]);
  assert.deepEqual(decodeNpy(fileWith(dictionary("'|u1'", "(6L,)"), elements), "f").shape, [6]);
  assert.throws(
    () => decodeNpy(fileWith(dictionary("'|u1'", "(6,)"), elements, 4), "f"),
    /^FormatError: f cannot be read: it is an NPY file of version 4, but only 1 to 3 are known\.$/,
  );
});

Deno.test("what is no array of numbers is refused with what it is", () => {
  const cases = [
    ["'|O'", "it holds Python objects (dtype |O)"],
    ["'<c8'", "it has the dtype <c8, but only f4, "],
    ["'<U3'", "it has the dtype <U3, but only f4, "],
    ["'|f4'", "it has the dtype |f4, but only f4, "],
    ["'<M8[ns]'", "it has the dtype <M8[ns], but only f4, "],
    ["[('a', '<f4'), ('b', '<i4')]", 'it has the dtype [["a","<f4"],["b","<i4"]], but only f4, '],
  ] as const;
  for (const [descr, message] of cases) {
    const file = fileWith(dictionary(descr, "(1,)"), new Uint8Array(8));
    assert.throws(() => decodeNpy(file, "w.npy"), ({ name, message: found }: Error) => {
      assert.equal(name, "FormatError");
      assert.ok(found.startsWith(`w.npy cannot be read: ${message}`), found);
      return true;
    });
  }
  assert.throws(
    () => decodeNpy(fileWith(dictionary("'<f4'", "(3,)"), new Uint8Array(8)), "w.npy"),
    /^FormatError: w\.npy is damaged: its elements have 8 bytes \(\d+ to \d+\), but \[3\] of f32 takes 12\.$/,
  );
  assert.throws(
    () => decodeNpy(fileWith(dictionary("'<f4'", "(-3,)"), new Uint8Array(8)), "w.npy"),
    /^FormatError: w\.npy is damaged: its header describes no array: "\{'descr'/,
  );
});

Deno.test("more axes than a header holds are not written", () => {
  const shape = new Array<number>(30_000).fill(1);
  assert.throws(
    () => encodeNpy({ dtype: "u8", shape, data: new Uint8Array(1) }, "array W"),
    /^RangeError: Cannot write array W: 30000 axes are too many for an NPY file; give it fewer$/,
  );
});

const small = encodeNpy(arrayOf("i32", [3, 1, 5], 2));

Deno.test("no beginning of a file is read", () => {
  for (const part of truncations(small)) {
    assert.equal(decodedOrRefused(decodeNpy, part), undefined);
  }
});

Deno.test("a changed byte of the header is refused, or there are as many bytes of elements", () => {
  let read = 0;
  for (const damaged of changedBytes(small, 0, 128)) {
    const found = decodedOrRefused(decodeNpy, damaged);
    if (found === undefined) continue;
    const { data, shape } = found;
    assert.equal(data.length, shape.reduce((product, size) => product * size, 1));
    // Four bytes each, or the order of bytes, or the sign: nothing else is told by one byte.
    assert.equal(data.byteLength, 60);
    read++;
  }
  assert.ok(read > 0 && read < 255 * 128 / 2);
});
