/**
 * Runs compiled modules on the CPU as machine code, from C that is compiled on this machine.
 *
 * @module
 */
import type { Backend, BackendInfo, DimName, LoadedModule } from "../backend.ts";
import { DirectModule } from "../direct_module.ts";
import { layOut } from "../module_layout.ts";
import type { ModuleSpec } from "../spec.ts";
import { checkThreads, defaultThreads } from "../thread_count.ts";
import { buildLibrary } from "./build.ts";
import { type EngineOptions, NativeEngine } from "./engine.ts";
import { loadLibrary } from "./library.ts";
import { findToolchain, type Toolchain, type ToolchainOptions } from "./toolchain.ts";

/** How to open the native backend. */
export interface NativeOptions {
  /** How many threads run kernels, from 1 to 64; one per core, up to eight, if absent. */
  readonly threads?: number;
  /** Takes the time of every kernel; `kernelTimes` of a loaded module tells it. */
  readonly profile?: boolean;
  /**
   * False to compute also what is zero in inputs that are declared sparse; the values are the same bit
   * for bit, if all are finite. For comparisons: true, if absent.
   */
  readonly skipZeros?: boolean;
  /** The compiler to take, and where to keep what it makes; what is usual, if absent. */
  readonly toolchain?: ToolchainOptions;
}

/** A backend, or in a clause why this machine has none. */
export type NativeSearch =
  | { readonly found: true; readonly backend: Backend }
  | { readonly found: false; readonly why: string };

/**
 * Opens the native backend, if this machine has a C compiler and this process may use it.
 *
 * It takes `--allow-ffi`, `--allow-run` for the compiler, and reading and writing of the folder in which
 * compiled modules are kept.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * const search = await openNative({ toolchain: { compilers: ["no-such-compiler"] } });
 * assert.equal(search.found, false);
 * ```
 *
 * @throws {RangeError} if `threads` is no number of threads
 */
export async function openNative(options: NativeOptions = {}): Promise<NativeSearch> {
  const { threads = defaultThreads(), profile = false, skipZeros = true, toolchain } = options;
  checkThreads("native", threads);
  const search = await findToolchain(toolchain);
  if (!search.found) return search;
  return {
    found: true,
    backend: new NativeBackend(search.toolchain, { threads, profile, skipZeros }),
  };
}

/** Ends what belongs to loaded modules that a program dropped without disposing of them. */
const forgotten = new FinalizationRegistry<() => void>((end) => end());

/** What the compiler says of vectors, in the order of preference. */
const VECTORS = [
  ["__AVX512F__", "AVX-512"],
  ["__AVX2__", "AVX2"],
  ["__AVX__", "AVX"],
  ["__SSE2__", "SSE2"],
  ["__ARM_NEON", "NEON"],
] as const;

/** The native backend; see {@linkcode openNative}. */
class NativeBackend implements Backend {
  /** What it runs on. */
  readonly info: BackendInfo;
  readonly #toolchain: Toolchain;
  readonly #options: EngineOptions;
  readonly #engines = new Set<NativeEngine>();
  #disposed = false;

  constructor(toolchain: Toolchain, options: EngineOptions) {
    const { target, compiler } = toolchain;
    const vectors = VECTORS.find(([macro]) => target.includes(` ${macro} `))?.[1];
    this.info = Object.freeze({
      name: "native",
      adapter: `C by ${compiler}${vectors === undefined ? "" : ` for ${vectors}`}`,
      software: false,
      threads: options.threads,
    });
    this.#toolchain = toolchain;
    this.#options = options;
  }

  /** Compiles the module if it was not compiled before, and gives it memory and threads of its own. */
  async load<const M extends ModuleSpec>(
    module: M,
    dims: Readonly<Record<DimName<M>, number>>,
  ): Promise<LoadedModule<M>> {
    this.#checkOpen(module.name);
    const layout = layOut(module, dims);
    const file = await buildLibrary(module, this.#toolchain);
    this.#checkOpen(module.name);
    const engine = new NativeEngine(loadLibrary(module.name, file), layout, this.#options);
    this.#engines.add(engine);
    const end = (): void => {
      this.#engines.delete(engine);
      engine.end();
    };
    const loaded = new DirectModule(module, { layout, engine, backend: this.info }, end);
    forgotten.register(loaded, end);
    return loaded;
  }

  /** Disposes of every module that is still loaded. */
  // deno-lint-ignore require-await -- a backend's end may be waited for
  async dispose(): Promise<void> {
    this.#disposed = true;
    for (const engine of this.#engines) engine.end();
    this.#engines.clear();
  }

  #checkOpen(moduleName: string): void {
    if (this.#disposed) {
      throw new Error(
        `Cannot load module "${moduleName}": this backend was disposed; open another one`,
      );
    }
  }
}
