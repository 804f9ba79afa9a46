/**
 * Runs and writes on their way to the device. A submit costs as much time as many small kernels, and some
 * memory that drivers keep; so runs wait here until there are enough of them, or until somebody asks
 * for their results. Nothing is made for a run: it adds commands to those that wait.
 *
 * @module
 */
import type { ModuleLayout } from "../module_layout.ts";
import { ByteWriter, wordParts } from "./byte_words.ts";
import type { Device } from "./device.ts";
import type { Dispatch } from "./dispatch.ts";
import type { PendingFaults } from "./error_scopes.ts";
import type { KernelClock } from "./kernel_clock.ts";
import { runError, type RunUse } from "./messages.ts";
import type { UniformRing } from "./uniform_ring.ts";
import type { UploadRing } from "./upload_ring.ts";

/**
 * Runs that wait for one submit at most. Eight leave an eighth of a submit's cost to each, and keep what a
 * device works on without a break short of what makes an operating system suspect that it hangs.
 */
export const RUNS_PER_SUBMIT = 8;

/** Commands that wait for their submit. */
interface Waiting {
  readonly encoder: GPUCommandEncoder;
  /** The runs among them, for messages. */
  readonly runs: RunUse[];
}

/** What a queue works with. */
interface Equipment {
  readonly device: Device;
  readonly layout: ModuleLayout;
  readonly faults: PendingFaults;
  readonly uniforms: UniformRing | undefined;
  readonly uploads: UploadRing | undefined;
  readonly clock: KernelClock | undefined;
}

/** The queue of one module. */
export class RunQueue {
  readonly #equipment: Equipment;
  readonly #label: string;
  readonly #bytes: ByteWriter;
  /** The offset of a run's uniforms, in the form in which a pass takes it. */
  readonly #offset = new Uint32Array(1);
  #waiting: Waiting | undefined;
  #pass: GPUComputePassEncoder | undefined;

  constructor(equipment: Equipment) {
    this.#equipment = equipment;
    this.#label = equipment.layout.spec.name;
    this.#bytes = new ByteWriter(equipment.device);
  }

  /** Adds a run's dispatches, of which there is at least one. */
  run(run: RunUse, dispatches: readonly Dispatch[], uniforms: readonly number[]): void {
    const { uniforms: ring, clock } = this.#equipment;
    if (clock?.hasRoomFor(dispatches.length) === false) this.submit();
    const waiting = this.#open();
    waiting.runs.push(run);
    this.#offset[0] = ring?.put(run.program.uniforms, uniforms) ?? 0;
    for (const dispatch of dispatches) this.#dispatch(waiting.encoder, dispatch);
    if (waiting.runs.length >= RUNS_PER_SUBMIT) this.submit();
  }

  /** Writes bytes of a buffer, after the runs that wait and before those to come. */
  write(buffer: GPUBuffer, data: ArrayBufferView<ArrayBuffer>, at: number): void {
    if (at % 4 !== 0 || data.byteLength % 4 !== 0) return this.#writeBytes(buffer, data, at);
    const { device, uploads } = this.#equipment;
    if (this.#waiting !== undefined) {
      const offset = uploads?.keep(data);
      if (uploads !== undefined && offset !== undefined) {
        this.#endPass();
        const { encoder } = this.#waiting;
        encoder.copyBufferToBuffer(uploads.buffer, offset, buffer, at, data.byteLength);
        return;
      }
      this.submit();
    }
    device.gpu.queue.writeBuffer(buffer, at, data);
  }

  /** A device copies whole words; others are changed in place. */
  #writeBytes(buffer: GPUBuffer, data: ArrayBufferView<ArrayBuffer>, at: number): void {
    const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    const { whole, from, shared } = wordParts(bytes, at);
    if (whole.length > 0) this.write(buffer, whole, from);
    this.submit();
    for (const word of shared) this.#bytes.write(buffer, word);
  }

  /** Submits what waits. */
  submit(): void {
    const waiting = this.#waiting;
    if (waiting === undefined) return;
    const { device, layout, faults, uniforms, uploads, clock } = this.#equipment;
    this.#endPass();
    this.#waiting = undefined;
    const reading = clock?.resolve(waiting.encoder);
    const { queue } = device.gpu;
    const { fault } = device.watch(() => {
      uniforms?.write(queue);
      uploads?.write(queue);
      queue.submit([waiting.encoder.finish({ label: this.#label })]);
    });
    faults.track(fault, (found) => runError(layout, waiting.runs, found));
    if (clock !== undefined && reading !== undefined) clock.collect(reading);
  }

  #open(): Waiting {
    this.#waiting ??= {
      encoder: this.#equipment.device.gpu.createCommandEncoder({ label: this.#label }),
      runs: [],
    };
    return this.#waiting;
  }

  #dispatch(
    encoder: GPUCommandEncoder,
    { kernel, launch, startsCall, workgroups }: Dispatch,
  ): void {
    const { clock } = this.#equipment;
    if (clock !== undefined && kernel.timed !== undefined) {
      // Timestamps are taken at the ends of passes.
      this.#endPass();
      const timestampWrites = clock.next(kernel.timed, startsCall);
      this.#pass = encoder.beginComputePass({ label: this.#label, timestampWrites });
    }
    const pass = this.#pass ??= encoder.beginComputePass({ label: this.#label });
    pass.setPipeline(launch.pipeline);
    if (launch.bindsUniforms) pass.setBindGroup(0, launch.bindGroup, this.#offset, 0, 1);
    else pass.setBindGroup(0, launch.bindGroup);
    pass.dispatchWorkgroups(...workgroups);
  }

  #endPass(): void {
    this.#pass?.end();
    this.#pass = undefined;
  }
}
