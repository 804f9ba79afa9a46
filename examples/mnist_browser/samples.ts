/** Loads MNIST over the network into memory. @module */
import { type ByteFile, DataError } from "../../runtime/data/byte_file.ts";
import { type LabelledBytes, openLabelledImages } from "../../runtime/data/labelled_bytes.ts";
import { messageOf } from "../../runtime/wording.ts";
import { CLASSES, MNIST_FILES, type MnistFile } from "../mnist/mnist_names.ts";

/** Samples in memory: all features and labels are one piece each. */
export interface Samples {
  readonly training: LoadedSamples;
  readonly validation: LoadedSamples;
}

/** A set of samples that can be looked at one by one. */
export interface LoadedSamples extends LabelledBytes {
  /** Features of sample `index`, from 0 to 255, and its class. */
  at(index: number): { readonly features: Uint8Array; readonly label: number };
}

/** Told whenever bytes arrive: how many are there of how many; 0 if that is not known. */
export type OnBytes = (bytes: number, total: number) => void;

/**
 * Loads the four files, gzipped or not, from a folder on the web.
 *
 * @param folder ends with a slash
 * @throws {DataError} if a file is not there, or is not what it should be
 */
export async function fetchSamples(folder: URL, onBytes: OnBytes): Promise<Samples> {
  const counted = new Map<MnistFile, { bytes: number; total: number }>();
  const note = (file: MnistFile) => (bytes: number, total: number) => {
    counted.set(file, { bytes, total });
    const all = [...counted.values()];
    const sum = (of: (each: { bytes: number; total: number }) => number) =>
      all.reduce((result, each) => result + of(each), 0);
    const isKnown = all.length === 4 && all.every(({ total }) => total > 0);
    onBytes(sum(({ bytes }) => bytes), isKnown ? sum(({ total }) => total) : 0);
  };
  const load = async ({ images, labels }: (typeof MNIST_FILES)[keyof typeof MNIST_FILES]) => {
    const [imageFile, labelFile] = await Promise.all(
      [images, labels].map((file) => fetchFile(file, folder, note(file))),
    );
    if (imageFile === undefined || labelFile === undefined) throw new DataError("Unreachable");
    return inMemory(await openLabelledImages(imageFile, labelFile, CLASSES));
  };
  const [training, validation] = await Promise.all([
    load(MNIST_FILES.training),
    load(MNIST_FILES.validation),
  ]);
  return { training, validation };
}

async function fetchFile(file: MnistFile, folder: URL, onBytes: OnBytes): Promise<ByteFile> {
  const pieces: Uint8Array<ArrayBuffer>[] = [];
  try {
    const response = await fetch(new URL(file, folder));
    if (!response.ok || response.body === null) {
      await response.body?.cancel();
      throw new Error(`the server answers ${response.status}`);
    }
    // What a server packs on the way arrives as more bytes than it says.
    const isAsSent = !response.headers.has("content-encoding");
    const total = isAsSent ? Number(response.headers.get("content-length")) : 0;
    let bytes = 0;
    onBytes(bytes, total);
    for await (const piece of piecesOf(response.body)) {
      pieces.push(piece);
      onBytes(bytes += piece.length, total);
    }
  } catch (cause) {
    throw new DataError(
      `Cannot load ${new URL(file, folder).pathname}: ${messageOf(cause)}; ` +
        "look whether the server still runs, and try again.",
      { cause },
    );
  }
  return { name: file, chunks: () => pieces };
}

/** Not every browser lets a stream be iterated. */
async function* piecesOf(
  stream: ReadableStream<Uint8Array<ArrayBuffer>>,
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  const reader = stream.getReader();
  for (let next = await reader.read(); !next.done; next = await reader.read()) yield next.value;
}

/** The samples, read once and checked. */
export async function inMemory(samples: LabelledBytes): Promise<LoadedSamples> {
  const { count, width } = samples;
  const features = await joined(samples.features(), count * width);
  const labels = await joined(samples.labels(), count);
  return {
    count,
    width,
    features: () => [features],
    labels: () => [labels],
    at: (index) => ({
      features: features.subarray(index * width, (index + 1) * width),
      label: labels[index] ?? 0,
    }),
  };
}

async function joined(
  chunks: ReturnType<LabelledBytes["features"]>,
  length: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const all = new Uint8Array(length);
  let at = 0;
  for await (const chunk of chunks) {
    all.set(chunk, at);
    at += chunk.length;
  }
  return all;
}
