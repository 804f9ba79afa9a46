import assert from "node:assert/strict";
import { arrayOf, decodedOrRefused } from "../testing/array_files.ts";
import { decodeArrayFile, decodeArrays } from "./array_file.ts";
import { encodeNpy } from "./npy.ts";
import { encodeNpz } from "./npz.ts";
import { encodeSafetensors } from "./safetensors.ts";

const arrays = new Map([["l1.W", arrayOf("f32", [2, 3], 1)], ["l1.b", arrayOf("f32", [3], 2)]]);

Deno.test("the content of a file decides about its format, not its name", () => {
  for (const bytes of [encodeSafetensors(arrays), encodeNpz(arrays)]) {
    assert.deepEqual(decodeArrays(bytes, "any.name"), arrays);
  }
  for (const bytes of [encodeSafetensors(new Map()), encodeNpz(new Map())]) {
    assert.equal(decodeArrays(bytes, "empty").size, 0);
  }
});

Deno.test("metadata are told where the format has them", () => {
  const words = { model: "m" };
  assert.deepEqual(decodeArrayFile(encodeSafetensors(arrays, words), "f"), {
    arrays,
    metadata: words,
  });
  assert.deepEqual(decodeArrayFile(encodeNpz(arrays), "f"), { arrays, metadata: {} });
});

Deno.test("a safetensors file whose header's length looks like an archive is none", () => {
  for (let words = 19_000; words < 19_300; words++) {
    const bytes = encodeSafetensors(arrays, { words: "w".repeat(words) });
    if (bytes[0] !== 0x50 || bytes[1] !== 0x4b) continue;
    assert.deepEqual(decodeArrays(bytes, "f"), arrays);
    return;
  }
  assert.fail("no header began with PK");
});

Deno.test("the array of an NPY file has the file's name without folder and ending", () => {
  const bytes = encodeNpy(arrayOf("u8", [2], 3));
  const nameIn = (file: string) => [...decodeArrays(bytes, file).keys()].join();
  assert.equal(nameIn("a/b.c/l1.W.npy"), "l1.W");
  assert.equal(nameIn("C:\\data\\x.npy"), "x");
  assert.equal(nameIn("plain"), "plain");
  assert.equal(nameIn(".npy"), ".npy");
});

Deno.test("other files are refused with how they begin", () => {
  const refusal = (bytes: Uint8Array) => () => decodeArrays(bytes, "w");
  assert.throws(
    refusal(new TextEncoder().encode("{}")),
    /^FormatError: w is no file of arrays: it begins with the bytes 7b 7d; give a safetensors, NPZ or NPY file\.$/,
  );
  assert.throws(refusal(new Uint8Array()), /w is no file of arrays: it is empty; give/);
  for (let seed = 0; seed < 500; seed++) {
    const noise = new Uint8Array(arrayOf("u8", [seed % 61], seed).data.buffer);
    assert.equal(decodedOrRefused(decodeArrays, noise), undefined);
  }
});
