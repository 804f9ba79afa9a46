/**
 * A module loaded on a GPU device: tensors are buffers, a run is one submit.
 *
 * @module
 */
import type {
  BackendInfo,
  KernelTime,
  LoadedModule,
  ProgramName,
  TensorData,
  TensorName,
} from "../backend.ts";
import { callValues, readDims, uniformValues } from "../call_values.ts";
import {
  ELEMENT_BYTES,
  elementCount,
  type ModuleLayout,
  programOf,
  tensorOf,
} from "../module_layout.ts";
import type { ModuleSpec } from "../spec.ts";
import { LastSizes } from "../last_sizes.ts";
import { checkData, viewOf } from "../tensor_data.ts";
import type { Device } from "./device.ts";
import { dispatchesOf, encode } from "./dispatch.ts";
import { PendingFaults } from "./error_scopes.ts";
import { essence, runError } from "./messages.ts";
import type { PreparedModule } from "./prepare.ts";
import { copyToHost } from "./read_back.ts";

/** A loaded module of the GPU backend. */
export class LoadedWebgpuModule<M extends ModuleSpec> implements LoadedModule<M> {
  /** The module that was loaded. */
  readonly spec: M;
  /** What it runs on. */
  readonly backend: BackendInfo;
  readonly #device: Device;
  readonly #layout: ModuleLayout;
  readonly #sizes: LastSizes;
  readonly #prepared: PreparedModule;
  readonly #faults = new PendingFaults();
  readonly #onDispose: () => void;
  #disposed = false;

  /** Takes over what was prepared; `onDispose` is called once. */
  constructor(
    spec: M,
    device: Device,
    layout: ModuleLayout,
    prepared: PreparedModule,
    onDispose: () => void,
  ) {
    this.spec = spec;
    this.backend = device.info;
    this.#device = device;
    this.#layout = layout;
    this.#sizes = new LastSizes(spec);
    this.#prepared = prepared;
    this.#onDispose = onDispose;
  }

  /** Runs whose outcome is not known yet. */
  get pendingRuns(): number {
    return this.#faults.size;
  }

  /** Copies data to the start of a tensor, in order with the runs. */
  write(tensor: TensorName<M>, data: TensorData): void {
    const action = `write tensor "${tensor}"`;
    this.#check(action);
    const place = tensorOf(this.#layout, tensor);
    checkData(place, data);
    this.#sizes.wrote(tensor);
    // Deno 2.9 panics when it is given nothing to write.
    if (data.length === 0) return;
    const { fault } = this.#device.watch(() =>
      this.#device.gpu.queue.writeBuffer(this.#slot(place.spec.slot), 0, data)
    );
    this.#faults.track(
      fault,
      ({ message }) =>
        new Error(`Cannot ${action} of module "${this.spec.name}": ${essence(message)}`),
    );
  }

  /** Queues a run as one submit; nothing is made, awaited or read back. */
  run(program: ProgramName<M>, values: Readonly<Record<string, number>>): void {
    this.#check(`run program "${program}"`);
    const spec = programOf(this.#layout, program);
    const prepared = this.#prepared.programs.get(program);
    const call = callValues(this.#layout, program, spec, values);
    const uniforms = uniformValues(program, spec, call);
    if (prepared === undefined) return;
    const dispatches = dispatchesOf(program, prepared, call, this.#device.limits);
    this.#sizes.ran(program, call);
    if (dispatches.length === 0) return;
    const { gpu } = this.#device;
    const { fault } = this.#device.watch(() => {
      prepared.uniforms?.write(gpu.queue, uniforms);
      gpu.queue.submit([encode(gpu, `${this.spec.name}/${program}`, dispatches)]);
    });
    this.#faults.track(fault, (found) => runError(this.#layout, program, spec, call, found));
  }

  /** Waits for everything queued; throws the first fault, or copies a tensor's first elements. */
  async read(
    tensor: TensorName<M>,
    dims: Readonly<Record<string, number>> = {},
  ): Promise<TensorData> {
    const action = `read tensor "${tensor}"`;
    this.#check(action);
    const { spec } = tensorOf(this.#layout, tensor);
    const elements = elementCount(
      tensor,
      spec,
      readDims(this.#layout, tensor, dims, this.#sizes.of(tensor)),
    );
    const bytes = await copyToHost(
      this.#device,
      this.#slot(spec.slot),
      elements * ELEMENT_BYTES,
      action,
      this.#faults,
    );
    return viewOf(spec.dtype, bytes, 0, elements);
  }

  /** Times of kernels; none are taken yet. */
  kernelTimes(): Promise<readonly KernelTime[]> {
    return Promise.resolve([]);
  }

  /** Gives the memory back; a second time does nothing. */
  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    for (const buffer of this.#prepared.buffers) this.#device.buffers.destroy(buffer);
    this.#onDispose();
  }

  #check(action: string): void {
    this.#device.check(action);
    if (this.#disposed) {
      throw new Error(
        `Cannot ${action}: module "${this.spec.name}" was disposed; load it again`,
      );
    }
  }

  #slot(index: number): GPUBuffer {
    const buffer = this.#prepared.slots[index];
    // Laying out the module has refused every tensor without a slot.
    if (buffer === undefined) {
      throw new RangeError(`Module "${this.spec.name}" has no slot ${index}`);
    }
    return buffer;
  }
}
