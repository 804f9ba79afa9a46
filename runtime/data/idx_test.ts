import assert from "node:assert/strict";
import { type ByteFile, DataError } from "./byte_file.ts";
import { openIdx } from "./idx.ts";

/** Bytes of an IDX file: a magic number, sizes, elements. */
function idx(magic: number, dims: readonly number[], elements: readonly number[]) {
  const bytes = new Uint8Array(4 + 4 * dims.length + elements.length);
  const view = new DataView(bytes.buffer);
  [magic, ...dims].forEach((value, at) => view.setUint32(4 * at, value));
  bytes.set(elements, 4 + 4 * dims.length);
  return bytes;
}

/** A file in pieces of some size. */
function inPieces(bytes: Uint8Array<ArrayBuffer>, size: number): ByteFile {
  return {
    name: "a/images",
    *chunks() {
      for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
    },
  };
}

/** The sizes and all elements of a file of images. */
async function readAll(file: ByteFile): Promise<readonly [readonly number[], readonly number[]]> {
  const { dims, elements } = await openIdx(file, "images");
  const all: number[] = [];
  for await (const chunk of elements()) all.push(...chunk);
  return [dims, all];
}

const images = idx(2051, [2, 1, 3], [1, 2, 3, 4, 5, 6]);

function refuses(bytes: Uint8Array<ArrayBuffer>, message: string): Promise<void> {
  return assert.rejects(readAll(inPieces(bytes, 5)), new DataError(message));
}

Deno.test("sizes come from the header and elements from what follows, in pieces of any size", async () => {
  for (const size of [1, 2, 16, 17, 100]) {
    assert.deepEqual(await readAll(inPieces(images, size)), [[2, 1, 3], [1, 2, 3, 4, 5, 6]]);
  }
});

Deno.test("elements can be read again", async () => {
  const { elements } = await openIdx(inPieces(images, 20), "images");
  for (let pass = 0; pass < 2; pass++) {
    const pieces = (await Array.fromAsync(elements())).map((piece) => [...piece]);
    assert.deepEqual(pieces, [[1, 2, 3, 4], [5, 6]]);
  }
});

Deno.test("another magic number is refused with both numbers", async () => {
  await refuses(
    idx(2049, [2], [1, 2]),
    "a/images does not hold images: expected magic number 2051 (images), found 2049 (labels).",
  );
  await refuses(
    new TextEncoder().encode("<html>"),
    "a/images does not hold images: expected magic number 2051 (images), found 1013478509.",
  );
  await assert.rejects(
    openIdx({ name: "labels", chunks: () => [images] }, "labels"),
    new DataError(
      "labels does not hold labels: expected magic number 2049 (labels), found 2051 (images).",
    ),
  );
});

Deno.test("a short file is refused with expected and found sizes", async () => {
  await refuses(
    images.slice(0, -1),
    "a/images is too short: expected 22 bytes (a header of 16 and 2 × 1 × 3), found 21 bytes.",
  );
  await refuses(
    images.slice(0, 9),
    "a/images is too short: expected a header of 16 bytes, found 9 bytes.",
  );
  await refuses(
    new Uint8Array(0),
    "a/images is too short: expected a header of 16 bytes, found 0 bytes.",
  );
});

Deno.test("a long file is refused with expected and found sizes", async () => {
  await refuses(
    new Uint8Array([...images, 0]),
    "a/images is too long: expected 22 bytes (a header of 16 and 2 × 1 × 3), found 23 bytes.",
  );
});

Deno.test("sizes too large for memory are refused, not allocated", async () => {
  await refuses(
    idx(2051, [0xffffffff, 1, 1], []),
    "a/images is too short: expected 4294967311 bytes (a header of 16 and 4294967295 × 1 × 1), " +
      "found 16 bytes.",
  );
});
