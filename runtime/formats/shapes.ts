/**
 * Sizes of arrays in files, and the check of arrays before they are written.
 *
 * @module
 */
import { ARRAY_TYPES } from "../tensor_data.ts";
import { isCount } from "../module_layout.ts";
import { counted } from "../wording.ts";
import type { NamedArray } from "./named_array.ts";

/** The number of elements of a shape; 1 for a single number. */
export function elementCount(shape: readonly number[]): number {
  // Some sizes may be absurd in a damaged file, and 0 times infinity is no number.
  return shape.includes(0) ? 0 : shape.reduce((product, size) => product * size, 1);
}

/** A shape as messages show it. */
export function shapeText(shape: readonly number[]): string {
  return `[${shape.join(", ")}]`;
}

/**
 * The bytes of an array's elements, least significant byte first: a view, no copy. Typed arrays lie so in
 * memory wherever there is WebGPU or WebAssembly.
 *
 * @param what names the array in messages, e.g. `array "l1.W"`
 * @throws {TypeError} if `data` is of another array type than `dtype` says
 * @throws {RangeError} if `shape` is no shape, or does not have as many elements as `data`
 */
export function arrayBytes(array: NamedArray, what: string): Uint8Array<ArrayBuffer> {
  const { dtype, shape, data } = array;
  const wanted = ARRAY_TYPES[dtype];
  if (!(data instanceof wanted)) {
    throw new TypeError(
      `Cannot write ${what}: its dtype is ${dtype}, but its data is a ${data.constructor.name}; ` +
        `give a ${wanted.name}`,
    );
  }
  if (!shape.every(isCount)) {
    throw new RangeError(
      `Cannot write ${what}: ${shapeText(shape)} is no shape; give whole numbers from 0`,
    );
  }
  if (elementCount(shape) !== data.length) {
    throw new RangeError(
      `Cannot write ${what}: got ${counted(data.length, "element")}, but its shape ` +
        `${shapeText(shape)} has ${elementCount(shape)}; give exactly that many`,
    );
  }
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}
