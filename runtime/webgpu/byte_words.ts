/**
 * Bytes on a device that copies whole words of four: a run of bytes that begins or ends within a word is
 * written in parts, and a word that it shares with other bytes is changed on the device.
 *
 * @module
 */
import type { Device } from "./device.ts";

/** Bytes of a word. */
const WORD = 4;

/** A word of which some bytes change. */
export interface SharedWord {
  /** Its index in the buffer. */
  readonly index: number;
  /** All bits of the bytes that change. */
  readonly mask: number;
  /** Their new values; 0 elsewhere. */
  readonly bits: number;
}

/** A run of bytes in parts. */
export interface WordParts {
  /** Whole words, and the index of the first byte; a multiple of four. */
  readonly whole: Uint8Array<ArrayBuffer>;
  readonly from: number;
  /** At most two: the first and the last word. */
  readonly shared: readonly SharedWord[];
}

/**
 * Takes a run of bytes apart.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 *
 * const { whole, from, shared } = wordParts(Uint8Array.of(1, 2, 3, 4, 5, 6), 3);
 * assert.deepEqual([...whole], [2, 3, 4, 5]);
 * assert.equal(from, 4);
 * assert.deepEqual(shared, [
 *   { index: 0, mask: 0xff000000, bits: 0x01000000 },
 *   { index: 2, mask: 0x000000ff, bits: 0x00000006 },
 * ]);
 * ```
 *
 * @param at the index of the first byte in the buffer
 */
export function wordParts(data: Uint8Array<ArrayBuffer>, at: number): WordParts {
  const from = Math.min(Math.ceil(at / WORD) * WORD, at + data.length);
  const to = Math.max(Math.floor((at + data.length) / WORD) * WORD, from);
  const ends = [data.subarray(0, from - at), data.subarray(to - at)];
  return {
    whole: data.subarray(from - at, to - at),
    from,
    shared: ends.flatMap((bytes, end) =>
      bytes.length === 0 ? [] : [sharedWord(bytes, end === 0 ? at : to)]
    ),
  };
}

function sharedWord(bytes: Uint8Array, at: number): SharedWord {
  let mask = 0, bits = 0;
  bytes.forEach((byte, i) => {
    const shift = 8 * ((at + i) % WORD);
    mask |= 0xff << shift;
    bits |= byte << shift;
  });
  return { index: Math.floor(at / WORD), mask: mask >>> 0, bits: bits >>> 0 };
}

const TEXT = `
struct Change { index: u32, mask: u32, bits: u32 }
@group(0) @binding(0) var<storage, read_write> words: array<u32>;
@group(0) @binding(1) var<uniform> change: Change;

@compute @workgroup_size(1)
fn main() {
  words[change.index] = (words[change.index] & ~change.mask) | change.bits;
}
`;

/** Changes some bytes of words on a device; made when it is first needed, which is rare. */
export class ByteWriter {
  readonly #device: Device;
  #pipeline: GPUComputePipeline | undefined;

  constructor(device: Device) {
    this.#device = device;
  }

  /** Queues the change of a word of a storage buffer. */
  write(words: GPUBuffer, { index, mask, bits }: SharedWord): void {
    const { gpu, buffers } = this.#device;
    const usage = GPUBufferUsage.UNIFORM | GPUBufferUsage.COPY_DST;
    const change = buffers.create("bytes of a word", 16, usage);
    gpu.queue.writeBuffer(change, 0, Uint32Array.of(index, mask, bits, 0));
    const pipeline = this.#pipeline ??= gpu.createComputePipeline({
      label: "bytes of a word",
      layout: "auto",
      compute: { module: gpu.createShaderModule({ code: TEXT }), entryPoint: "main" },
    });
    const entries = [words, change].map((buffer, binding) => ({ binding, resource: { buffer } }));
    const encoder = gpu.createCommandEncoder();
    const pass = encoder.beginComputePass();
    pass.setPipeline(pipeline);
    pass.setBindGroup(
      0,
      gpu.createBindGroup({ layout: pipeline.getBindGroupLayout(0), entries }),
    );
    pass.dispatchWorkgroups(1);
    pass.end();
    gpu.queue.submit([encoder.finish()]);
    // The device keeps what is queued until it is done.
    buffers.destroy(change);
  }
}
