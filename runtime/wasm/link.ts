/**
 * What a thread needs to make an instance of a module. All threads of a module share its memory.
 *
 * @module
 */

/** A compiled module with its memory and its numbers. It can be sent to another thread. */
export interface Link {
  readonly module: WebAssembly.Module;
  readonly memory: WebAssembly.Memory;
  /** Threads at work on it. */
  readonly threads: number;
  /** Whether the first thread tells the end of each kernel. */
  readonly profile: boolean;
  /** Whether kernels may skip the zeros of sparse inputs. */
  readonly skipZeros: boolean;
  /** Fixed dims by name. */
  readonly dims: Readonly<Record<string, number>>;
  /** Byte addresses of tensors and pieces of scratch memory, by name. */
  readonly addresses: Readonly<Record<string, number>>;
}

/** What is a thread's own. */
export interface ThreadLink {
  /** How often it looks before it sleeps at a barrier; -1 if it must never sleep. */
  readonly patience: number;
  /** Told the position of each kernel that has run, and -1 when a run begins. */
  mark(kernel: number): void;
}

/** The functions that kernels take from the host; all in float64. */
const MATH = {
  pow: Math.pow,
  sin: Math.sin,
  cos: Math.cos,
};

/** The imports of a module; see `WasmSpec` in `runtime/spec.ts`. */
export function importsOf(link: Link, { patience, mark }: ThreadLink): WebAssembly.Imports {
  const { memory, threads, profile, skipZeros, dims, addresses } = link;
  const flag = (value: boolean): number => value ? 1 : 0;
  return {
    env: { memory, threads, patience, profile: flag(profile), skip_zeros: flag(skipZeros), mark },
    dim: { ...dims },
    at: { ...addresses },
    math: MATH,
  };
}
