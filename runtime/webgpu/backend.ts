/**
 * Runs compiled modules on a GPU, through WebGPU.
 *
 * @module
 */
import type { Backend, BackendInfo, DimName } from "../backend.ts";
import { layOut } from "../module_layout.ts";
import type { KernelSpec, LaunchesSpec, ModuleSpec } from "../spec.ts";
import { findAdapter, platformGpu } from "./adapter.ts";
import type { BufferCount } from "./buffers.ts";
import { chooseLaunches, type MachineKind } from "./choose_schedule.ts";
import { Device } from "./device.ts";
import type { Limits } from "./limits.ts";
import { LoadedWebgpuModule } from "./module.ts";
import { prepare } from "./prepare.ts";
import { Tuned, type TunedMachine, type TunedSchedules } from "./tuned.ts";

/** What to open the GPU backend with. */
export interface WebgpuOptions {
  /** The WebGPU to use instead of the platform's; `null` stands for none. */
  readonly gpu?: GPU | null;
  /** Limits to stay below, e.g. to try a program on a weaker device; all the adapter has if absent. */
  readonly limits?: Partial<Limits>;
  /**
   * Takes the time of every kernel, for `kernelTimes` of a loaded module. Fails where the adapter lacks
   * timestamps. A kernel's first call includes what the driver does once per kernel.
   */
  readonly profile?: boolean;
  /** Schedules that timing found best on this machine; those of another machine are left alone. */
  readonly tuned?: TunedSchedules;
}

/** How to load a module on a GPU. */
export interface WebgpuLoadOptions {
  /** Runs each kernel's plain twin instead of the scheduled kernel. */
  readonly plain?: boolean;
  /** Runs the schedules for this kind of machine, whichever the adapter is. */
  readonly machine?: MachineKind;
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
  const { gpu = platformGpu(), ...others } = options;
  const search = await findAdapter(gpu);
  if (!search.found) {
    throw new Error(
      `Cannot open the webgpu backend: ${search.why}; install a Vulkan driver ` +
        `(mesa-vulkan-drivers has a software one), or choose the wasm backend`,
    );
  }
  return await WebgpuBackend.open(search.adapter, others);
}

/** The GPU backend; see {@linkcode openWebgpu}. */
export class WebgpuBackend implements Backend {
  readonly #device: Device;
  readonly #tuned: Tuned;
  readonly #modules = new Set<{ dispose(): void }>();

  private constructor(device: Device, tuned: TunedSchedules | undefined) {
    this.#device = device;
    this.#tuned = new Tuned(tuned, this.machine);
  }

  /** Opens the backend on an adapter that was found already. */
  static async open(
    adapter: GPUAdapter,
    options: Omit<WebgpuOptions, "gpu"> = {},
  ): Promise<WebgpuBackend> {
    return new WebgpuBackend(await Device.open(adapter, options), options.tuned);
  }

  /** What it runs on. */
  get info(): BackendInfo {
    return this.#device.info;
  }

  /** The machine as tuned schedules name it. */
  get machine(): TunedMachine {
    return { adapter: this.info.adapter, ...this.#device.facts };
  }

  /** The limits of the device. */
  get limits(): Limits {
    return this.#device.limits;
  }

  /** How the schedules of kernels are chosen, as part of a sentence. */
  get schedules(): string {
    return this.#tuned.note;
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
    const chosen = await this.#choose(module, options);
    const prepared = await prepare(
      this.#device,
      layout,
      (kernel) => chosen.get(kernel) ?? { launches: [kernel.shader] },
    );
    const loaded = new LoadedWebgpuModule(module, this.#device, layout, prepared, () => {
      this.#modules.delete(loaded);
    });
    this.#modules.add(loaded);
    return loaded;
  }

  /** The launches of every kernel. */
  async #choose(
    { programs }: ModuleSpec,
    { plain = false, machine }: WebgpuLoadOptions,
  ): Promise<ReadonlyMap<KernelSpec<string>, LaunchesSpec<string>>> {
    const { limits, machine: own } = this.#device;
    const chosen = new Map<KernelSpec<string>, LaunchesSpec<string>>();
    for (const kernel of Object.values(programs).flatMap((program) => program.kernels)) {
      // A machine that was asked for is not the one that was tuned for.
      const tuned = plain || machine !== undefined
        ? undefined
        : await this.#tuned.launchesOf(kernel);
      chosen.set(
        kernel,
        plain
          ? { launches: [kernel.plain] }
          : chooseLaunches(kernel, { machine: machine ?? own, limits, tuned }),
      );
    }
    return chosen;
  }

  /** Waits for queued work, then gives back every module's memory and the device. */
  async dispose(): Promise<void> {
    await this.#device.close();
    for (const module of this.#modules) module.dispose();
  }
}
