/** The machines that programs run on to be compared, for each backend. @module */
import { CPU_ACCURACY, WGSL_ACCURACY } from "../codegen/testing/accuracy.ts";
import type { Device } from "../codegen/testing/check_device.ts";
import { type Backend, BACKEND_NAMES, type BackendName } from "../runtime/backend.ts";
import { openNative } from "../runtime/native/backend.ts";
import { openWasm } from "../runtime/wasm/backend.ts";
import { findAdapter, platformGpu } from "../runtime/webgpu/adapter.ts";
import { WebgpuBackend } from "../runtime/webgpu/backend.ts";

/** Machines, to be disposed of together. */
export interface Devices {
  readonly devices: readonly Device[];
  readonly dispose: () => Promise<void>;
}

/** A backend, to be compared with what is declared. */
export interface TestedBackend {
  /** As sentences name it. */
  readonly title: string;
  /** True if loading takes seconds, for each size anew. */
  readonly isSlowToLoad: boolean;
  /** Opens all that it can be; or says, in a clause, why this machine does not have it. */
  readonly open: () => Promise<Devices | { readonly missing: string }>;
}

/** How each backend is opened. */
export const TESTED_BACKENDS: Readonly<Record<BackendName, TestedBackend>> = {
  webgpu: {
    title: "WebGPU",
    // Shaders are compiled for the sizes that they are loaded with.
    isSlowToLoad: true,
    open: async () => {
      const search = await findAdapter(platformGpu());
      if (!search.found) return { missing: search.why };
      const gpu = await WebgpuBackend.open(search.adapter);
      return { devices: gpuDevices(gpu), dispose: () => gpu.dispose() };
    },
  },
  wasm: {
    title: "WebAssembly",
    isSlowToLoad: false,
    open: async () => onThreads(await openWasm({ threads: 1 }), await openWasm({ threads: 2 })),
  },
  native: {
    title: "this machine's C",
    // Each module is compiled, if it was not before.
    isSlowToLoad: true,
    open: async () => {
      const [one, two] = [await openNative({ threads: 1 }), await openNative({ threads: 2 })];
      if (!one.found) return { missing: one.why };
      return two.found ? onThreads(one.backend, two.backend) : { missing: two.why };
    },
  },
};

/** Machines of a backend that is there. */
export interface NamedDevices extends Devices {
  readonly backend: BackendName;
}

/**
 * Opens what was asked for.
 *
 * @param verb what the command does, for messages: "check"
 * @param wanted a backend; `all`, or all that are `present`
 * @returns the backends, and a sentence for each that is left out
 * @throws {Error} if a backend that was asked for is not there
 */
export async function openDevices(
  verb: string,
  wanted: BackendName | "all" | "present",
): Promise<{ readonly opened: readonly NamedDevices[]; readonly notices: readonly string[] }> {
  const names = BACKEND_NAMES.filter((name) => ["all", "present", name].includes(wanted));
  const opened: NamedDevices[] = [];
  const notices: string[] = [];
  for (const backend of names) {
    const { title, open } = TESTED_BACKENDS[backend];
    const devices = await open();
    if (!("missing" in devices)) {
      opened.push({ backend, ...devices });
    } else if (wanted === "present") {
      notices.push(`${title} is left out: ${devices.missing}.`);
    } else {
      await disposeAll(opened);
      throw new Error(
        `Cannot ${verb} on ${title}: ${devices.missing}; choose another --backend, or leave it out`,
      );
    }
  }
  return { opened, notices };
}

/** Disposes of machines. */
export async function disposeAll(opened: readonly Devices[]): Promise<void> {
  for (const { dispose } of opened) await dispose();
}

function onThreads(one: Backend, two: Backend): Devices {
  return {
    devices: cpuDevices(one, two),
    dispose: async () => {
      await one.dispose();
      await two.dispose();
    },
  };
}

/** One thread and two of the CPU, which must agree bit for bit. */
export function cpuDevices(one: Backend, two: Backend): readonly Device[] {
  return [
    { name: "one thread", accuracy: CPU_ACCURACY, load: (module, dims) => one.load(module, dims) },
    {
      name: "two threads",
      accuracy: CPU_ACCURACY,
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
