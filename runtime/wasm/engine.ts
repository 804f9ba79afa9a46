/**
 * A module's instance as an engine: tensors are windows on its memory, programs are calls.
 *
 * @module
 */
import type { KernelTime, TensorData } from "../backend.ts";
import type { Engine } from "../direct_module.ts";
import type { TensorPlace } from "../module_layout.ts";
import type { WasmInstance } from "./instance.ts";
import { exchanged, type Matrix, transpose } from "./transpose.ts";

/** An instance, and the tensors whose axes are exchanged in its memory. */
export class WasmEngine implements Engine {
  readonly #instance: WasmInstance;
  readonly #transposed: ReadonlyMap<string, Matrix>;

  constructor(instance: WasmInstance, transposed: ReadonlyMap<string, Matrix>) {
    this.#instance = instance;
    this.#transposed = transposed;
  }

  /** Refuses to go on after the end, or after a failure. */
  check(action: string): void {
    this.#instance.check(action);
  }

  /** Copies data to a tensor, from an element on. */
  write({ name, spec, elements }: TensorPlace, data: TensorData, at: number): void {
    const lying = this.#instance.tensor(name, spec.dtype, elements);
    const matrix = this.#transposed.get(name);
    if (matrix === undefined) {
      lying.set(data, at);
    } else if (data.length === elements) {
      transpose(data, lying, matrix);
    } else {
      const whole = lying.slice();
      transpose(lying, whole, exchanged(matrix));
      whole.set(data, at);
      transpose(whole, lying, matrix);
    }
  }

  /** Copies the first elements of a tensor. */
  read({ name, spec }: TensorPlace, elements: number): TensorData {
    const lying = this.#instance.tensor(name, spec.dtype, elements);
    const copy = lying.slice();
    const matrix = this.#transposed.get(name);
    if (matrix !== undefined) transpose(lying, copy, exchanged(matrix));
    return copy;
  }

  /** Runs a program to its end on all threads. */
  run(program: string, uniforms: readonly number[]): void {
    this.#instance.run(program, uniforms);
  }

  /** Runs a program on one thread, which gives the same bits as several. */
  trace(
    program: string,
    uniforms: readonly number[],
    mark: (kernel: number) => void,
  ): Promise<void> {
    return this.#instance.trace(program, uniforms, mark);
  }

  /** The times of all kernels, if they are taken. */
  kernelTimes(): readonly KernelTime[] {
    return this.#instance.clock?.times() ?? [];
  }
}
