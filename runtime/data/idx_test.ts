import assert from "node:assert/strict";
import { DataError, readIdx } from "./idx.ts";

/** Bytes of an IDX file: a magic number, sizes, elements. */
function idx(magic: number, dims: readonly number[], elements: readonly number[]) {
  const bytes = new Uint8Array(4 + 4 * dims.length + elements.length);
  const view = new DataView(bytes.buffer);
  [magic, ...dims].forEach((value, at) => view.setUint32(4 * at, value));
  bytes.set(elements, 4 + 4 * dims.length);
  return bytes;
}

async function gzip(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  const stream = new Blob([bytes]).stream().pipeThrough(new CompressionStream("gzip"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

const images = idx(2051, [2, 1, 3], [1, 2, 3, 4, 5, 6]);

function refuses(bytes: Uint8Array<ArrayBuffer>, message: string): Promise<void> {
  return assert.rejects(readIdx({ name: "a/images", bytes }, "images"), new DataError(message));
}

Deno.test("content decides whether a file is compressed, whatever its name", async () => {
  const wanted = { dims: [2, 1, 3], data: Uint8Array.of(1, 2, 3, 4, 5, 6) };
  assert.deepEqual(await readIdx({ name: "images.gz", bytes: images }, "images"), wanted);
  assert.deepEqual(await readIdx({ name: "images", bytes: await gzip(images) }, "images"), wanted);
});

Deno.test("bytes that begin somewhere inside a buffer are read from there", async () => {
  const bytes = new Uint8Array([9, 9, 9, ...images]).subarray(3);
  assert.deepEqual((await readIdx({ name: "images", bytes }, "images")).dims, [2, 1, 3]);
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
    readIdx({ name: "labels", bytes: images }, "labels"),
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

Deno.test("a damaged gzip file is refused by name", async () => {
  const packed = await gzip(images);
  await assert.rejects(
    readIdx({ name: "a/images", bytes: packed.slice(0, -9) }, "images"),
    (error: unknown) =>
      error instanceof DataError &&
      error.message.startsWith("a/images begins as gzip but cannot be decompressed: "),
  );
});
