/**
 * Weights in files of their own: parameters by name, for other programs and from them.
 *
 * A matrix of a layer from I to O features has the shape [O, I], as PyTorch's `nn.Linear` keeps it.
 *
 * @module
 */
import { decodeArrays } from "../formats/array_file.ts";
import { FormatError } from "../formats/format_error.ts";
import type { NamedArray, NamedArrays } from "../formats/named_array.ts";
import { encodeNpz } from "../formats/npz.ts";
import { encodeSafetensors } from "../formats/safetensors.ts";
import type { ModuleSpec } from "../spec.ts";

/** How weights are written, by the ending of a file. */
const ENCODERS: Readonly<Record<string, (arrays: NamedArrays) => Uint8Array<ArrayBuffer>>> = {
  ".safetensors": (arrays) => encodeSafetensors(arrays, { format: "pt" }),
  ".npz": (arrays) => encodeNpz(arrays),
};

/** The endings of files that weights can be written to. */
export const WEIGHT_FILE_ENDINGS: readonly string[] = Object.keys(ENCODERS);

/**
 * Weights as a file of the format that its ending names: `.safetensors` for PyTorch and others, `.npz` for NumPy
 * and Chainer.
 *
 * @param file the file's path
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { decodeArrays } from "../formats/array_file.ts";
 * const W = { dtype: "f32", shape: [1, 2], data: Float32Array.of(1, 2) } as const;
 * const bytes = encodeWeights(new Map([["l1.W", W]]), "weights.npz");
 * assert.deepEqual(decodeArrays(bytes, "weights.npz").get("l1.W"), W);
 * ```
 *
 * @throws {FormatError} if the file has another ending
 */
export function encodeWeights(arrays: NamedArrays, file: string): Uint8Array<ArrayBuffer> {
  const ending = WEIGHT_FILE_ENDINGS.find((each) => file.endsWith(each));
  const encode = ending === undefined ? undefined : ENCODERS[ending];
  if (encode !== undefined) return encode(arrays);
  throw new FormatError(
    `${file} names no format for weights: let it end in ${WEIGHT_FILE_ENDINGS.join(" or ")}.`,
  );
}

/**
 * The parameters of a model in a file of weights, of any format that {@linkcode decodeArrays} reads, or in a
 * checkpoint, whose states are left out. What is f16 in the file and f32 in the model becomes f32.
 *
 * @param file the file's path
 * @returns all arrays of the file that are no states of the model; whether they fit is for those who write them
 * to a model to check
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { linearRegression } from "../../generated/linear_regression/linear_regression.ts";
 * const file = new Map([
 *   ["l1.W", { dtype: "f32", shape: [1, 2], data: Float32Array.of(3, -2) }],
 *   ["loss_total", { dtype: "f32", shape: [], data: Float32Array.of(0.5) }],
 * ] as const);
 * const weights = decodeWeights(encodeWeights(file, "all.npz"), "all.npz", linearRegression);
 * assert.deepEqual([...weights.keys()], ["l1.W"]);
 * ```
 *
 * @throws {FormatError} if the file is damaged, or holds no arrays
 */
export function decodeWeights(
  bytes: Uint8Array,
  file: string,
  { tensors }: ModuleSpec,
): NamedArrays {
  const weights = new Map<string, NamedArray>();
  for (const [name, array] of decodeArrays(bytes, file)) {
    const tensor = tensors[name];
    if (tensor?.kind !== "state") {
      weights.set(name, tensor?.dtype === "f32" ? widened(array) : array);
    }
  }
  return weights;
}

/** Every f16 is an f32. */
function widened(array: NamedArray): NamedArray {
  if (array.dtype !== "f16") return array;
  return { ...array, dtype: "f32", data: Float32Array.from(array.data) };
}
