/**
 * Copies memory of the device to the host.
 *
 * @module
 */
import { messageOf } from "../wording.ts";
import type { Device } from "./device.ts";
import type { PendingFaults } from "./error_scopes.ts";
import { essence } from "./messages.ts";

/**
 * Waits for everything queued and returns the first bytes of a buffer, unless a fault is pending: then
 * the first one is thrown and nothing is returned.
 */
export async function copyToHost(
  device: Device,
  source: GPUBuffer,
  byteLength: number,
  action: string,
  faults: PendingFaults,
): Promise<ArrayBuffer> {
  const staging = byteLength === 0
    ? undefined
    : queueCopy(device, source, byteLength, action, faults);
  try {
    await faults.settle();
    await staging?.mapAsync(GPUMapMode.READ, 0, byteLength);
    await device.strayFaults.settle();
    device.check(action);
    return staging?.getMappedRange(0, byteLength).slice(0) ?? new ArrayBuffer(0);
  } catch (thrown) {
    await device.noticeLoss();
    device.check(action);
    if (!(thrown instanceof DOMException)) throw thrown;
    throw new Error(`Cannot ${action}: ${messageOf(thrown)}; try again`, { cause: thrown });
  } finally {
    if (staging !== undefined) device.buffers.destroy(staging);
  }
}

/** A buffer of the host's that the copy goes to; destroyed after each read, as reads are rare. */
function queueCopy(
  device: Device,
  source: GPUBuffer,
  byteLength: number,
  action: string,
  faults: PendingFaults,
): GPUBuffer {
  const usage = GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST;
  const { value, fault } = device.watch(() => {
    const staging = device.buffers.create(action, byteLength, usage);
    const encoder = device.gpu.createCommandEncoder({ label: action });
    encoder.copyBufferToBuffer(source, 0, staging, 0, byteLength);
    device.gpu.queue.submit([encoder.finish()]);
    return staging;
  });
  faults.track(fault, ({ message }) => new Error(`Cannot ${action}: ${essence(message)}`));
  return value;
}
