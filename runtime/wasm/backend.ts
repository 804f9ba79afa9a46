/**
 * Runs compiled modules on the CPU, as WebAssembly.
 *
 * @module
 */
import type { Backend, BackendInfo, DimName, LoadedModule } from "../backend.ts";
import { layOut } from "../module_layout.ts";
import type { ModuleSpec } from "../spec.ts";
import { instantiate } from "./instance.ts";
import { LoadedWasmModule } from "./module.ts";

/**
 * Opens the CPU backend. It needs nothing but WebAssembly with SIMD, so it always succeeds.
 *
 * @example
 * ```ts
 * const backend = openWasm();
 * console.log(backend.info.adapter);
 * await backend.dispose();
 * ```
 */
export function openWasm(): Backend {
  return new WasmBackend();
}

/** The CPU backend; see {@linkcode openWasm}. */
class WasmBackend implements Backend {
  /** What it runs on. */
  readonly info: BackendInfo = Object.freeze({
    name: "wasm",
    adapter: `WebAssembly in ${navigator.userAgent}`,
    software: false,
    threads: 1,
  });
  readonly #modules = new Set<{ dispose(): void }>();
  #disposed = false;

  /** Fetches the module's WebAssembly and gives it a memory of its own. */
  async load<const M extends ModuleSpec>(
    module: M,
    dims: Readonly<Record<DimName<M>, number>>,
  ): Promise<LoadedModule<M>> {
    this.#checkOpen(module.name);
    const layout = layOut(module, dims);
    const instance = await instantiate(layout);
    this.#checkOpen(module.name);
    const loaded = new LoadedWasmModule(module, layout, instance, this.info, () => {
      this.#modules.delete(loaded);
    });
    this.#modules.add(loaded);
    return loaded;
  }

  /** Disposes of every module that is still loaded. */
  dispose(): Promise<void> {
    this.#disposed = true;
    for (const module of this.#modules) module.dispose();
    return Promise.resolve();
  }

  #checkOpen(moduleName: string): void {
    if (this.#disposed) {
      throw new Error(
        `Cannot load module "${moduleName}": this backend was disposed; open another one`,
      );
    }
  }
}
