/**
 * The uniform buffer of a program: one four-byte field per uniform, in order.
 *
 * @module
 */
import type { UniformSpec } from "../spec.ts";

/** A uniform buffer and the host memory it is filled from. */
export class UniformBlock {
  readonly buffer: GPUBuffer;
  readonly #fields: readonly UniformSpec<string>[];
  readonly #bytes: DataView<ArrayBuffer>;

  constructor(buffer: GPUBuffer, fields: readonly UniformSpec<string>[]) {
    this.buffer = buffer;
    this.#fields = fields;
    this.#bytes = new DataView(new ArrayBuffer(uniformBytes(fields.length)));
  }

  /** Queues the values of the next run. */
  write(queue: GPUQueue, values: readonly number[]): void {
    this.#fields.forEach(({ dtype }, index) => {
      const value = values[index] ?? 0;
      if (dtype === "u32") this.#bytes.setUint32(4 * index, value, true);
      else this.#bytes.setFloat32(4 * index, value, true);
    });
    queue.writeBuffer(this.buffer, 0, this.#bytes);
  }
}

/** Size of a uniform buffer with so many fields: a multiple of 16, as uniform structs like it. */
export function uniformBytes(fields: number): number {
  return Math.max(16, Math.ceil(4 * fields / 16) * 16);
}
