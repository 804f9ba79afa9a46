/**
 * A GPU backend whose device a test can get hold of, to do harm to it.
 *
 * @module
 */
import { findAdapter, platformGpu } from "../webgpu/adapter.ts";
import { WebgpuBackend } from "../webgpu/backend.ts";
import type { Limits } from "../webgpu/limits.ts";

const search = await findAdapter(platformGpu());

/** Whether there is an adapter at all; tests that need one are ignored otherwise. */
export const hasAdapter: boolean = search.found;

/** A backend with the device and the buffers it made. */
export interface ExposedBackend {
  readonly backend: WebgpuBackend;
  readonly device: GPUDevice;
  /** Every buffer made, by label. */
  readonly buffers: ReadonlyMap<string, GPUBuffer>;
}

/** Opens a backend on the platform's adapter. */
export async function exposedBackend(limits: Partial<Limits> = {}): Promise<ExposedBackend> {
  const found = await findAdapter(platformGpu());
  if (!found.found) throw new Error(found.why);
  const { adapter } = found;
  const buffers = new Map<string, GPUBuffer>();
  let opened: GPUDevice | undefined;
  const requestDevice = adapter.requestDevice.bind(adapter);
  adapter.requestDevice = async (descriptor) => {
    const device = await requestDevice(descriptor);
    const createBuffer = device.createBuffer.bind(device);
    device.createBuffer = (buffer) => {
      const made = createBuffer(buffer);
      buffers.set(buffer.label ?? "", made);
      return made;
    };
    opened = device;
    return device;
  };
  const backend = await WebgpuBackend.open(adapter, { limits });
  if (opened === undefined) throw new Error("The backend opened without a device");
  return { backend, device: opened, buffers };
}

/**
 * A test with a backend that is disposed of afterwards, to which `limits` may leave less than the
 * adapter has. Ignored where there is no adapter.
 */
export function gpuTest(
  name: string,
  test: (exposed: ExposedBackend) => Promise<void>,
  limits: Partial<Limits> = {},
): void {
  Deno.test(name, { ignore: !hasAdapter }, async () => {
    const exposed = await exposedBackend(limits);
    try {
      await test(exposed);
    } finally {
      await exposed.backend.dispose();
    }
  });
}
