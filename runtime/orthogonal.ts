/** Random orthogonal matrices. @module */
import { fillNormal, type RandomStream } from "./random.ts";

/** The size of a matrix, and what its orthonormal rows or columns are multiplied by. */
export interface OrthogonalOptions {
  /** Length of the first axis. */
  readonly rows: number;
  /** Elements of a row. */
  readonly columns: number;
  /** The length of each row, or of each column where those are fewer. */
  readonly gain: number;
}

/**
 * Fills a row-major matrix with orthonormal rows (or columns, where those are fewer), times the gain: those of
 * a matrix of normally distributed numbers, made orthogonal one after another (Gram and Schmidt, twice, so
 * that rounding leaves nothing), in float64.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 *
 * const stream = { seed: 1, name: "l1.W" };
 * const [a = 0, b = 0, c = 0, d = 0] = fillOrthogonal(new Float32Array(4), stream, {
 *   rows: 2,
 *   columns: 2,
 *   gain: 1,
 * });
 * assert.ok(Math.abs(a * c + b * d) < 1e-6 && Math.abs(a * a + b * b - 1) < 1e-6);
 * ```
 */
export function fillOrthogonal<T extends Float32Array>(
  out: T,
  stream: RandomStream,
  { rows, columns, gain }: OrthogonalOptions,
): T {
  const [count, length] = rows <= columns ? [rows, columns] : [columns, rows];
  const normal = fillNormal(new Float32Array(count * length), stream, 0, 1);
  const vectors = Array.from(
    { length: count },
    (_, i) => Float64Array.from(normal.subarray(i * length, (i + 1) * length)),
  );
  vectors.forEach((vector, i) => {
    for (let pass = 0; pass < 2; pass++) {
      for (const other of vectors.slice(0, i)) {
        const part = dot(vector, other);
        for (let k = 0; k < length; k++) vector[k] = (vector[k] ?? 0) - part * (other[k] ?? 0);
      }
    }
    const size = Math.sqrt(dot(vector, vector));
    for (let k = 0; k < length; k++) vector[k] = (vector[k] ?? 0) / size;
  });
  vectors.forEach((vector, i) =>
    vector.forEach((value, k) =>
      out[rows <= columns ? i * columns + k : k * columns + i] = gain * value
    )
  );
  return out;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let k = 0; k < a.length; k++) sum += (a[k] ?? 0) * (b[k] ?? 0);
  return sum;
}
