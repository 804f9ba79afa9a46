/** How many workgroups a one-dimensional kernel needs. @module */

/** The most workgroups that every WebGPU device allows in one dimension. */
const LARGEST = 65535;

/**
 * Workgroups in x, y and z for a number of points, with `size` points each. More than fit in one
 * dimension are folded into two; the kernel checks which points exist.
 *
 * ```ts
 * import { gridOf } from "./grid.ts";
 * if (gridOf(130, 64).join() !== "3,1,1") throw new Error();
 * if (gridOf(65536 * 64, 64).join() !== "32768,2,1") throw new Error();
 * ```
 */
export function gridOf(points: number, size: number): readonly [number, number, number] {
  const groups = Math.ceil(points / size);
  const rows = Math.max(1, Math.ceil(groups / LARGEST));
  return [Math.ceil(groups / rows), rows, 1];
}
