/**
 * Host arrays for tensors: the array type of each dtype, and the check of what a caller wants to write.
 *
 * @module
 */
import type { Elements, TensorData } from "./backend.ts";
import { isCount, type TensorPlace } from "./module_layout.ts";
import type { Dtype } from "./spec.ts";
import { counted } from "./wording.ts";

/** The array type of each dtype. */
export const ARRAY_TYPES = {
  f32: Float32Array,
  // Older browsers have none; modules that store f32 do without.
  get f16(): Float16ArrayConstructor {
    return Float16Array;
  },
  u32: Uint32Array,
  i32: Int32Array,
  u8: Uint8Array,
} as const;

/** A view of `elements` elements of a buffer as the array type of a dtype. */
export function viewOf<B extends ArrayBufferLike>(
  dtype: Dtype,
  buffer: B,
  byteOffset: number,
  elements: number,
): Elements<B> {
  switch (dtype) {
    case "f32":
      return new Float32Array(buffer, byteOffset, elements);
    case "f16":
      return new Float16Array(buffer, byteOffset, elements);
    case "u32":
      return new Uint32Array(buffer, byteOffset, elements);
    case "i32":
      return new Int32Array(buffer, byteOffset, elements);
    case "u8":
      return new Uint8Array(buffer, byteOffset, elements);
  }
}

/**
 * Refuses data of another dtype than the tensor's, and a number of elements that the tensor has for no
 * size of the call dims; with a place `at` which to begin, a number of elements that do not fit.
 */
export function checkData(place: TensorPlace, data: TensorData, at?: number): void {
  const { name, spec, elements, step } = place;
  const wanted = ARRAY_TYPES[spec.dtype];
  if (!(data instanceof wanted)) {
    throw new TypeError(
      `Cannot write tensor "${name}": it is ${spec.dtype}, but the data is ` +
        `${kindOf(data)}; give a ${wanted.name}`,
    );
  }
  if (at !== undefined) return checkPart(place, data.length, at);
  if (data.length === elements) return;
  if (data.length > elements || step === undefined || data.length % step !== 0) {
    const wanted = step === undefined
      ? "give exactly that many"
      : `give that many, or for a smaller batch a multiple of ${step}`;
    throw new RangeError(
      `Cannot write tensor "${name}": got ${counted(data.length, "element")}, but ` +
        `[${spec.dims.join(", ")}] holds ${elements}; ${wanted}`,
    );
  }
}

function checkPart({ name, spec, elements }: TensorPlace, count: number, at: number): void {
  if (isCount(at) && at + count <= elements) return;
  const holds = `[${spec.dims.join(", ")}] holds ${elements}`;
  throw new RangeError(
    isCount(at)
      ? `Cannot write tensor "${name}" from element ${at} on: got ${
        counted(count, "element")
      }, but ${holds}; write at most ${Math.max(0, elements - at)} there`
      : `Cannot write tensor "${name}" from element ${at} on: ${holds}; give a whole number from 0`,
  );
}

/** What a value is, for callers without a type checker. */
function kindOf(data: unknown): string {
  if (data === null || data === undefined) return String(data);
  return `a ${data.constructor?.name ?? typeof data}`;
}
