/** Samples for tests of training. @module */
import type { LabelledBytes } from "../data/labelled_bytes.ts";
import { WIDTH } from "./softmax_regression.ts";

/** Samples of three classes that a line through the origin can tell apart. */
export function separableSamples(count: number): LabelledBytes {
  const labels = Uint8Array.from({ length: count }, (_, index) => index % 3);
  const corners = [[255, 0], [0, 255], [200, 200]];
  const features = Uint8Array.from([...labels].flatMap((label) => corners[label] ?? []));
  return { count, width: WIDTH, features: () => [features], labels: () => [labels] };
}
