/**
 * tilewright's runtime: runs generated modules on WebGPU or WebAssembly, and trains with them.
 *
 * ```ts
 * import { openBackend } from "./mod.ts";
 * const { backend, reason } = await openBackend({ backend: "wasm" });
 * if (backend.info.name !== "wasm" || reason === "") throw new Error();
 * await backend.dispose();
 * ```
 *
 * @module
 */
export type * from "./spec.ts";
export type * from "./backend.ts";
export * from "./open_backend.ts";
export { openWasm } from "./wasm/backend.ts";
export {
  openWebgpu,
  type WebgpuBackend,
  type WebgpuLoadOptions,
  type WebgpuOptions,
} from "./webgpu/backend.ts";
export type { BufferCount } from "./webgpu/buffers.ts";
export { LIMIT_NAMES, type LimitName, type Limits } from "./webgpu/limits.ts";
export type { LoadedWebgpuModule } from "./webgpu/module.ts";
export { gridOf } from "./grid.ts";
export * from "./parameters.ts";
export * from "./random.ts";
export * from "./data/batches.ts";
export * from "./data/idx.ts";
export * from "./data/labelled_bytes.ts";
export * from "./train/events.ts";
export { type TrainableSpec, TrainingError } from "./train/totals.ts";
export * from "./train/trainer.ts";
