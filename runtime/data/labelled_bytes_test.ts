import assert from "node:assert/strict";
import { DataError, type NamedBytes } from "./idx.ts";
import { readLabelledImages } from "./labelled_bytes.ts";

function imageFile(count: number): NamedBytes {
  const bytes = new Uint8Array(16 + count * 4);
  bytes.set([0, 0, 8, 3, 0, 0, 0, count, 0, 0, 0, 2, 0, 0, 0, 2]);
  return { name: "images", bytes: bytes.fill(5, 16) };
}

function labelFile(...labels: readonly number[]): NamedBytes {
  return { name: "labels", bytes: Uint8Array.of(0, 0, 8, 1, 0, 0, 0, labels.length, ...labels) };
}

Deno.test("images and labels become one data set", async () => {
  assert.deepEqual(await readLabelledImages(imageFile(2), labelFile(9, 0), 10), {
    count: 2,
    width: 4,
    features: Uint8Array.of(5, 5, 5, 5, 5, 5, 5, 5),
    labels: Uint8Array.of(9, 0),
  });
});

Deno.test("different counts of images and labels are refused", async () => {
  await assert.rejects(
    readLabelledImages(imageFile(3), labelFile(1, 2), 10),
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
  ];
  for (const { labels, classes, found } of cases) {
    await assert.rejects(
      readLabelledImages(imageFile(3), labelFile(...labels), classes),
      new DataError(`labels does not fit ${classes} classes: expected labels ${found}.`),
    );
  }
});

Deno.test("empty files are an empty data set", async () => {
  assert.equal((await readLabelledImages(imageFile(0), labelFile(), 10)).count, 0);
});
