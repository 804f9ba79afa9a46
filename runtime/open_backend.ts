/**
 * Chooses what to run on.
 *
 * @module
 */
import { type Backend, BACKEND_NAMES } from "./backend.ts";
import { openWasm, type WasmOptions } from "./wasm/backend.ts";
import { adapterName, findAdapter, isSoftware, platformGpu } from "./webgpu/adapter.ts";
import { openWebgpu, WebgpuBackend, type WebgpuOptions } from "./webgpu/backend.ts";
import type { TunedSchedules } from "./webgpu/tuned.ts";
import { counted, listed, messageOf } from "./wording.ts";

/** What a caller may ask for. */
export const BACKEND_CHOICES = ["auto", ...BACKEND_NAMES] as const;

/** One of {@linkcode BACKEND_CHOICES}. */
export type BackendChoice = typeof BACKEND_CHOICES[number];

/** What to open. */
export interface OpenBackendOptions {
  /**
   * - `auto` (if absent): a real GPU where there is one, else `wasm`.
   * - `webgpu`: a GPU, even one that is a program on the CPU; fails where there is none.
   * - `wasm`: the CPU.
   * - `native`: the CPU, in C that is compiled on this machine; where that cannot be, `wasm`, and `reason` tells why.
   */
  readonly backend?: BackendChoice;
  /** Threads of the CPU to use, from 1 to 64; one per core, up to eight, if absent. A GPU takes no note. */
  readonly threads?: number;
  /** Takes the time of every kernel; `kernelTimes` of a loaded module tells it. Costs some speed. */
  readonly profile?: boolean;
  /**
   * False to compute also what is zero in inputs that are declared sparse; the same values, for
   * comparisons. True, if absent. A GPU takes no note.
   */
  readonly skipZeros?: boolean;
  /** Schedules that `deno task tune` found best on this machine. Only `webgpu` takes note. */
  readonly tuned?: TunedSchedules;
  /** The WebGPU to use instead of the platform's; `null` stands for none. */
  readonly gpu?: GPU | null;
}

/** A backend, and in one sentence which it is and why. */
export interface OpenedBackend {
  /** To be disposed of by the caller. */
  readonly backend: Backend;
  /** E.g. `Running on 2 threads of the CPU (WebAssembly in Deno/2.9.6) because WebGPU found no adapter`. */
  readonly reason: string;
}

/**
 * Opens a backend and says why this one.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * const { backend, reason } = await openBackend({ backend: "auto", gpu: null, threads: 2 });
 * assert.equal(backend.info.name, "wasm");
 * assert.match(reason, /^Running on 2 threads of the CPU .* because this platform has no WebGPU$/);
 * await backend.dispose();
 * ```
 */
export async function openBackend(options: OpenBackendOptions = {}): Promise<OpenedBackend> {
  const { backend = "auto", gpu = platformGpu() } = options;
  switch (backend) {
    case "wasm":
      return await onCpu(options, "as asked");
    case "webgpu":
      return onGpu(await openWebgpu({ gpu, ...forGpu(options) }), "as asked");
    case "native":
      return await asNative(options);
    case "auto":
      return await openBest(gpu, options);
    default:
      throw new TypeError(
        `Cannot open backend "${backend satisfies never}"; choose ` +
          `one of ${listed(BACKEND_CHOICES)}`,
      );
  }
}

async function openBest(gpu: GPU | null, options: OpenBackendOptions): Promise<OpenedBackend> {
  const search = await findAdapter(gpu);
  if (!search.found) return await onCpu(options, `because ${search.why}`);
  const { info } = search.adapter;
  if (isSoftware(info)) {
    const why = `because the only GPU, ${adapterName(info)}, is itself a program on the CPU`;
    return await onCpu(options, why);
  }
  try {
    const backend = await WebgpuBackend.open(search.adapter, forGpu(options));
    return onGpu(backend, "because there is one");
  } catch (cause) {
    return await onCpu(options, `because the GPU did not open (${messageOf(cause)})`);
  }
}

/** The options that concern a GPU. */
function forGpu({ profile = false, tuned }: OpenBackendOptions): WebgpuOptions {
  return { profile, ...(tuned === undefined ? {} : { tuned }) };
}

/** Machine code where that can be had, else WebAssembly. Browsers load nothing of it. */
async function asNative(options: OpenBackendOptions): Promise<OpenedBackend> {
  if (!("Deno" in globalThis)) return await onCpu(options, "because only Deno loads machine code");
  const { openNative } = await import("./native/backend.ts");
  const search = await openNative(options);
  if (!search.found) return await onCpu(options, `because ${search.why}`);
  return onThreads(search.backend, "as asked");
}

async function onCpu(options: WasmOptions, why: string): Promise<OpenedBackend> {
  return onThreads(await openWasm(options), why);
}

function onThreads(backend: Backend, why: string): OpenedBackend {
  const { adapter, threads } = backend.info;
  const reason = `Running on ${counted(threads, "thread")} of the CPU (${adapter}) ${why}`;
  return { backend, reason };
}

function onGpu(backend: Backend, why: string): OpenedBackend {
  const { adapter, software } = backend.info;
  const kind = software ? "a GPU that is a program on the CPU" : "the GPU";
  return { backend, reason: `Running on ${kind} (${adapter}) ${why}` };
}
