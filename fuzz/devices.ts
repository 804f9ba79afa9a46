/** The machines that random programs run on. @module */
import { WASM_ACCURACY, WGSL_ACCURACY } from "../codegen/testing/accuracy.ts";
import type { Device } from "../codegen/testing/check_device.ts";
import type { Backend } from "../runtime/backend.ts";
import { openWasm } from "../runtime/wasm/backend.ts";
import { openWebgpu, type WebgpuBackend } from "../runtime/webgpu/backend.ts";
import type { FuzzOptions } from "./options.ts";

/** Machines, to be disposed of together. */
export interface Devices {
  readonly devices: readonly Device[];
  readonly dispose: () => Promise<void>;
}

/** One thread and two of the CPU, which must agree bit for bit. */
export function cpuDevices(one: Backend, two: Backend): readonly Device[] {
  return [
    { name: "one thread", accuracy: WASM_ACCURACY, load: (module, dims) => one.load(module, dims) },
    {
      name: "two threads",
      accuracy: WASM_ACCURACY,
      load: (module, dims) => two.load(module, dims),
      like: "one thread",
    },
  ];
}

/** A GPU with the schedules for either kind of machine, and with the plain twins. */
export function gpuDevices(backend: WebgpuBackend): readonly Device[] {
  const accuracy = WGSL_ACCURACY;
  const device = (name: string, options: Parameters<WebgpuBackend["load"]>[2]): Device => ({
    name,
    accuracy,
    load: (module, dims) => backend.load(module, dims, options),
  });
  return [
    device("for vectors", { machine: "vector" }),
    device("for GPUs", { machine: "gpu" }),
    device("plain twins", { plain: true }),
  ];
}

/** Opens what was asked for. */
export async function openDevices(backend: FuzzOptions["backend"]): Promise<Devices> {
  const opened: Backend[] = [];
  const devices: Device[] = [];
  if (backend !== "wasm") {
    const gpu = await openWebgpu();
    opened.push(gpu);
    devices.push(...gpuDevices(gpu));
  }
  if (backend !== "webgpu") {
    const [one, two] = [await openWasm({ threads: 1 }), await openWasm({ threads: 2 })];
    opened.push(one, two);
    devices.push(...cpuDevices(one, two));
  }
  return {
    devices,
    dispose: async () => {
      for (const each of opened) await each.dispose();
    },
  };
}
