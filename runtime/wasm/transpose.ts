/**
 * Tensors that lie in memory with their axes exchanged. Callers see them in the declared order.
 *
 * @module
 */
import type { Elements } from "../backend.ts";
import { type ModuleLayout, tensorOf } from "../module_layout.ts";

/** The size of a matrix. */
export interface Matrix {
  readonly rows: number;
  readonly columns: number;
}

/** The matrix that an exchange of axes makes of one. */
export function exchanged({ rows, columns }: Matrix): Matrix {
  return { rows: columns, columns: rows };
}

/**
 * Rows and columns of the square that is copied at a time, so that cache lines of both sides are used
 * whole.
 */
const BLOCK = 16;

/**
 * Copies a matrix that lies row by row, so that it lies column by column.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * const columns = new Float32Array(6);
 * transpose(Float32Array.of(1, 2, 3, 4, 5, 6), columns, { rows: 2, columns: 3 });
 * assert.deepEqual(columns, Float32Array.of(1, 4, 2, 5, 3, 6));
 * ```
 */
export function transpose(from: Elements, to: Elements, { rows, columns }: Matrix): void {
  for (let top = 0; top < rows; top += BLOCK) {
    const bottom = Math.min(top + BLOCK, rows);
    for (let left = 0; left < columns; left += BLOCK) {
      const right = Math.min(left + BLOCK, columns);
      for (let row = top; row < bottom; row++) {
        for (let column = left; column < right; column++) {
          to[column * rows + row] = from[row * columns + column] ?? 0;
        }
      }
    }
  }
}

/**
 * The transposed tensors of a module, by name, with the sizes that callers see.
 *
 * @throws {Error} if one has not two axes, or a size that calls may choose: its rows would not stay in
 *   their places
 */
export function transposedTensors(layout: ModuleLayout): ReadonlyMap<string, Matrix> {
  return new Map(layout.spec.wasm.transposed.map((name) => {
    const { spec, step } = tensorOf(layout, name);
    const [rows, columns, ...more] = spec.shape(layout.dims);
    if (rows === undefined || columns === undefined || more.length > 0 || step !== undefined) {
      throw new TypeError(
        `Cannot load module "${layout.spec.name}": tensor "${name}" lies column by column, which ` +
          `takes two axes of fixed sizes, but it is [${spec.dims.join(", ")}]; ` +
          `run "deno task gen" to write the module anew`,
      );
    }
    return [name, { rows, columns }];
  }));
}
