/**
 * All buffers of a device are made and destroyed here, so that a leak shows as a number.
 *
 * @module
 */

/** How many buffers there have been. */
export interface BufferCount {
  /** Made so far. */
  readonly created: number;
  /** Given back so far. */
  readonly destroyed: number;
}

/** Makes, counts and destroys the buffers of one device. */
export class Buffers {
  readonly #device: GPUDevice;
  readonly #live = new Set<GPUBuffer>();
  #created = 0;

  constructor(device: GPUDevice) {
    this.#device = device;
  }

  /** A new buffer, filled with zeros. */
  create(label: string, size: number, usage: number): GPUBuffer {
    const buffer = this.#device.createBuffer({ label, size, usage });
    this.#live.add(buffer);
    this.#created++;
    return buffer;
  }

  /** Gives the memory back; a second time does nothing. */
  destroy(buffer: GPUBuffer): void {
    if (this.#live.delete(buffer)) buffer.destroy();
  }

  /** How many there have been so far. */
  get count(): BufferCount {
    return { created: this.#created, destroyed: this.#created - this.#live.size };
  }
}
