/**
 * Times kernels with the device's own timestamps. Nothing waits for them: each submit copies those of
 * its kernels to a buffer of the host's, which is looked at when the device has come so far.
 *
 * @module
 */
import type { KernelTime } from "../backend.ts";
import { messageOf } from "../wording.ts";
import type { Device } from "./device.ts";

/** The most queries that a query set may have (https://www.w3.org/TR/webgpu/#dom-gpudevice-createqueryset). */
const MOST_QUERIES = 4096;
/** The most launches that can be timed in one submit. */
export const MOST_TIMED_LAUNCHES: number = MOST_QUERIES / 2;
/** A timestamp is a count of nanoseconds in 64 bits. */
const TIMESTAMP_BYTES = 8;
const SECONDS_PER_TICK = 1e-9;

/** A kernel whose calls are timed. */
export interface TimedKernel {
  readonly program: string;
  readonly kernel: string;
  calls: number;
  seconds: number;
}

/** What a submit's timestamps belong to. */
interface Reading {
  readonly buffer: GPUBuffer;
  readonly kernels: readonly TimedKernel[];
}

/** The clock of one module. */
export class KernelClock {
  readonly #device: Device;
  readonly #label: string;
  readonly #queries: GPUQuerySet;
  readonly #resolved: GPUBuffer;
  readonly #capacity: number;
  readonly #kernels: TimedKernel[] = [];
  /** Buffers of the host's that no submit writes at the moment. */
  readonly #idle: GPUBuffer[] = [];
  readonly #buffers: GPUBuffer[];
  readonly #unsettled = new Set<Promise<void>>();
  /** Kernels whose launches have been timed since the last submit, in order. */
  #waiting: TimedKernel[] = [];
  #failure: Error | undefined;
  #disposed = false;

  /** @param launches the most that wait for one submit; a submit may hold fewer, never more */
  constructor(device: Device, label: string, launches: number) {
    this.#device = device;
    this.#label = `${label}/timestamps`;
    this.#capacity = Math.min(launches, MOST_TIMED_LAUNCHES);
    this.#queries = device.gpu.createQuerySet({
      label: this.#label,
      type: "timestamp",
      count: 2 * this.#capacity,
    });
    this.#resolved = device.buffers.create(
      this.#label,
      2 * this.#capacity * TIMESTAMP_BYTES,
      GPUBufferUsage.QUERY_RESOLVE | GPUBufferUsage.COPY_SRC,
    );
    this.#buffers = [this.#resolved];
  }

  /** Adds a kernel to those that have a time. */
  add(program: string, kernel: string): TimedKernel {
    const timed = { program, kernel, calls: 0, seconds: 0 };
    this.#kernels.push(timed);
    return timed;
  }

  /** True if so many more launches can be timed before the next submit. */
  hasRoomFor(launches: number): boolean {
    return this.#waiting.length + launches <= this.#capacity;
  }

  /**
   * Where the pass of a kernel's next launch writes its begin and its end.
   *
   * @param startsCall true for the first launch of a call
   */
  next(kernel: TimedKernel, startsCall: boolean): GPUComputePassTimestampWrites {
    const at = 2 * this.#waiting.length;
    this.#waiting.push(kernel);
    if (startsCall) kernel.calls++;
    return {
      querySet: this.#queries,
      beginningOfPassWriteIndex: at,
      endOfPassWriteIndex: at + 1,
    };
  }

  /** Adds to the commands of a submit that its timestamps go to the host. */
  resolve(encoder: GPUCommandEncoder): Reading | undefined {
    const kernels = this.#waiting;
    if (kernels.length === 0) return undefined;
    this.#waiting = [];
    const bytes = 2 * kernels.length * TIMESTAMP_BYTES;
    const buffer = this.#idle.pop() ?? this.#hostBuffer();
    encoder.resolveQuerySet(this.#queries, 0, 2 * kernels.length, this.#resolved, 0);
    encoder.copyBufferToBuffer(this.#resolved, 0, buffer, 0, bytes);
    return { buffer, kernels };
  }

  /** After the submit: takes the times over as soon as the device has written them. */
  collect(reading: Reading): void {
    const taken = this.#take(reading).catch((thrown) => {
      this.#failure ??= new Error(
        `Cannot take the times of kernels of ${this.#label}: ${messageOf(thrown)}; ` +
          `open the backend without profile: true`,
        { cause: thrown },
      );
    }).finally(() => this.#unsettled.delete(taken));
    this.#unsettled.add(taken);
  }

  /** Waits for the times of everything submitted; in the order in which kernels were added. */
  async times(): Promise<readonly KernelTime[]> {
    await Promise.all(this.#unsettled);
    if (this.#failure !== undefined) throw this.#failure;
    return this.#kernels.map((each) => ({ ...each }));
  }

  /** Gives the memory back. */
  dispose(): void {
    this.#disposed = true;
    for (const buffer of this.#buffers) this.#device.buffers.destroy(buffer);
    this.#queries.destroy();
  }

  /** As many are made as submits are under way at the same time. */
  #hostBuffer(): GPUBuffer {
    const buffer = this.#device.buffers.create(
      this.#label,
      2 * this.#capacity * TIMESTAMP_BYTES,
      GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST,
    );
    this.#buffers.push(buffer);
    return buffer;
  }

  async #take({ buffer, kernels }: Reading): Promise<void> {
    const bytes = 2 * kernels.length * TIMESTAMP_BYTES;
    try {
      await buffer.mapAsync(GPUMapMode.READ, 0, bytes);
    } catch (thrown) {
      // Destroyed with its module: nobody asks for the times any more.
      if (this.#disposed) return;
      throw thrown;
    }
    const stamps = new BigUint64Array(buffer.getMappedRange(0, bytes));
    kernels.forEach((kernel, i) => {
      const ticks = Number((stamps[2 * i + 1] ?? 0n) - (stamps[2 * i] ?? 0n));
      // A clock that was set back in between has nothing to tell.
      kernel.seconds += Math.max(ticks, 0) * SECONDS_PER_TICK;
    });
    buffer.unmap();
    this.#idle.push(buffer);
  }
}
