/**
 * A module loaded as WebAssembly: tensors are windows on its memory, programs are calls.
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
import { elementCount, type ModuleLayout, programOf, tensorOf } from "../module_layout.ts";
import type { ModuleSpec } from "../spec.ts";
import { LastSizes } from "../last_sizes.ts";
import { checkData, viewOf } from "../tensor_data.ts";
import { messageOf } from "../wording.ts";
import type { WasmInstance } from "./instance.ts";

/** A loaded module of the CPU backend. A run has finished when `run` returns. */
export class LoadedWasmModule<M extends ModuleSpec> implements LoadedModule<M> {
  /** The module that was loaded. */
  readonly spec: M;
  /** What it runs on. */
  readonly backend: BackendInfo;
  readonly #layout: ModuleLayout;
  readonly #sizes: LastSizes;
  readonly #onDispose: () => void;
  #instance: WasmInstance | undefined;
  /** The first failure since the last read: what lies in memory is not to be trusted. */
  #failure: Error | undefined;

  constructor(
    spec: M,
    layout: ModuleLayout,
    instance: WasmInstance,
    backend: BackendInfo,
    onDispose: () => void,
  ) {
    this.spec = spec;
    this.backend = backend;
    this.#layout = layout;
    this.#sizes = new LastSizes(spec);
    this.#instance = instance;
    this.#onDispose = onDispose;
  }

  /** Copies data to the start of a tensor. */
  write(tensor: TensorName<M>, data: TensorData): void {
    const instance = this.#open(`write tensor "${tensor}"`);
    const place = tensorOf(this.#layout, tensor);
    checkData(place, data);
    this.#sizes.wrote(tensor);
    const address = instance.addresses.get(tensor) ?? 0;
    viewOf(place.spec.dtype, instance.memory.buffer, address, data.length).set(data);
  }

  /** Runs a program to its end. */
  run(program: ProgramName<M>, values: Readonly<Record<string, number>>): void {
    const instance = this.#open(`run program "${program}"`);
    const spec = programOf(this.#layout, program);
    const call = callValues(this.#layout, program, spec, values);
    const uniforms = uniformValues(program, spec, call);
    this.#sizes.ran(program, call);
    try {
      instance.programs.get(program)?.(...uniforms);
    } catch (cause) {
      const failure = new Error(
        `Program "${program}" of module "${this.spec.name}" stopped inside its WebAssembly: ` +
          `${messageOf(cause)}; run "deno task gen" to write it anew, and report it if it stays`,
        { cause },
      );
      this.#failure ??= failure;
      throw failure;
    }
  }

  /** Copies the first elements of a tensor out of the memory. */
  // deno-lint-ignore require-await -- async, so that every fault is a rejection
  async read(
    tensor: TensorName<M>,
    dims: Readonly<Record<string, number>> = {},
  ): Promise<TensorData> {
    const instance = this.#open(`read tensor "${tensor}"`);
    const { spec } = tensorOf(this.#layout, tensor);
    const elements = elementCount(
      tensor,
      spec,
      readDims(this.#layout, tensor, dims, this.#sizes.of(tensor)),
    );
    const failure = this.#failure;
    this.#failure = undefined;
    if (failure !== undefined) throw failure;
    const address = instance.addresses.get(tensor) ?? 0;
    return viewOf(spec.dtype, instance.memory.buffer, address, elements).slice();
  }

  /** Times of kernels; none are taken yet. */
  kernelTimes(): Promise<readonly KernelTime[]> {
    return Promise.resolve([]);
  }

  /** Gives the memory back; a second time does nothing. */
  dispose(): void {
    if (this.#instance === undefined) return;
    this.#instance = undefined;
    this.#onDispose();
  }

  #open(action: string): WasmInstance {
    if (this.#instance === undefined) {
      throw new Error(
        `Cannot ${action}: module "${this.spec.name}" was disposed; load it again`,
      );
    }
    return this.#instance;
  }
}
