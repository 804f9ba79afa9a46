/**
 * Chooses what to run on.
 *
 * @module
 */
import type { Backend } from "./backend.ts";
import { openWasm } from "./wasm/backend.ts";
import { adapterName, findAdapter, isSoftware, platformGpu } from "./webgpu/adapter.ts";
import { openWebgpu, WebgpuBackend } from "./webgpu/backend.ts";
import { messageOf } from "./wording.ts";

/** What a caller may ask for. */
export const BACKEND_CHOICES = ["auto", "webgpu", "wasm"] as const;

/** One of {@linkcode BACKEND_CHOICES}. */
export type BackendChoice = typeof BACKEND_CHOICES[number];

/** What to open. */
export interface OpenBackendOptions {
  /**
   * - `auto` (if absent): a real GPU where there is one, else `wasm`.
   * - `webgpu`: a GPU, even one that is a program on the CPU; fails where there is none.
   * - `wasm`: the CPU.
   */
  readonly backend?: BackendChoice;
  /** Threads of the CPU to use; all of its cores, up to eight, if absent. Only `wasm` takes note. */
  readonly threads?: number;
  /** Takes the time of every kernel; `kernelTimes` of a loaded module tells it. Costs some speed. */
  readonly profile?: boolean;
  /** The WebGPU to use instead of the platform's; `null` stands for none. */
  readonly gpu?: GPU | null;
}

/** A backend, and in one sentence which it is and why. */
export interface OpenedBackend {
  /** To be disposed of by the caller. */
  readonly backend: Backend;
  /** E.g. `Running on the CPU (WebAssembly in Deno/2.9.6) because WebGPU found no adapter`. */
  readonly reason: string;
}

/**
 * Opens a backend and says why this one.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * const { backend, reason } = await openBackend({ backend: "auto", gpu: null });
 * assert.equal(backend.info.name, "wasm");
 * assert.match(reason, /^Running on the CPU .* because this platform has no WebGPU$/);
 * await backend.dispose();
 * ```
 */
export async function openBackend(options: OpenBackendOptions = {}): Promise<OpenedBackend> {
  const { backend = "auto", gpu = platformGpu() } = options;
  switch (backend) {
    case "wasm":
      return onCpu("as asked");
    case "webgpu":
      return onGpu(await openWebgpu({ gpu }), "as asked");
    case "auto":
      return await openBest(gpu);
    default:
      throw new TypeError(
        `Cannot open backend "${backend satisfies never}"; choose "auto", "webgpu" or "wasm"`,
      );
  }
}

async function openBest(gpu: GPU | null): Promise<OpenedBackend> {
  const search = await findAdapter(gpu);
  if (!search.found) return onCpu(`because ${search.why}`);
  const { info } = search.adapter;
  if (isSoftware(info)) {
    return onCpu(`because the only GPU, ${adapterName(info)}, is itself a program on the CPU`);
  }
  try {
    return onGpu(await WebgpuBackend.open(search.adapter), "because there is one");
  } catch (cause) {
    return onCpu(`because the GPU did not open (${messageOf(cause)})`);
  }
}

function onCpu(why: string): OpenedBackend {
  const backend = openWasm();
  return { backend, reason: `Running on the CPU (${backend.info.adapter}) ${why}` };
}

function onGpu(backend: Backend, why: string): OpenedBackend {
  const { adapter, software } = backend.info;
  const kind = software ? "a GPU that is a program on the CPU" : "the GPU";
  return { backend, reason: `Running on ${kind} (${adapter}) ${why}` };
}
