import assert from "node:assert/strict";
import { zipSync } from "fflate";
import fc from "fast-check";
import {
  arrayOf,
  arrays,
  assertSameArray,
  changedBits,
  decodedOrRefused,
  truncations,
} from "../testing/array_files.ts";
import type { NamedArrays } from "./named_array.ts";
import { encodeNpy } from "./npy.ts";
import { decodeNpz, encodeNpz } from "./npz.ts";

const names = fc.oneof(
  fc.string({ unit: "grapheme" }),
  fc.constantFrom("l1.W", "10", "2", "__proto__", "a/b", "../up", "ü.npy"),
);

function assertSameArrays(got: NamedArrays, wanted: NamedArrays): void {
  assert.deepEqual([...got.keys()], [...wanted.keys()]);
  for (const [name, array] of wanted) assertSameArray(got.get(name), array);
}

Deno.test("arrays of all dtypes and shapes come back with their bits, names and order", () => {
  const entries = fc.uniqueArray(fc.tuple(names, arrays), {
    selector: ([name]) => name,
    maxLength: 6,
  });
  fc.assert(fc.property(entries, fc.boolean(), (files, compress) => {
    const wanted = new Map(files);
    assertSameArrays(decodeNpz(encodeNpz(wanted, { compress }), "f"), wanted);
  }));
});

Deno.test("compressing makes regular arrays smaller, and the same arrays give the same bytes", () => {
  const zeros = new Map(
    [["t", { dtype: "f32", shape: [1000], data: new Float32Array(1000) }]] as const,
  );
  assert.ok(encodeNpz(zeros).length > 4000);
  assert.ok(encodeNpz(zeros, { compress: true }).length < 400);
  assert.deepEqual(encodeNpz(zeros), encodeNpz(zeros));
});

Deno.test("names that are no file's are not written", () => {
  const write = (name: string) => () => encodeNpz(new Map([[name, arrayOf("u8", [1], 0)]]));
  assert.throws(write("\ud800"), /^RangeError: Cannot write array "\\ud800": its name cannot be/);
  assert.throws(write("x".repeat(65_001)), /its name cannot be a file's; choose another$/);
});

const two: NamedArrays = new Map([
  ["a", arrayOf("f16", [2, 3], 1)],
  ["b", arrayOf("u8", [40], 0)],
]);

Deno.test("a file in the archive that is no array is refused by its name", () => {
  const readme = new TextEncoder().encode("read me");
  const archive = zipSync({ "a.npy": encodeNpy(arrayOf("u8", [1], 0)), "readme.txt": readme });
  assert.throws(
    () => decodeNpz(archive, "w.npz"),
    /^FormatError: w\.npz \("readme\.txt"\) is no NPY file: it does not begin with \\x93NUMPY\.$/,
  );
});

Deno.test("two arrays of the same name are refused", () => {
  const npy = encodeNpy(arrayOf("u8", [1], 0));
  assert.throws(
    () => decodeNpz(zipSync({ "a.npy": npy, a: npy }), "w.npz"),
    /^FormatError: w\.npz is damaged: it holds two arrays named "a"\.$/,
  );
});

/** Where in a file an archive's mark of a record stands. */
function placeOf(archive: Uint8Array, mark: number): number {
  const view = new DataView(archive.buffer);
  for (let at = 0;; at++) if (view.getUint32(at, true) === mark) return at;
}

Deno.test("encrypted, unknown and too large archives are refused as such", () => {
  const changed = (mark: number, offset: number, ...bytes: readonly number[]) => {
    const archive = encodeNpz(two);
    archive.set(bytes, placeOf(archive, mark) + offset);
    return () => decodeNpz(archive, "w.npz");
  };
  const [record, end] = [0x02014b50, 0x06054b50];
  assert.throws(
    changed(record, 8, 1),
    /^FormatError: w\.npz cannot be read: its file "a\.npy" is encr/,
  );
  assert.throws(changed(record, 10, 12), /"a\.npy" is packed by method 12, but only stored \(0\)/);
  assert.throws(
    changed(end, 16, 255, 255, 255, 255),
    /an archive in zip64.*save it as safetensors/,
  );
  assert.throws(
    changed(record, 24, 0, 0, 0, 240),
    /"a\.npy" does not unpack to the bytes that were/,
  );
});

for (const compress of [false, true]) {
  const small = encodeNpz(two, { compress });
  const kind = compress ? "deflated" : "stored";

  Deno.test(`no beginning of a ${kind} archive is read`, () => {
    for (const part of truncations(small)) {
      assert.equal(decodedOrRefused(decodeNpz, part), undefined);
    }
  });

  Deno.test(`a changed bit of a ${kind} archive never changes an element`, () => {
    let read = 0; // Names and dates have no checksum; what is not needed is not looked at.
    for (const damaged of changedBits(small)) {
      const found = decodedOrRefused(decodeNpz, damaged);
      if (found === undefined) continue;
      assert.equal(found.size, 2);
      [...two.values()].forEach((array, i) => assertSameArray([...found.values()][i], array));
      read++;
    }
    assert.ok(read > 0);
  });
}
