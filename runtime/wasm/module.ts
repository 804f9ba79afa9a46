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
import { LastSizes } from "../last_sizes.ts";
import { elementCount, type ModuleLayout, programOf, tensorOf } from "../module_layout.ts";
import type { Dims, ModuleSpec } from "../spec.ts";
import { checkData } from "../tensor_data.ts";
import { lookOf, type Moment, type Probe } from "../trace.ts";
import type { WasmInstance } from "./instance.ts";
import { exchanged, type Matrix, transpose } from "./transpose.ts";

/** Where a loaded module lies. */
export interface ModulePlace {
  readonly layout: ModuleLayout;
  /** The tensors whose axes are exchanged in memory. */
  readonly transposed: ReadonlyMap<string, Matrix>;
  readonly instance: WasmInstance;
  readonly backend: BackendInfo;
}

/** A loaded module of the CPU backend. A run has finished when `run` returns. */
export class LoadedWasmModule<M extends ModuleSpec> implements LoadedModule<M> {
  /** The module that was loaded. */
  readonly spec: M;
  /** The dims it was loaded with. */
  readonly dims: Dims<string>;
  /** What it runs on. */
  readonly backend: BackendInfo;
  readonly #layout: ModuleLayout;
  readonly #sizes: LastSizes;
  readonly #transposed: ReadonlyMap<string, Matrix>;
  readonly #instance: WasmInstance;
  readonly #onDispose: () => void;

  /** @param onDispose ends the instance */
  constructor(spec: M, place: ModulePlace, onDispose: () => void) {
    this.spec = spec;
    this.dims = place.layout.dims;
    this.backend = place.backend;
    this.#layout = place.layout;
    this.#sizes = new LastSizes(spec);
    this.#transposed = place.transposed;
    this.#instance = place.instance;
    this.#onDispose = onDispose;
  }

  /** Copies data to a tensor: to its start, or from an element on. */
  write(tensor: TensorName<M>, data: TensorData, at?: number): void {
    this.#instance.check(`write tensor "${tensor}"`);
    const place = tensorOf(this.#layout, tensor);
    checkData(place, data, at);
    this.#sizes.wrote(tensor);
    const lying = this.#instance.tensor(tensor, place.spec.dtype, place.elements);
    const matrix = this.#transposed.get(tensor);
    if (matrix === undefined) {
      lying.set(data, at);
    } else if (data.length === place.elements) {
      transpose(data, lying, matrix);
    } else {
      const whole = lying.slice();
      transpose(lying, whole, exchanged(matrix));
      whole.set(data, at);
      transpose(whole, lying, matrix);
    }
  }

  /** Runs a program to its end. */
  run(program: ProgramName<M>, values: Readonly<Record<string, number>>): void {
    this.#instance.check(`run program "${program}"`);
    const spec = programOf(this.#layout, program);
    const call = callValues(this.#layout, program, spec, values);
    const uniforms = uniformValues(program, spec, call);
    this.#sizes.ran(program, call);
    this.#instance.run(program, uniforms);
  }

  /**
   * Runs a program to its end on one thread, which gives the same bits as several, and lets a probe look between
   * its kernels.
   */
  async trace(
    program: ProgramName<M>,
    values: Readonly<Record<string, number>>,
    probe: Probe,
  ): Promise<void> {
    this.#instance.check(`trace program "${program}"`);
    const spec = programOf(this.#layout, program);
    const call = callValues(this.#layout, program, spec, values);
    const uniforms = uniformValues(program, spec, call);
    this.#sizes.ran(program, call);
    const look = (index: number, moment: Moment): void => {
      const kernel = spec.kernels[index];
      const wanted = kernel && lookOf(probe, { spec: kernel, index }, moment);
      wanted?.take(new Map(wanted.names.map((name) => [name, this.#copy(name, call)])));
    };
    look(0, "before");
    await this.#instance.trace(program, uniforms, (index) => {
      look(index, "after");
      look(index + 1, "before");
    });
  }

  /** Copies the first elements of a tensor out of the memory. */
  // deno-lint-ignore require-await -- async, so that every fault is a rejection
  async read(
    tensor: TensorName<M>,
    dims: Readonly<Record<string, number>> = {},
  ): Promise<TensorData> {
    this.#instance.check(`read tensor "${tensor}"`);
    return this.#copy(tensor, readDims(this.#layout, tensor, dims, this.#sizes.of(tensor)));
  }

  #copy(tensor: string, sizes: Dims<string>): TensorData {
    const { spec } = tensorOf(this.#layout, tensor);
    const lying = this.#instance.tensor(tensor, spec.dtype, elementCount(tensor, spec, sizes));
    const copy = lying.slice();
    const matrix = this.#transposed.get(tensor);
    if (matrix !== undefined) transpose(lying, copy, exchanged(matrix));
    return copy;
  }

  /** Tells the times of all kernels; none unless the backend was opened to take them. */
  // deno-lint-ignore require-await -- async, so that every fault is a rejection
  async kernelTimes(): Promise<readonly KernelTime[]> {
    this.#instance.check("tell the times of kernels");
    return this.#instance.clock?.times() ?? [];
  }

  /** Gives the memory and the other threads back; a second time does nothing. */
  dispose(): void {
    this.#onDispose();
  }
}
