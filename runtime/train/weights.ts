/**
 * Weights in files of their own: parameters by name, for other programs and from them.
 *
 * A matrix of a layer from I to O features has the shape [O, I], as PyTorch's `nn.Linear` keeps it.
 *
 * @module
 */
import { decodeArrays } from "../formats/array_file.ts";
import { FormatError } from "../formats/format_error.ts";
import type { NamedArrays } from "../formats/named_array.ts";
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
 * checkpoint, whose states are left out.
 *
 * @param file the file's path
 * @returns all arrays of the file that are no states of the model; whether they fit is for those who write them
 * to a model to check
 * @throws {FormatError} if the file is damaged, or holds no arrays
 */
export function decodeWeights(
  bytes: Uint8Array,
  file: string,
  { tensors }: ModuleSpec,
): NamedArrays {
  const arrays = decodeArrays(bytes, file);
  return new Map([...arrays].filter(([name]) => tensors[name]?.kind !== "state"));
}
