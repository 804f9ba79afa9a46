/**
 * A GPU device with what must be known of it at every moment: its limits, its buffers, and whether it
 * is still there.
 *
 * @module
 */
import type { BackendInfo } from "../backend.ts";
import { messageOf } from "../wording.ts";
import { adapterName, isSoftware } from "./adapter.ts";
import { Buffers } from "./buffers.ts";
import { type GpuFault, PendingFaults, type Watched, watched } from "./error_scopes.ts";
import { type Limits, limitsToRequest } from "./limits.ts";

/** An open GPU device. */
export class Device {
  readonly gpu: GPUDevice;
  readonly info: BackendInfo;
  readonly limits: Limits;
  readonly buffers: Buffers;
  /** Faults that came outside of every error scope. */
  readonly strayFaults = new PendingFaults();
  #lost: string | undefined;
  #closed = false;

  private constructor(gpu: GPUDevice, info: BackendInfo, limits: Limits) {
    this.gpu = gpu;
    this.info = info;
    this.limits = limits;
    this.buffers = new Buffers(gpu);
    gpu.lost.then(({ reason, message }) => {
      this.#lost = [reason, message].filter((words) => words && words !== "unknown").join(": ");
    });
    gpu.addEventListener("uncapturederror", (event) => {
      if (!(event instanceof GPUUncapturedErrorEvent)) return;
      event.preventDefault();
      this.strayFaults.track(Promise.resolve(event.error), (fault) => this.#stray(fault));
    });
  }

  /** Makes a device with all the adapter offers of the limits that matter, or `most`. */
  static async open(adapter: GPUAdapter, most: Partial<Limits> = {}): Promise<Device> {
    const limits = limitsToRequest(adapter.limits, most);
    const name = adapterName(adapter.info);
    const gpu = await adapter.requestDevice({ label: "tilewright", requiredLimits: limits })
      .catch((cause) => {
        throw new Error(
          `Cannot open GPU device ${name}: ${messageOf(cause)}; ` +
            `choose the wasm backend, or free the GPU and try again`,
          { cause },
        );
      });
    const info: BackendInfo = {
      name: "webgpu",
      adapter: name,
      software: isSoftware(adapter.info),
      threads: 1,
    };
    return new Device(gpu, info, limits);
  }

  /** Throws if the device was closed or lost. */
  check(action: string): void {
    if (this.#closed) {
      throw new Error(`Cannot ${action}: this backend was disposed; open another one`);
    }
    if (this.#lost !== undefined) {
      throw new Error(
        `Cannot ${action}: the GPU device ${this.info.adapter} was lost` +
          `${this.#lost === "" ? "" : ` (${this.#lost})`}; what it held is gone, ` +
          `so open another backend and load a checkpoint`,
      );
    }
  }

  /** After a failure: gives the news of a lost device, which may come later, time to arrive. */
  async noticeLoss(): Promise<void> {
    await Promise.race([this.gpu.lost, new Promise((resolve) => setTimeout(resolve, 0))]);
  }

  /** Does something inside error scopes; see {@linkcode watched}. */
  watch<T>(action: () => T): Watched<T> {
    return watched(this.gpu, action);
  }

  /** Waits for the work that was queued and gives the device back. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    if (this.#lost === undefined) {
      await Promise.race([this.gpu.queue.onSubmittedWorkDone().catch(() => {}), this.gpu.lost]);
    }
    this.gpu.destroy();
    await this.gpu.lost;
  }

  #stray(fault: GpuFault): Error {
    return new Error(
      `The GPU device ${this.info.adapter} reported an error outside of any run: ` +
        `${fault.message.trim()}; please report it with this text`,
    );
  }
}
