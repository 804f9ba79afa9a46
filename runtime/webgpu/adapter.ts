/**
 * Finding a GPU adapter, and telling a real one from a program on the CPU.
 *
 * @module
 */
import { messageOf } from "../wording.ts";

/** The adapter that was found, or why there is none: a clause to build a sentence around. */
type AdapterSearch =
  | { readonly found: true; readonly adapter: GPUAdapter }
  | { readonly found: false; readonly why: string };

/** The platform's WebGPU, or `null` where it has none. */
export function platformGpu(): GPU | null {
  // Typed as always present, but older browsers and pages without TLS lack it.
  const { gpu }: { readonly gpu?: GPU } = navigator;
  return gpu ?? null;
}

/** Asks for the fastest adapter. Never rejects. */
export async function findAdapter(gpu: GPU | null): Promise<AdapterSearch> {
  if (gpu === null) return { found: false, why: "this platform has no WebGPU" };
  try {
    const adapter = await gpu.requestAdapter({ powerPreference: "high-performance" });
    if (adapter !== null) return { found: true, adapter };
    return { found: false, why: "WebGPU found no adapter" };
  } catch (cause) {
    return { found: false, why: `WebGPU failed to look for an adapter (${messageOf(cause)})` };
  }
}

/** What an adapter says of itself, as far as browsers let it. */
type AdapterInfo =
  & Pick<GPUAdapterInfo, "vendor" | "architecture" | "device" | "description">
  & {
    readonly isFallbackAdapter?: boolean;
  };

/**
 * The adapter's description or, in browsers that hide it, its vendor and architecture.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * const info = { vendor: "nvidia", architecture: "ampere", device: "", description: "" };
 * assert.equal(adapterName(info), "nvidia ampere");
 * ```
 */
export function adapterName(info: AdapterInfo): string {
  const brand = [info.vendor, info.architecture].filter((word) => word !== "").join(" ");
  return info.description || brand || info.device || "an adapter without a name";
}

/** Names that software implementations of a GPU give themselves. */
const SOFTWARE = /llvmpipe|lavapipe|softpipe|swiftshader|basic render|software|\bwarp\b/i;

/**
 * True when the adapter is really a program on the CPU.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * const info = { vendor: "google", architecture: "swiftshader", device: "", description: "" };
 * assert.equal(isSoftware(info), true);
 * ```
 */
export function isSoftware(info: AdapterInfo): boolean {
  const words = [info.vendor, info.architecture, info.device, info.description].join(" ");
  return info.isFallbackAdapter === true || SOFTWARE.test(words);
}
