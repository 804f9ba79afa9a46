/**
 * A GPU device with what must be known of it at every moment: its limits, its buffers, and whether it
 * is still there.
 *
 * @module
 */
import type { BackendInfo } from "../backend.ts";
import { DeviceLostError } from "../device_lost.ts";
import { messageOf } from "../wording.ts";
import { adapterName, isSoftware } from "./adapter.ts";
import { Buffers } from "./buffers.ts";
import { featuresToRequest, TIMES } from "./features.ts";
import { factsOf, type MachineFacts, type MachineKind, machineKind } from "./choose_schedule.ts";
import { type GpuFault, PendingFaults, type Watched, watched } from "./error_scopes.ts";
import { type Limits, limitsToRequest } from "./limits.ts";

/** How to open a device. */
export interface DeviceOptions {
  /** Limits to stay below; all the adapter has if absent. */
  readonly limits?: Partial<Limits>;
  /** Takes the times of kernels; fails where the adapter cannot. */
  readonly profile?: boolean;
}

/** What a device is made from. */
interface DeviceParts {
  readonly gpu: GPUDevice;
  readonly info: BackendInfo;
  readonly limits: Limits;
  readonly facts: MachineFacts;
  readonly profile: boolean;
}

/** The longest that the news of a lost device takes after what it makes fail. */
const NEWS_MS = 200;

/** An open GPU device. */
export class Device {
  readonly gpu: GPUDevice;
  readonly info: BackendInfo;
  readonly limits: Limits;
  readonly buffers: Buffers;
  /** How it runs workgroups, as far as its adapter tells. */
  readonly facts: MachineFacts;
  /** What follows from the facts. */
  readonly machine: MachineKind;
  /** True if it takes the times of kernels. */
  readonly profile: boolean;
  /** Faults that came outside of every error scope. */
  readonly strayFaults = new PendingFaults();
  #lost: string | undefined;
  #closed = false;

  private constructor({ gpu, info, limits, facts, profile }: DeviceParts) {
    this.gpu = gpu;
    this.info = info;
    this.limits = limits;
    this.facts = facts;
    this.machine = machineKind(facts);
    this.profile = profile;
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

  /** Makes a device with all the adapter offers of the limits that matter, or less where that is asked. */
  static async open(adapter: GPUAdapter, options: DeviceOptions = {}): Promise<Device> {
    const { profile = false } = options;
    const limits = limitsToRequest(adapter.limits, options.limits);
    const name = adapterName(adapter.info);
    if (profile && !adapter.features.has(TIMES)) {
      throw new Error(
        `Cannot open GPU device ${name} to take the times of kernels: it lacks the feature ` +
          `"${TIMES}"; open it without profile: true, or choose the wasm backend`,
      );
    }
    const descriptor: GPUDeviceDescriptor = {
      label: "tilewright",
      requiredLimits: limits,
      requiredFeatures: featuresToRequest(adapter.features, profile),
    };
    const gpu = await adapter.requestDevice(descriptor).catch((cause) => {
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
    return new Device({ gpu, info, limits, facts: factsOf(adapter.info), profile });
  }

  /** Throws if the device was closed or lost. */
  check(action: string): void {
    if (this.#closed) {
      throw new Error(`Cannot ${action}: this backend was disposed; open another one`);
    }
    if (this.#lost !== undefined) {
      throw new DeviceLostError(
        `Cannot ${action}: the GPU device ${this.info.adapter} was lost` +
          `${this.#lost === "" ? "" : ` (${this.#lost})`}; what it held is gone, ` +
          `so open another backend and load a checkpoint`,
      );
    }
  }

  /** After a failure: gives the news of a lost device, which browsers bring later, time to arrive. */
  async noticeLoss(): Promise<void> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const patience = new Promise((resolve) => timer = setTimeout(resolve, NEWS_MS));
    await Promise.race([this.gpu.lost, patience]);
    clearTimeout(timer);
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
