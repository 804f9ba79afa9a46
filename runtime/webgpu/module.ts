/**
 * A module loaded on a GPU device: tensors are buffers, and runs are submitted several at a time.
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
import type { Dims, ModuleSpec } from "../spec.ts";
import { LastSizes } from "../last_sizes.ts";
import { checkData, viewOf } from "../tensor_data.ts";
import { lookOf, type Moment, type Probe, type TracedKernel } from "../trace.ts";
import type { Device } from "./device.ts";
import { Dispatches } from "./dispatch.ts";
import { PendingFaults } from "./error_scopes.ts";
import { essence } from "./messages.ts";
import type { PreparedModule } from "./prepare.ts";
import { copyToHost } from "./read_back.ts";
import { RunQueue } from "./run_queue.ts";

/** A loaded module of the GPU backend. */
export class LoadedWebgpuModule<M extends ModuleSpec> implements LoadedModule<M> {
  /** The module that was loaded. */
  readonly spec: M;
  /** The dims it was loaded with. */
  readonly dims: Dims<string>;
  /** What it runs on. */
  readonly backend: BackendInfo;
  readonly #device: Device;
  readonly #layout: ModuleLayout;
  readonly #sizes: LastSizes;
  readonly #prepared: PreparedModule;
  readonly #dispatches: Dispatches;
  readonly #queue: RunQueue;
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
    this.dims = layout.dims;
    this.backend = device.info;
    this.#device = device;
    this.#layout = layout;
    this.#sizes = new LastSizes(spec);
    this.#prepared = prepared;
    this.#dispatches = new Dispatches(layout, prepared.programs, device.limits);
    this.#queue = new RunQueue({ device, layout, faults: this.#faults, ...prepared });
    this.#onDispose = onDispose;
  }

  /** Submits and writes whose outcome is not known yet. */
  get pending(): number {
    return this.#faults.size;
  }

  /** Copies data to a tensor, to its start or from an element on, in order with the runs. */
  write(tensor: TensorName<M>, data: TensorData, at?: number): void {
    const action = `write tensor "${tensor}"`;
    this.#check(action);
    const place = tensorOf(this.#layout, tensor);
    checkData(place, data, at);
    this.#sizes.wrote(tensor);
    // Deno 2.9 panics when it is given nothing to write.
    if (data.length === 0) return;
    const { fault } = this.#device.watch(() =>
      this.#queue.write(
        this.#slot(place.spec.slot),
        data,
        (at ?? 0) * ELEMENT_BYTES[place.spec.dtype],
      )
    );
    this.#faults.track(
      fault,
      ({ message }) =>
        new Error(`Cannot ${action} of module "${this.spec.name}": ${essence(message)}`),
    );
  }

  /** Queues a run; nothing is made, awaited or read back. */
  run(program: ProgramName<M>, values: Readonly<Record<string, number>>): void {
    this.#check(`run program "${program}"`);
    const spec = programOf(this.#layout, program);
    const call = callValues(this.#layout, program, spec, values);
    const uniforms = uniformValues(program, spec, call);
    const dispatches = this.#dispatches.of(program, call);
    this.#sizes.ran(program, call);
    if (dispatches.length === 0) return;
    this.#queue.run({ name: program, program: spec, dims: call }, dispatches, uniforms);
  }

  /** Runs a program with a submit for each kernel, and lets a probe look between them. */
  async trace(
    program: ProgramName<M>,
    values: Readonly<Record<string, number>>,
    probe: Probe,
  ): Promise<void> {
    this.#check(`trace program "${program}"`);
    const spec = programOf(this.#layout, program);
    const call = callValues(this.#layout, program, spec, values);
    const uniforms = uniformValues(program, spec, call);
    const dispatches = this.#dispatches.of(program, call);
    this.#sizes.ran(program, call);
    const look = async (kernel: TracedKernel, moment: Moment): Promise<void> => {
      const wanted = lookOf(probe, kernel, moment);
      if (wanted === undefined) return;
      const tensors = new Map<string, TensorData>();
      for (const name of wanted.names) tensors.set(name, await this.#copy(name, call));
      wanted.take(tensors);
    };
    for (const [index, kernel] of spec.kernels.entries()) {
      await look({ spec: kernel, index }, "before");
      const own = dispatches.filter((dispatch) => dispatch.kernel.spec === kernel);
      if (own.length > 0) {
        this.#queue.run({ name: program, program: spec, dims: call }, own, uniforms);
      }
      await look({ spec: kernel, index }, "after");
    }
    this.#queue.submit();
    await this.#faults.settle();
  }

  /** Waits for everything queued; throws the first fault, or copies a tensor's first elements. */
  async read(
    tensor: TensorName<M>,
    dims: Readonly<Record<string, number>> = {},
  ): Promise<TensorData> {
    this.#check(`read tensor "${tensor}"`);
    return await this.#copy(
      tensor,
      readDims(this.#layout, tensor, dims, this.#sizes.of(tensor)),
    );
  }

  async #copy(tensor: string, sizes: Dims<string>): Promise<TensorData> {
    const { spec } = tensorOf(this.#layout, tensor);
    const elements = elementCount(tensor, spec, sizes);
    this.#queue.submit();
    const bytes = await copyToHost(
      this.#device,
      this.#slot(spec.slot),
      // Whole words are copied, whatever the tensor has of the last one.
      Math.ceil(elements * ELEMENT_BYTES[spec.dtype] / 4) * 4,
      `read tensor "${tensor}"`,
      this.#faults,
    );
    return viewOf(spec.dtype, bytes, 0, elements);
  }

  /** Waits for everything queued; throws the first fault, or tells the times of all kernels. */
  async kernelTimes(): Promise<readonly KernelTime[]> {
    const action = "tell the times of kernels";
    this.#check(action);
    this.#queue.submit();
    await this.#faults.settle();
    const times = await this.#prepared.clock?.times() ?? [];
    this.#device.check(action);
    return times;
  }

  /** Gives the memory back; a second time does nothing. */
  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    this.#prepared.clock?.dispose();
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
