/**
 * Runs compiled modules on a GPU, through WebGPU.
 *
 * @module
 */
import type { Backend, BackendInfo, DimName } from "../backend.ts";
import { layOut } from "../module_layout.ts";
import type { ModuleSpec } from "../spec.ts";
import { findAdapter, platformGpu } from "./adapter.ts";
import type { BufferCount } from "./buffers.ts";
import { Device } from "./device.ts";
import type { Limits } from "./limits.ts";
import { LoadedWebgpuModule } from "./module.ts";
import { prepare } from "./prepare.ts";

/** What to open the GPU backend with. */
export interface WebgpuOptions {
  /** The WebGPU to use instead of the platform's; `null` stands for none. */
  readonly gpu?: GPU | null;
  /** Limits to stay below, e.g. to try a program on a weaker device; all the adapter has if absent. */
  readonly limits?: Partial<Limits>;
}

/** How to load a module on a GPU. */
export interface WebgpuLoadOptions {
  /** Runs each kernel's plain twin instead of the scheduled kernel. */
  readonly plain?: boolean;
}

/**
 * Opens the GPU backend, on a software adapter if there is no other.
 *
 * @example
 * ```ts ignore
 * const backend = await openWebgpu();
 * console.log(backend.info.adapter);
 * await backend.dispose();
 * ```
 */
export async function openWebgpu(options: WebgpuOptions = {}): Promise<WebgpuBackend> {
  const { gpu = platformGpu(), limits = {} } = options;
  const search = await findAdapter(gpu);
  if (!search.found) {
    throw new Error(
      `Cannot open the webgpu backend: ${search.why}; install a Vulkan driver ` +
        `(mesa-vulkan-drivers has a software one), or choose the wasm backend`,
    );
  }
  return await WebgpuBackend.open(search.adapter, limits);
}

/** The GPU backend; see {@linkcode openWebgpu}. */
export class WebgpuBackend implements Backend {
  readonly #device: Device;
  readonly #modules = new Set<{ dispose(): void }>();

  private constructor(device: Device) {
    this.#device = device;
  }

  /** Opens the backend on an adapter that was found already. */
  static async open(adapter: GPUAdapter, limits: Partial<Limits> = {}): Promise<WebgpuBackend> {
    return new WebgpuBackend(await Device.open(adapter, limits));
  }

  /** What it runs on. */
  get info(): BackendInfo {
    return this.#device.info;
  }

  /** Buffers made and destroyed so far; equal when no module is loaded and no read under way. */
  get buffers(): BufferCount {
    return this.#device.buffers.count;
  }

  /** Compiles every kernel and allocates every slot. */
  async load<const M extends ModuleSpec>(
    module: M,
    dims: Readonly<Record<DimName<M>, number>>,
    options: WebgpuLoadOptions = {},
  ): Promise<LoadedWebgpuModule<M>> {
    const layout = layOut(module, dims);
    const prepared = await prepare(
      this.#device,
      layout,
      (kernel) => options.plain ? kernel.plain : kernel.shader,
    );
    const loaded = new LoadedWebgpuModule(module, this.#device, layout, prepared, () => {
      this.#modules.delete(loaded);
    });
    this.#modules.add(loaded);
    return loaded;
  }

  /** Waits for queued work, then gives back every module's memory and the device. */
  async dispose(): Promise<void> {
    await this.#device.close();
    for (const module of this.#modules) module.dispose();
  }
}
