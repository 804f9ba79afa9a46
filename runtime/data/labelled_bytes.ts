/**
 * A labelled data set in files, checked while it is read so that no device ever sees a label that
 * names no class.
 *
 * @module
 */
import { type ByteChunks, type ByteFile, DataError } from "./byte_file.ts";
import { openIdx } from "./idx.ts";

/** Samples with bytes as features, and their classes. */
export interface LabelledBytes {
  /** Number of samples. */
  readonly count: number;
  /** Features of one sample, e.g. 784 for images of 28 × 28. */
  readonly width: number;
  /** Shape [count, width], row-major, values 0 to 255. */
  features(): ByteChunks;
  /** Shape [count], each below the number of classes. */
  labels(): ByteChunks;
}

/**
 * Opens a pair of IDX files: images and their labels. Only their headers are read; the rest is read, and
 * checked, when the samples are asked for.
 *
 * @param classes number of classes: labels are whole numbers from 0 to classes - 1
 * @throws {DataError} if a file is not what it should be, or if the counts differ; while samples are
 * read, also if a label names no class
 */
export async function openLabelledImages(
  imageFile: ByteFile,
  labelFile: ByteFile,
  classes: number,
): Promise<LabelledBytes> {
  const images = await openIdx(imageFile, "images");
  const labels = await openIdx(labelFile, "labels");
  const [count = 0, rows = 0, columns = 0] = images.dims;
  const [labelCount = 0] = labels.dims;
  if (labelCount !== count) {
    throw new DataError(
      `${imageFile.name} and ${labelFile.name} do not belong together: expected as many labels ` +
        `as images, found ${count} images and ${labelCount} labels.`,
    );
  }
  return {
    count,
    width: rows * columns,
    features: () => images.elements(),
    labels: () => checkedLabels(labelFile.name, labels.elements(), classes),
  };
}

async function* checkedLabels(
  file: string,
  chunks: ByteChunks,
  classes: number,
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  let before = 0;
  for await (const chunk of chunks) {
    const wrong = chunk.findIndex((label) => label >= classes);
    if (wrong >= 0) {
      throw new DataError(
        `${file} does not fit ${classes} classes: expected labels from 0 to ` +
          `${classes - 1}, found ${chunk[wrong]} at index ${before + wrong}.`,
      );
    }
    before += chunk.length;
    yield chunk;
  }
}
