/** Images for tests of training on generated models of MNIST. @module */
import type { LabelledBytes } from "../data/labelled_bytes.ts";

/** Stripes of 28 × 28 pixels whose direction is their class, 0 or 1. */
export function stripedImages(count: number): LabelledBytes {
  const labels = Uint8Array.from({ length: count }, (_, i) => i % 2);
  const pixels = Uint8Array.from({ length: 784 * count }, (_, at) => {
    const [row, column] = [Math.floor(at / 28) % 28, at % 28];
    return 200 * ((labels[Math.floor(at / 784)] === 0 ? row : column) % 2);
  });
  return { count, width: 784, features: () => [pixels], labels: () => [labels] };
}
