/**
 * A labelled data set in memory, checked once when it is loaded so that no device ever sees a label
 * that names no class.
 *
 * @module
 */
import { DataError, type NamedBytes, readIdx } from "./idx.ts";

/** Samples with bytes as features, and their classes. */
export interface LabelledBytes {
  /** Number of samples. */
  readonly count: number;
  /** Features of one sample, e.g. 784 for images of 28 × 28. */
  readonly width: number;
  /** Shape [count, width], row-major, values 0 to 255. */
  readonly features: Uint8Array<ArrayBuffer>;
  /** Shape [count], each below the number of classes. */
  readonly labels: Uint8Array<ArrayBuffer>;
}

/**
 * Reads a pair of IDX files: images and their labels.
 *
 * @param classes number of classes: labels are whole numbers from 0 to classes - 1
 * @throws {DataError} if a file is not what it should be, if the counts differ, or if a label names
 * no class
 */
export async function readLabelledImages(
  imageFile: NamedBytes,
  labelFile: NamedBytes,
  classes: number,
): Promise<LabelledBytes> {
  const images = await readIdx(imageFile, "images");
  const labels = await readIdx(labelFile, "labels");
  const [count = 0, rows = 0, columns = 0] = images.dims;
  if (labels.data.length !== count) {
    throw new DataError(
      `${imageFile.name} and ${labelFile.name} do not belong together: expected as many labels ` +
        `as images, found ${count} images and ${labels.data.length} labels.`,
    );
  }
  const wrong = labels.data.findIndex((label) => label >= classes);
  if (wrong >= 0) {
    throw new DataError(
      `${labelFile.name} does not fit ${classes} classes: expected labels from 0 to ` +
        `${classes - 1}, found ${labels.data[wrong]} at index ${wrong}.`,
    );
  }
  return { count, width: rows * columns, features: images.data, labels: labels.data };
}
