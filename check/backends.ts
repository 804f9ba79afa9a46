/** The backends that declarations are checked on. @module */
import { cpuDevices, gpuDevices } from "../fuzz/devices.ts";
import { openWasm } from "../runtime/wasm/backend.ts";
import { findAdapter, platformGpu } from "../runtime/webgpu/adapter.ts";
import { WebgpuBackend } from "../runtime/webgpu/backend.ts";
import type { DeviceGroup } from "./check.ts";
import type { CheckArguments } from "./options.ts";

/** Backends, to be disposed of together. */
export interface Backends {
  readonly groups: readonly DeviceGroup[];
  /** Why one is left out. */
  readonly notice?: string;
  readonly dispose: () => Promise<void>;
}

/**
 * Opens what was asked for.
 *
 * @param gpuSizes sizes to check at on WebGPU: each compiles its shaders anew, which takes seconds
 * @throws {Error} if WebGPU was asked for and there is no adapter
 */
export async function openBackends(
  wanted: CheckArguments["backend"],
  gpuSizes: number,
): Promise<Backends> {
  const groups: DeviceGroup[] = [];
  const closing: (() => Promise<void>)[] = [];
  if (wanted !== "webgpu") {
    const [one, two] = [await openWasm({ threads: 1 }), await openWasm({ threads: 2 })];
    closing.push(() => one.dispose(), () => two.dispose());
    groups.push({ name: "wasm", devices: cpuDevices(one, two) });
  }
  const search = wanted === "wasm" ? undefined : await findAdapter(platformGpu());
  if (search?.found === true) {
    const gpu = await WebgpuBackend.open(search.adapter);
    closing.push(() => gpu.dispose());
    groups.push({ name: "webgpu", devices: gpuDevices(gpu), sizes: gpuSizes });
  }
  const missing = search?.found === false ? search.why : undefined;
  if (missing !== undefined && wanted !== "present") {
    throw new Error(`Cannot check on WebGPU: ${missing}; leave --backend out to check on the CPU`);
  }
  return {
    groups,
    ...(missing === undefined ? {} : { notice: `WebGPU is left out: ${missing}.` }),
    dispose: async () => {
      for (const close of closing) await close();
    },
  };
}
