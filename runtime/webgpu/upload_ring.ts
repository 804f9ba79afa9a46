/**
 * Data that callers write while runs wait to be submitted. It is kept until the submit, and a copy among
 * the waiting commands moves it to its tensor, so that writes and runs keep their order.
 *
 * @module
 */

/** A buffer that written data passes through, and the host memory it is filled from. */
export class UploadRing {
  /** What copies read from. */
  readonly buffer: GPUBuffer;
  readonly #host: Uint8Array<ArrayBuffer>;
  #used = 0;

  /** Takes over an empty buffer. */
  constructor(buffer: GPUBuffer) {
    this.buffer = buffer;
    this.#host = new Uint8Array(buffer.size);
  }

  /** Keeps data until the next {@linkcode UploadRing.write}; its offset, or `undefined` for want of room. */
  keep(data: ArrayBufferView<ArrayBuffer>): number | undefined {
    const offset = this.#used;
    if (offset + data.byteLength > this.#host.length) return undefined;
    this.#host.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), offset);
    // Copies begin at multiples of four.
    this.#used = Math.ceil((offset + data.byteLength) / 4) * 4;
    return offset;
  }

  /** Queues everything kept, and frees the room. */
  write(queue: GPUQueue): void {
    if (this.#used > 0) queue.writeBuffer(this.buffer, 0, this.#host, 0, this.#used);
    this.#used = 0;
  }
}

/** The most memory that data may wait in. */
const MOST_BYTES = 8 * 2 ** 20;

/** Size of the ring for so many runs, each with inputs of so many bytes; a multiple of four. */
export function uploadBytes(inputBytes: number, runs: number): number {
  return Math.ceil(Math.min(inputBytes * runs, MOST_BYTES) / 4) * 4;
}
