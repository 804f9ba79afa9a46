/**
 * tilewright's runtime: runs generated modules on WebGPU, in WebAssembly or as machine code, and trains with them.
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
export * from "./backend.ts";
export { DeviceLostError } from "./device_lost.ts";
export * from "./open_backend.ts";
export { openWasm, type WasmOptions } from "./wasm/backend.ts";
export {
  openWebgpu,
  type WebgpuBackend,
  type WebgpuLoadOptions,
  type WebgpuOptions,
} from "./webgpu/backend.ts";
export type { BufferCount } from "./webgpu/buffers.ts";
export type { MachineFacts, MachineKind } from "./webgpu/choose_schedule.ts";
export { LIMIT_NAMES, type LimitName, type Limits } from "./webgpu/limits.ts";
export type { LoadedWebgpuModule } from "./webgpu/module.ts";
export {
  readTuned,
  type StoredExtent,
  type StoredKernel,
  type StoredLaunch,
  TUNED_FORMAT,
  type TunedMachine,
  type TunedSchedules,
} from "./webgpu/tuned.ts";
export * from "./aligned_table.ts";
export * from "./explain.ts";
export { gridOf } from "./grid.ts";
export * from "./orthogonal.ts";
export * from "./parameters.ts";
export * from "./profile.ts";
export type { Moment, Probe, TracedKernel } from "./trace.ts";
export * from "./random.ts";
export * from "./data/batch_source.ts";
export * from "./data/batches.ts";
export * from "./data/byte_file.ts";
export * from "./data/idx.ts";
export * from "./data/labelled_bytes.ts";
export { prefetched } from "./data/prefetch.ts";
export { decodeArrayFile, decodeArrays } from "./formats/array_file.ts";
export { FormatError } from "./formats/format_error.ts";
export type { NamedArray, NamedArrays } from "./formats/named_array.ts";
export { decodeNpy, encodeNpy } from "./formats/npy.ts";
export { decodeNpz, encodeNpz, type NpzOptions } from "./formats/npz.ts";
export { decodeSafetensors, encodeSafetensors, type Safetensors } from "./formats/safetensors.ts";
export * from "./train/events.ts";
export type { BatchProgram } from "./train/runs.ts";
export * from "./train/tables.ts";
export type { MetricName, Sums, Totalled, TrainableSpec } from "./train/totals.ts";
export { NotFiniteError, TrainingError } from "./train/training_error.ts";
export * from "./train/trainer.ts";
export type {
  CaptureOptions,
  CheckpointOptions,
  DataOptions,
  ReportOptions,
  RunOptions,
  SourceOptions,
  TableOptions,
  TrainerOptions,
} from "./train/trainer_options.ts";
export type { Checkpoint, Json, Position, RunSettings } from "./train/checkpoint.ts";
export { decodeCheckpoint, encodeCheckpoint } from "./train/checkpoint_file.ts";
export {
  type Capture,
  captureKernel,
  type CaptureRequest,
  outputFaults,
  parseCaptureRequest,
  replayKernel,
} from "./train/capture.ts";
export * from "./train/early_stopping.ts";
export type { Fault } from "./train/fault.ts";
export * from "./train/first_bad.ts";
export { type KeptKind, readArrays, requireFitting, writeArrays } from "./train/model_arrays.ts";
export { decodeWeights, encodeWeights, WEIGHT_FILE_ENDINGS } from "./train/weights.ts";
