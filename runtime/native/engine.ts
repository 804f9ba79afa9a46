/**
 * A module in machine code: its memory and threads lie outside of JavaScript and are used by calls alone.
 *
 * @module
 */
import type { KernelTime, TensorData } from "../backend.ts";
import type { Engine } from "../direct_module.ts";
import type { ModuleLayout, TensorPlace } from "../module_layout.ts";
import { ARRAY_TYPES } from "../tensor_data.ts";
import type { Handle, Library } from "./library.ts";

/** How a module is opened. */
export interface EngineOptions {
  readonly threads: number;
  /** Whether to take the time of every kernel. */
  readonly profile: boolean;
  /** Whether kernels may skip the zeros of sparse inputs. */
  readonly skipZeros: boolean;
}

/** The flags that `tw_open` takes. */
const FLAGS = { profile: 1, skipZeros: 2 } as const;

const MESSAGE_BYTES = 1024;

/** A program as the library counts it. */
interface NativeProgram {
  readonly number: number;
  readonly kernels: readonly string[];
  /** The uniforms of a call, as words. */
  readonly words: Uint32Array<ArrayBuffer>;
  readonly write: (uniforms: readonly number[]) => void;
  calls: number;
}

/** A module that was opened. */
export class NativeEngine implements Engine {
  readonly #moduleName: string;
  readonly #symbols: Library["symbols"];
  readonly #layout: ModuleLayout;
  readonly #programs: ReadonlyMap<string, NativeProgram>;
  readonly #tensors: ReadonlyMap<string, number>;
  readonly #profile: boolean;
  #handle: Handle | undefined;
  #failure: string | undefined;

  /**
   * Gives a module memory and threads.
   *
   * @throws {Error} if the machine does not give them, or a kernel would leave the memory that is planned
   */
  constructor(library: Library, layout: ModuleLayout, options: EngineOptions) {
    const { spec } = layout;
    this.#moduleName = spec.name;
    this.#symbols = library.symbols;
    this.#layout = layout;
    this.#profile = options.profile;
    this.#tensors = new Map(Object.keys(spec.tensors).map((name, at) => [name, at]));
    this.#programs = new Map(
      Object.entries(spec.programs).map(([name, program], number) => {
        const words = new Uint32Array(Math.max(1, program.uniforms.length));
        const floats = new Float32Array(words.buffer);
        const types = program.uniforms.map(({ dtype }) => dtype);
        const write = (uniforms: readonly number[]): void =>
          uniforms.forEach((value, at) => (types[at] === "f32" ? floats : words)[at] = value);
        const kernels = program.kernels.map((kernel) => kernel.name);
        return [name, { number, kernels, words, write, calls: 0 }];
      }),
    );
    this.#handle = this.#openModule(options);
  }

  #openModule({ threads, profile, skipZeros }: EngineOptions): Handle {
    const { spec, dims } = this.#layout;
    const sizes = Uint32Array.from(
      [...spec.fixedDims, ...spec.callDims],
      (name) => dims[name] ?? 0,
    );
    const flags = (profile ? FLAGS.profile : 0) | (skipZeros ? FLAGS.skipZeros : 0);
    const message = new Uint8Array(MESSAGE_BYTES);
    const handle = this.#symbols.tw_open(sizes, threads, flags, message, BigInt(message.length));
    if (handle !== null) return handle;
    const why = new TextDecoder().decode(message.subarray(0, message.indexOf(0)));
    throw new RangeError(`Cannot load module "${spec.name}": ${why}`);
  }

  /** Refuses to go on after the end, or after a failure. */
  check(action: string): void {
    this.#open(action);
    if (this.#failure === undefined) return;
    throw new Error(`Cannot ${action}: module "${this.#moduleName}" has failed (${this.#failure})`);
  }

  /** Copies data to a tensor, from an element on. */
  write({ name }: TensorPlace, data: TensorData, at: number): void {
    const handle = this.#open(`write tensor "${name}"`);
    const copied = this.#symbols.tw_write(
      handle,
      this.#numberOf(name),
      bytesOf(data),
      BigInt(at),
      BigInt(data.length),
    );
    if (copied === 0) throw this.#foreign(name, at + data.length);
  }

  /** Copies the first elements of a tensor. */
  read({ name, spec }: TensorPlace, elements: number): TensorData {
    const handle = this.#open(`read tensor "${name}"`);
    const copy = new ARRAY_TYPES[spec.dtype](elements);
    const number = this.#numberOf(name);
    const copied = this.#symbols.tw_read(handle, number, bytesOf(copy), BigInt(elements));
    if (copied === 0) throw this.#foreign(name, elements);
    this.#checkMemory(handle);
    return copy;
  }

  /** Runs a program to its end on all threads. */
  run(program: string, uniforms: readonly number[]): void {
    const handle = this.#open(`run program "${program}"`);
    const own = this.#programs.get(program);
    if (own === undefined) return;
    own.write(uniforms);
    own.calls++;
    this.#symbols.tw_run(handle, own.number, own.words, 0, own.kernels.length);
  }

  /** Runs a program kernel by kernel, on all threads. */
  // deno-lint-ignore require-await -- async, so that every fault is a rejection
  async trace(
    program: string,
    uniforms: readonly number[],
    mark: (kernel: number) => void,
  ): Promise<void> {
    const handle = this.#open(`trace program "${program}"`);
    const own = this.#programs.get(program);
    own?.write(uniforms);
    own?.kernels.forEach((_, kernel) => {
      this.#symbols.tw_run(handle, own.number, own.words, kernel, kernel + 1);
      mark(kernel);
    });
  }

  /** The times of all kernels on the first thread, if they are taken. */
  kernelTimes(): readonly KernelTime[] {
    const handle = this.#open("tell the times of kernels");
    if (!this.#profile) return [];
    return [...this.#programs].flatMap(([program, { number, kernels, calls }]) =>
      kernels.map((kernel, at) => ({
        program,
        kernel,
        calls,
        seconds: this.#symbols.tw_seconds(handle, number, at),
      }))
    );
  }

  /** Ends the threads and gives the memory back; a second time does nothing. */
  end(): void {
    const handle = this.#handle;
    this.#handle = undefined;
    if (handle !== undefined) this.#symbols.tw_close(handle);
  }

  #numberOf(name: string): number {
    return this.#tensors.get(name) ?? 0;
  }

  /** What lies behind a piece of memory is as it was, or a kernel has left its own. */
  #checkMemory(handle: Handle): void {
    const slot = this.#symbols.tw_overrun_slot(handle);
    const { tensors } = this.#layout.spec;
    if (slot >= this.#layout.slotBytes.length) return;
    const names = Object.keys(tensors).filter((name) => tensors[name]?.slot === slot);
    this.#failure = `a kernel has written behind the end of ${names.join(", ")}`;
    throw new Error(
      `Module "${this.#moduleName}" has failed: ${this.#failure}; report it, and choose another backend`,
    );
  }

  #foreign(name: string, elements: number): Error {
    return new Error(
      `Cannot reach ${elements} elements of tensor "${name}": the machine code of module ` +
        `"${this.#moduleName}" has less; run "deno task gen" to write it anew`,
    );
  }

  #open(action: string): Handle {
    if (this.#handle !== undefined) return this.#handle;
    throw new Error(`Cannot ${action}: module "${this.#moduleName}" was disposed; load it again`);
  }
}

function bytesOf(data: TensorData): Uint8Array<ArrayBuffer> {
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}
