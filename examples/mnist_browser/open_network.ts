/** A network on a device, as the page trains and asks it. @module */
import { mnistOriginal } from "../../generated/mnist_original/mnist_original.ts";
import { mnistShared } from "../../generated/mnist_shared/mnist_shared.ts";
import type { Backend, LoadedModule } from "../../runtime/backend.ts";
import { openBackend } from "../../runtime/open_backend.ts";
import { initialiseModule } from "../../runtime/parameters.ts";
import type { NetworkName, Settings } from "./protocol.ts";

/**
 * The networks. For one of your own: generate its module, and add it here and to `NETWORK_NAMES`; its first layer
 * should have the weights `l1.W`, for their pictures.
 */
export const NETWORKS = {
  shared: mnistShared,
  original: mnistOriginal,
} as const satisfies Record<NetworkName, unknown>;

/** The type of their modules. */
export type Spec = (typeof NETWORKS)[NetworkName];

/** The tensor whose rows are shown as pictures. */
export const PICTURED = "l1.W";

/** A network on a device. */
export interface OpenNetwork {
  readonly model: LoadedModule<Spec>;
  readonly settings: Settings;
  /** Why it is where it is, in one sentence. */
  readonly reason: string;
  /** Gives parameters and states the first values of the seed. */
  initialise(): void;
  /** The outputs for one image of 28 × 28 numbers; waits for the device. */
  logits(pixels: Float32Array<ArrayBuffer>): Promise<Float32Array>;
  /** Gives memory and device back, also where the device is lost. */
  close(): Promise<void>;
}

/**
 * Opens a backend and loads a network.
 *
 * @param samples how many its tables hold
 * @throws {Error} why that is not possible
 */
export async function openNetwork(settings: Settings, samples: number): Promise<OpenNetwork> {
  const { backend, reason } = await openBackend({ backend: settings.backend });
  const close = async () => await backend.dispose();
  try {
    const model = await load(backend, settings, samples);
    return {
      model,
      settings,
      // Browsers call themselves by several names of others.
      reason: `${reason.replace(navigator.userAgent, "this browser")}.`,
      initialise: () => initialiseModule(model, model.dims, settings.seed),
      async logits(pixels) {
        model.write("x", pixels);
        model.run("predict", { B: 1 });
        // The type of a tensor's elements is a value of its spec.
        return Float32Array.from(await model.read("logits", { B: 1 }));
      },
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

function load(backend: Backend, { model, batch }: Settings, samples: number) {
  return backend.load(NETWORKS[model], { B: batch, samples });
}
