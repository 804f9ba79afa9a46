/** What a device can do beyond what every WebGPU device can. @module */
import type { ModuleSpec } from "../spec.ts";

/** Floats of 16 bits in memory. */
const HALF = "shader-f16";
/** Timestamps at the ends of passes. */
export const TIMES = "timestamp-query";

/** The features to ask a device for: floats of 16 bits where the adapter has them, for models that want some. */
export function featuresToRequest(
  available: Pick<ReadonlySet<string>, "has">,
  profile: boolean,
): GPUFeatureName[] {
  return [...(available.has(HALF) ? [HALF] as const : []), ...(profile ? [TIMES] as const : [])];
}

/**
 * Refuses a module that needs a feature that a device lacks.
 *
 * @throws {Error} if a tensor is stored as f16 and the device has no such floats
 */
export function checkFeatures(spec: ModuleSpec, features: Pick<ReadonlySet<string>, "has">): void {
  const half = Object.entries(spec.tensors).find(([, { dtype }]) => dtype === "f16");
  if (half === undefined || features.has(HALF)) return;
  throw new Error(
    `Cannot load module "${spec.name}": it stores ${
      half[0]
    } and other tensors as f16, and this GPU device lacks the feature "${HALF}"; ` +
      "choose the wasm backend, or a model without f16 storage",
  );
}
