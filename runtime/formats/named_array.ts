/**
 * Arrays as files hold them: elements with a dtype and a shape, by name.
 *
 * @module
 */
import type { TensorData } from "../backend.ts";
import type { Dtype } from "../spec.ts";

/** The elements of one array. */
export interface NamedArray {
  /** What an element is; `data` is of the array type that goes with it. */
  readonly dtype: Dtype;
  /** Sizes, outermost axis first; none for a single number. */
  readonly shape: readonly number[];
  /** Row-major, the product of `shape` elements. */
  readonly data: TensorData;
}

/** Arrays by name, in the order of their file. */
export type NamedArrays = ReadonlyMap<string, NamedArray>;
