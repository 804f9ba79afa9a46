/**
 * A module in memory, with all threads that work on it: programs as functions, failures as errors, and
 * an end.
 *
 * @module
 */
import type { Dtype, ModuleSpec } from "../spec.ts";
import { viewOf } from "../tensor_data.ts";
import { messageOf } from "../wording.ts";
import type { Build } from "./build.ts";
import { failureOf, reportFailure } from "./control_block.ts";
import type { Crew } from "./crew.ts";
import type { KernelClock } from "./kernel_clock.ts";
import { importsOf, type Link, type ThreadLink } from "./link.ts";
import { ownPatience, PATIENCE } from "./patience.ts";

/** A program of a module: takes its uniforms and returns when all kernels have run on all threads. */
type WasmProgram = (...uniforms: number[]) => void;

/** The exports of a module's first thread. */
interface FirstThread {
  readonly programs: ReadonlyMap<string, WasmProgram>;
  /** Lets the other threads go. */
  leave(): void;
}

/** What an instance is made of. */
export interface InstanceParts {
  readonly spec: ModuleSpec;
  readonly build: Build;
  readonly link: Link;
  /** The threads beside the first; none for a module that does not share its work. */
  readonly crew: Crew | undefined;
  /** Absent where nobody wants to know the times of kernels. */
  readonly clock: KernelClock | undefined;
}

/** What an instance has until its end. */
interface Live extends InstanceParts {
  readonly first: FirstThread;
}

/** True if a module's programs run on several threads. */
export function isThreaded({ module }: Build): boolean {
  return WebAssembly.Module.exports(module).some(({ name }) => name === "work");
}

/**
 * An instance of a module on all its threads. It knows nothing of the loaded module that a caller holds,
 * so that one that was dropped can be collected, and its threads ended.
 */
export class WasmInstance {
  readonly #moduleName: string;
  #live: Live | undefined;
  #failure: string | undefined;

  private constructor(live: Live) {
    this.#moduleName = live.spec.name;
    this.#live = live;
  }

  /**
   * Makes the instance on all threads. The crew belongs to it, and is ended if this fails.
   *
   * @throws {Error} if the WebAssembly does not fit the spec, or a thread cannot work on it
   */
  static async start(parts: InstanceParts): Promise<WasmInstance> {
    const { spec, link, crew, clock } = parts;
    try {
      const first = await firstThread(parts, link, (kernel) => clock?.mark(kernel));
      await crew?.join(link, PATIENCE).catch((cause) => {
        throw new Error(
          `Cannot load module "${spec.name}" on ${link.threads} threads: ${messageOf(cause)}; ` +
            `open the backend with fewer threads`,
          { cause },
        );
      });
      return new WasmInstance({ ...parts, first });
    } catch (thrown) {
      // Threads that are in the module already leave it.
      reportFailure(link.memory, messageOf(thrown));
      await crew?.end();
      throw thrown;
    }
  }

  /** Refuses to go on after the end, or after a failure. */
  check(action: string): void {
    this.#open(action);
    if (this.#failure === undefined) return;
    throw new Error(
      `Cannot ${action}: module "${this.#moduleName}" has failed (${this.#failure}); load it again`,
    );
  }

  /** The elements of a tensor as they lie in memory. */
  tensor(name: string, dtype: Dtype, elements: number) {
    const { memory, addresses } = this.#open(`use tensor "${name}"`).link;
    return viewOf(dtype, memory.buffer, addresses[name] ?? 0, elements);
  }

  /** The clock of its kernels, if it has one. */
  get clock(): KernelClock | undefined {
    return this.#live?.clock;
  }

  /**
   * Runs a program to its end on all threads.
   *
   * @throws {Error} if a thread failed; the others have stopped, and what lies in memory is not to be
   *   trusted
   */
  run(program: string, uniforms: readonly number[]): void {
    const { first, clock, link, crew } = this.#open(`run program "${program}"`);
    clock?.begin(program);
    try {
      first.programs.get(program)?.(...uniforms);
    } catch (cause) {
      reportFailure(link.memory, messageOf(cause));
      const why = failureOf(link.memory) ?? messageOf(cause);
      this.#failure = `Program "${program}" of module "${this.#moduleName}" stopped inside its ` +
        `WebAssembly: ${why}`;
      void crew?.end();
      throw new Error(
        `${this.#failure}; run "deno task gen" to write it anew, and report it if it stays`,
        { cause },
      );
    }
  }

  /**
   * Runs a program to its end on the first thread alone, in an instance of its own on the same memory; the other
   * threads sleep on.
   *
   * @param mark called after each kernel with its position in the program
   */
  async trace(
    program: string,
    uniforms: readonly number[],
    mark: (kernel: number) => void,
  ): Promise<void> {
    const live = this.#open(`trace program "${program}"`);
    const link = { ...live.link, threads: 1, profile: true };
    const { programs } = await firstThread(live, link, (kernel) => kernel >= 0 && mark(kernel));
    programs.get(program)?.(...uniforms);
  }

  /** Lets the memory and all other threads go; a second time does nothing. */
  async end(): Promise<void> {
    const live = this.#live;
    this.#live = undefined;
    if (live?.crew === undefined) return;
    // Threads that failed have left by themselves.
    if (failureOf(live.link.memory) === undefined) live.first.leave();
    await live.crew.end();
  }

  #open(action: string): Live {
    if (this.#live !== undefined) return this.#live;
    throw new Error(
      `Cannot ${action}: module "${this.#moduleName}" was disposed; load it again`,
    );
  }
}

async function firstThread(
  { spec, build }: InstanceParts,
  link: Link,
  mark: ThreadLink["mark"],
): Promise<FirstThread> {
  const imports = importsOf(link, { patience: ownPatience(), mark });
  const { exports } = await WebAssembly.instantiate(build.module, imports).catch((cause) => {
    throw build.fault(`does not fit its bindings: ${messageOf(cause)}`, cause);
  });
  const functionOf = (name: string, what: string): WasmProgram => {
    const exported = exports[name];
    if (typeof exported !== "function") throw build.fault(`does not export ${what}`);
    // `exports` types every function as Function; these return nothing that is used.
    return exported as WasmProgram;
  };
  const names = Object.keys(spec.programs);
  const programs = new Map(names.map((name) => [name, functionOf(name, `program "${name}"`)]));
  return { programs, leave: isThreaded(build) ? functionOf("leave", `"leave"`) : () => {} };
}
