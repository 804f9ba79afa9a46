/**
 * A loaded module whose programs have run when their call returns: what callers see of any backend on the CPU.
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
} from "./backend.ts";
import { callValues, readDims, uniformValues } from "./call_values.ts";
import { LastSizes } from "./last_sizes.ts";
import {
  elementCount,
  type ModuleLayout,
  programOf,
  tensorOf,
  type TensorPlace,
} from "./module_layout.ts";
import type { Dims, ModuleSpec } from "./spec.ts";
import { checkData } from "./tensor_data.ts";
import { lookOf, type Moment, type Probe } from "./trace.ts";

/** What runs a module's programs at once. */
export interface Engine {
  /** Refuses to go on after the end, or after a failure. */
  check(action: string): void;
  /** Copies checked data to a tensor, from an element on. */
  write(place: TensorPlace, data: TensorData, at: number): void;
  /** Copies the first elements of a tensor. */
  read(place: TensorPlace, elements: number): TensorData;
  /** Runs a program to its end. */
  run(program: string, uniforms: readonly number[]): void;
  /** Runs a program to its end, and tells after each kernel its position. */
  trace(
    program: string,
    uniforms: readonly number[],
    mark: (kernel: number) => void,
  ): Promise<void>;
  /** The times of all kernels, if they are taken. */
  kernelTimes(): readonly KernelTime[];
}

/** What a loaded module consists of. */
export interface DirectParts {
  readonly layout: ModuleLayout;
  readonly engine: Engine;
  readonly backend: BackendInfo;
}

/** A loaded module. A run has finished when `run` returns. */
export class DirectModule<M extends ModuleSpec> implements LoadedModule<M> {
  /** The module that was loaded. */
  readonly spec: M;
  /** The dims it was loaded with. */
  readonly dims: Dims<string>;
  /** What it runs on. */
  readonly backend: BackendInfo;
  readonly #layout: ModuleLayout;
  readonly #sizes: LastSizes;
  readonly #engine: Engine;
  readonly #onDispose: () => void;

  /** @param onDispose ends the engine */
  constructor(spec: M, { layout, engine, backend }: DirectParts, onDispose: () => void) {
    this.spec = spec;
    this.dims = layout.dims;
    this.backend = backend;
    this.#layout = layout;
    this.#sizes = new LastSizes(spec);
    this.#engine = engine;
    this.#onDispose = onDispose;
  }

  /** Copies data to a tensor: to its start, or from an element on. */
  write(tensor: TensorName<M>, data: TensorData, at?: number): void {
    this.#engine.check(`write tensor "${tensor}"`);
    const place = tensorOf(this.#layout, tensor);
    checkData(place, data, at);
    this.#sizes.wrote(tensor);
    this.#engine.write(place, data, at ?? 0);
  }

  /** Runs a program to its end. */
  run(program: ProgramName<M>, values: Readonly<Record<string, number>>): void {
    this.#engine.check(`run program "${program}"`);
    const spec = programOf(this.#layout, program);
    const call = callValues(this.#layout, program, spec, values);
    const uniforms = uniformValues(program, spec, call);
    this.#sizes.ran(program, call);
    this.#engine.run(program, uniforms);
  }

  /** Runs a program to its end, with the same bits, and lets a probe look between its kernels. */
  async trace(
    program: ProgramName<M>,
    values: Readonly<Record<string, number>>,
    probe: Probe,
  ): Promise<void> {
    this.#engine.check(`trace program "${program}"`);
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
    await this.#engine.trace(program, uniforms, (index) => {
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
    this.#engine.check(`read tensor "${tensor}"`);
    return this.#copy(tensor, readDims(this.#layout, tensor, dims, this.#sizes.of(tensor)));
  }

  #copy(tensor: string, sizes: Dims<string>): TensorData {
    const place = tensorOf(this.#layout, tensor);
    return this.#engine.read(place, elementCount(tensor, place.spec, sizes));
  }

  /** Tells the times of all kernels; none unless the backend was opened to take them. */
  // deno-lint-ignore require-await -- async, so that every fault is a rejection
  async kernelTimes(): Promise<readonly KernelTime[]> {
    this.#engine.check("tell the times of kernels");
    return this.#engine.kernelTimes();
  }

  /** Gives the memory and the other threads back; a second time does nothing. */
  dispose(): void {
    this.#onDispose();
  }
}
