/**
 * Uniforms of the runs that wait to be submitted: each has a place of its own in one buffer.
 *
 * @module
 */
import type { UniformSpec } from "../spec.ts";

/** A uniform buffer with a place for each waiting run, and the host memory it is filled from. */
export class UniformRing {
  /** Holds {@linkcode UniformRing.bytes} bytes. */
  readonly buffer: GPUBuffer;
  /** Bytes of one place. */
  readonly stride: number;
  readonly #host: DataView<ArrayBuffer>;
  #used = 0;

  /** @param stride bytes of one place: a multiple of what the device wants offsets to be multiples of */
  constructor(buffer: GPUBuffer, stride: number, places: number) {
    this.buffer = buffer;
    this.stride = stride;
    this.#host = new DataView(new ArrayBuffer(stride * places));
  }

  /** Takes the next place for a run's values, and returns its offset. */
  put(fields: readonly UniformSpec<string>[], values: readonly number[]): number {
    const offset = this.#used;
    if (offset + this.stride > this.#host.byteLength) {
      throw new RangeError("More runs wait than have a place for their uniforms");
    }
    this.#used += this.stride;
    for (let index = 0; index < fields.length; index++) {
      const at = offset + 4 * index;
      const value = values[index] ?? 0;
      if (fields[index]?.dtype === "u32") this.#host.setUint32(at, value, true);
      else this.#host.setFloat32(at, value, true);
    }
    return offset;
  }

  /** Queues the values of all places taken, and frees the places. */
  write(queue: GPUQueue): void {
    if (this.#used > 0) queue.writeBuffer(this.buffer, 0, this.#host, 0, this.#used);
    this.#used = 0;
  }
}

/** Size of a uniform struct of so many fields: a multiple of 16, as uniform structs like it. */
export function uniformBytes(fields: number): number {
  return Math.max(16, Math.ceil(4 * fields / 16) * 16);
}
