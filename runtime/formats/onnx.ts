/**
 * Files of ONNX whose parameters are inputs, and their weights.
 *
 * @module
 */
import proto, { type onnx } from "onnx-proto";
import { messageOf } from "../wording.ts";
import { FormatError } from "./format_error.ts";
import type { NamedArrays } from "./named_array.ts";

const { ModelProto, TensorProto } = proto.onnx;

/** The names of the inputs of a graph. */
export function onnxInputs(bytes: Uint8Array, file: string): readonly string[] {
  return (decoded(bytes, file).graph?.input ?? []).flatMap(({ name }) => name ?? []);
}

/**
 * A file in which weights are constants, and inputs no more.
 *
 * @param weights of f32, by the names of inputs
 * @param file its path, for messages
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { linearRegression } from "../../generated/linear_regression/linear_regression.ts";
 * const predict = await (await fetch(linearRegression.onnx)).bytes();
 * assert.deepEqual(onnxInputs(predict, "predict.onnx"), ["x", "l1.W", "l1.b"]);
 * const W = { dtype: "f32", shape: [1, 2], data: Float32Array.of(3, -2) } as const;
 * const network = withWeights(predict, new Map([["l1.W", W]]), "predict.onnx");
 * assert.deepEqual(onnxInputs(network, "network.onnx"), ["x", "l1.b"]);
 * ```
 *
 * @throws {FormatError} if the file is damaged, has no such input, or weights have another shape
 */
export function withWeights(
  bytes: Uint8Array,
  weights: NamedArrays,
  file: string,
): Uint8Array<ArrayBuffer> {
  const model = decoded(bytes, file);
  const graph = model.graph ?? {};
  const inputs = graph.input ?? [];
  for (const [name, { shape, dtype }] of weights) {
    const wanted = shapeOf(inputs.find((input) => input.name === name));
    if (wanted === undefined) throw new FormatError(`${file} has no input "${name}".`);
    if (dtype === "f32" && wanted.join() === shape.join()) continue;
    throw new FormatError(
      `${name} is ${dtype} [${shape.join(", ")}], but ${file} takes f32 [${wanted.join(", ")}].`,
    );
  }
  const constants = [...weights].map(([name, { shape, data }]): onnx.ITensorProto => ({
    name,
    dims: [...shape],
    dataType: TensorProto.DataType.FLOAT,
    rawData: littleEndian(Float32Array.from(data)),
  }));
  const changed = {
    ...graph,
    input: inputs.filter(({ name }) => !weights.has(name ?? "")),
    initializer: [...graph.initializer ?? [], ...constants],
  };
  return new Uint8Array(ModelProto.encode({ ...model, graph: changed }).finish());
}

function decoded(bytes: Uint8Array, file: string): onnx.IModelProto {
  try {
    return ModelProto.decode(bytes);
  } catch (cause) {
    throw new FormatError(`${file} is no file of ONNX: ${messageOf(cause)}.`, { cause });
  }
}

/** The extents of an input; a name for one that runs choose. */
function shapeOf(
  input: onnx.IValueInfoProto | undefined,
): readonly (number | string)[] | undefined {
  return input?.type?.tensorType?.shape?.dim?.map(({ dimValue, dimParam }) =>
    dimParam ? dimParam : Number(dimValue ?? 0)
  );
}

/** Numbers as every machine writes them to files. */
function littleEndian(values: Float32Array): Uint8Array {
  const view = new DataView(new ArrayBuffer(4 * values.length));
  values.forEach((value, at) => view.setFloat32(4 * at, value, true));
  return new Uint8Array(view.buffer);
}
