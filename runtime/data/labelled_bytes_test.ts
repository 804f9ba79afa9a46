import assert from "node:assert/strict";
import { type ByteChunks, type ByteFile, DataError } from "./byte_file.ts";
import { openLabelledImages } from "./labelled_bytes.ts";

async function bytesOf(chunks: ByteChunks): Promise<number[]> {
  const bytes: number[] = [];
  for await (const chunk of chunks) bytes.push(...chunk);
  return bytes;
}

function imageFile(count: number): ByteFile {
  const bytes = new Uint8Array(16 + count * 4);
  bytes.set([0, 0, 8, 3, 0, 0, 0, count, 0, 0, 0, 2, 0, 0, 0, 2]);
  return { name: "images", chunks: () => [bytes.fill(5, 16)] };
}

/** In pieces of four bytes: the header is two of them. */
function labelFile(...labels: readonly number[]): ByteFile {
  const bytes = Uint8Array.of(0, 0, 8, 1, 0, 0, 0, labels.length, ...labels);
  return {
    name: "labels",
    *chunks() {
      for (let at = 0; at < bytes.length; at += 4) yield bytes.subarray(at, at + 4);
    },
  };
}

Deno.test("images and labels become one data set", async () => {
  const data = await openLabelledImages(imageFile(2), labelFile(9, 0), 10);
  assert.deepEqual([data.count, data.width], [2, 4]);
  assert.deepEqual(await bytesOf(data.features()), [5, 5, 5, 5, 5, 5, 5, 5]);
  assert.deepEqual(await bytesOf(data.labels()), [9, 0]);
});

Deno.test("different counts of images and labels are refused", async () => {
  await assert.rejects(
    openLabelledImages(imageFile(3), labelFile(1, 2), 10),
    new DataError(
      "images and labels do not belong together: expected as many labels as images, " +
        "found 3 images and 2 labels.",
    ),
  );
});

Deno.test("a label outside the classes is refused with index, value and number of classes", async () => {
  const cases = [
    { labels: [1, 10, 3], classes: 10, found: "from 0 to 9, found 10 at index 1" },
    { labels: [1, 2, 255], classes: 10, found: "from 0 to 9, found 255 at index 2" },
    { labels: [5, 0, 9], classes: 5, found: "from 0 to 4, found 5 at index 0" },
    { labels: [1, 2, 3, 4, 0, 6], classes: 5, found: "from 0 to 4, found 6 at index 5" },
  ];
  for (const { labels, classes, found } of cases) {
    const data = await openLabelledImages(imageFile(labels.length), labelFile(...labels), classes);
    await assert.rejects(
      bytesOf(data.labels()),
      new DataError(`labels does not fit ${classes} classes: expected labels ${found}.`),
    );
  }
});

Deno.test("empty files are an empty data set", async () => {
  const data = await openLabelledImages(imageFile(0), labelFile(), 10);
  assert.deepEqual([data.count, await bytesOf(data.features())], [0, []]);
});
