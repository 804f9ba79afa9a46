/**
 * Host arrays for tensors: the array type of each dtype, and the check of what a caller wants to write.
 *
 * @module
 */
import type { TensorData } from "./backend.ts";
import type { TensorPlace } from "./module_layout.ts";
import type { Dtype } from "./spec.ts";
import { counted } from "./wording.ts";

const ARRAY_TYPES = { f32: Float32Array, u32: Uint32Array } as const;

/** A view of `elements` elements of a buffer as the array type of a dtype. */
export function viewOf<B extends ArrayBufferLike>(
  dtype: Dtype,
  buffer: B,
  byteOffset: number,
  elements: number,
): Float32Array<B> | Uint32Array<B> {
  return dtype === "f32"
    ? new Float32Array(buffer, byteOffset, elements)
    : new Uint32Array(buffer, byteOffset, elements);
}

/**
 * Refuses data of another dtype than the tensor's, and a number of elements that the tensor has for no
 * size of the call dims.
 */
export function checkData(place: TensorPlace, data: TensorData): void {
  const { name, spec, elements, step } = place;
  const wanted = ARRAY_TYPES[spec.dtype];
  if (!(data instanceof wanted)) {
    throw new TypeError(
      `Cannot write tensor "${name}": it is ${spec.dtype}, but the data is ` +
        `${kindOf(data)}; give a ${wanted.name}`,
    );
  }
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

/** What a value is, for callers without a type checker. */
function kindOf(data: unknown): string {
  if (data === null || data === undefined) return String(data);
  return `a ${data.constructor?.name ?? typeof data}`;
}
