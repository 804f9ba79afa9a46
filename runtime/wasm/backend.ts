/**
 * Runs compiled modules on the CPU, as WebAssembly on several threads.
 *
 * @module
 */
import type { Backend, BackendInfo, DimName, LoadedModule } from "../backend.ts";
import { DirectModule } from "../direct_module.ts";
import { layOut, type ModuleLayout } from "../module_layout.ts";
import type { ModuleSpec } from "../spec.ts";
import { checkThreads, defaultThreads } from "../thread_count.ts";
import { messageOf } from "../wording.ts";
import { compileBuild } from "./build.ts";
import { Crew } from "./crew.ts";
import { isThreaded, WasmInstance } from "./instance.ts";
import type { Link } from "./link.ts";
import { KernelClock } from "./kernel_clock.ts";
import { allocate, planMemory } from "./memory.ts";
import { WasmEngine } from "./engine.ts";
import { hasRelaxedSimd } from "./relaxed_simd.ts";
import { whyAlone } from "./why_alone.ts";
import { transposedTensors } from "./transpose.ts";

/** How to open the CPU backend. */
export interface WasmOptions {
  /** How many threads run kernels, from 1 to 64; one per core, up to eight, if absent. */
  readonly threads?: number;
  /** Takes the time of every kernel; `kernelTimes` of a loaded module tells it. */
  readonly profile?: boolean;
  /**
   * False to compute also what is zero in inputs that are declared sparse; the values are the same bit
   * for bit, if all are finite. For comparisons: true, if absent.
   */
  readonly skipZeros?: boolean;
}

/**
 * Opens the CPU backend. It needs nothing but WebAssembly with SIMD, so it always succeeds: where no
 * other thread can be started, `info` tells why, and there is one.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * const backend = await openWasm({ threads: 2 });
 * assert.equal(backend.info.threads, 2);
 * await backend.dispose();
 * ```
 *
 * @throws {RangeError} if `threads` is no number of threads
 */
export async function openWasm(options: WasmOptions = {}): Promise<Backend> {
  const { threads = defaultThreads(), profile = false, skipZeros = true } = options;
  checkThreads("wasm", threads);
  const { crew, why } = await firstCrew(threads - 1);
  const engine = `WebAssembly ${
    hasRelaxedSimd ? "with relaxed SIMD " : ""
  }in ${navigator.userAgent}`;
  const info: BackendInfo = Object.freeze({
    name: "wasm",
    adapter: why === undefined ? engine : `${engine}, on one thread because ${why}`,
    software: false,
    threads: crew === undefined ? 1 : threads,
  });
  return new WasmBackend(info, crew, { profile, skipZeros });
}

/** The threads for the first module to be loaded, or why there are none. */
async function firstCrew(count: number): Promise<{ crew?: Crew; why?: string }> {
  if (count === 0) return {};
  const why = whyAlone();
  if (why !== undefined) return { why };
  try {
    return { crew: await Crew.start(count) };
  } catch (cause) {
    return { why: `no other starts (${messageOf(cause)})` };
  }
}

/** Ends what belongs to loaded modules that a program dropped without disposing of them. */
const forgotten = new FinalizationRegistry<() => Promise<void>>((end) => void end());

/** What is the same for all modules of a backend. */
type Settings = Pick<Link, "profile" | "skipZeros">;

/** The CPU backend; see {@linkcode openWasm}. */
class WasmBackend implements Backend {
  /** What it runs on. */
  readonly info: BackendInfo;
  readonly #settings: Settings;
  /** Holds no loaded module, so that one that is dropped can be collected. */
  readonly #instances = new Set<WasmInstance>();
  /** Threads that no module works with yet. */
  #spare: Crew | undefined;
  #disposed = false;

  constructor(info: BackendInfo, crew: Crew | undefined, settings: Settings) {
    this.info = info;
    this.#spare = crew;
    this.#settings = settings;
  }

  /** Fetches the module's WebAssembly, and gives it memory and threads of its own. */
  async load<const M extends ModuleSpec>(
    module: M,
    dims: Readonly<Record<DimName<M>, number>>,
  ): Promise<LoadedModule<M>> {
    this.#checkOpen(module.name);
    const layout = layOut(module, dims);
    const transposed = transposedTensors(layout);
    const instance = await this.#instantiate(layout);
    const end = (): Promise<void> => {
      this.#instances.delete(instance);
      return instance.end();
    };
    if (this.#disposed) await end();
    this.#checkOpen(module.name);
    this.#instances.add(instance);
    const engine = new WasmEngine(instance, transposed);
    const parts = { layout, engine, backend: this.info };
    const loaded = new DirectModule(module, parts, () => void end());
    forgotten.register(loaded, end);
    return loaded;
  }

  /** Disposes of every module that is still loaded, and waits for the ends of its threads. */
  async dispose(): Promise<void> {
    this.#disposed = true;
    const ending = [...this.#instances].map((instance) => instance.end());
    this.#instances.clear();
    await Promise.all([...ending, this.#spare?.end()]);
    this.#spare = undefined;
  }

  async #instantiate(layout: ModuleLayout): Promise<WasmInstance> {
    const { spec, dims } = layout;
    const { addresses, pages } = planMemory(layout);
    const build = await compileBuild(spec);
    const threads = isThreaded(build) ? this.info.threads : 1;
    const link = {
      module: build.module,
      memory: allocate(spec.name, pages),
      threads,
      ...this.#settings,
      dims: Object.fromEntries(spec.fixedDims.map((name) => [name, dims[name] ?? 0])),
      addresses,
    };
    const clock = this.#settings.profile ? new KernelClock(spec) : undefined;
    const crew = threads > 1 ? await this.#crew(spec.name) : undefined;
    return await WasmInstance.start({ spec, build, link, crew, clock });
  }

  /** A crew for one module. */
  async #crew(moduleName: string): Promise<Crew> {
    const spare = this.#spare;
    this.#spare = undefined;
    if (spare !== undefined) return spare;
    const { threads } = this.info;
    try {
      return await Crew.start(threads - 1);
    } catch (cause) {
      throw new Error(
        `Cannot load module "${moduleName}": a thread did not start: ${messageOf(cause)}; ` +
          `open the backend with fewer threads than ${threads}`,
        { cause },
      );
    }
  }

  #checkOpen(moduleName: string): void {
    if (this.#disposed) {
      throw new Error(
        `Cannot load module "${moduleName}": this backend was disposed; open another one`,
      );
    }
  }
}
