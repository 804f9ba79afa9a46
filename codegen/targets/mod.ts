/** The targets: the only place that names them. @module */
import type { Target } from "./target.ts";
import { NATIVE } from "./native/target.ts";
import { ONNX } from "./onnx/target.ts";
import { PYTORCH } from "./pytorch/target.ts";
import { WASM } from "./wasm/target.ts";
import { WGSL } from "./wgsl/target.ts";

/** Every target. */
export const TARGETS: readonly Target[] = [WGSL, WASM, NATIVE, PYTORCH, ONNX];
