import assert from "node:assert/strict";
import proto from "onnx-proto";
import { FormatError } from "./format_error.ts";
import { onnxInputs, withWeights } from "./onnx.ts";

const { ModelProto, TensorProto } = proto.onnx;

const input = (name: string, dims: readonly { dimValue?: number; dimParam?: string }[]) => ({
  name,
  type: { tensorType: { elemType: TensorProto.DataType.FLOAT, shape: { dim: [...dims] } } },
});

/** A graph of a batch and a matrix. */
const FILE = new Uint8Array(
  ModelProto.encode({
    irVersion: 8,
    graph: {
      name: "product",
      input: [
        input("x", [{ dimParam: "B" }, { dimValue: 2 }]),
        input("W", [{ dimValue: 2 }, { dimValue: 1 }]),
      ],
    },
  }).finish(),
);

const W = { dtype: "f32", shape: [2, 1], data: Float32Array.of(0.5, -3) } as const;

Deno.test("weights become constants, bit for bit, and are inputs no more", () => {
  assert.deepEqual(onnxInputs(FILE, "a.onnx"), ["x", "W"]);
  const bytes = withWeights(FILE, new Map([["W", W]]), "a.onnx");
  assert.deepEqual(onnxInputs(bytes, "a.onnx"), ["x"]);
  const [constant] = ModelProto.decode(bytes).graph?.initializer ?? [];
  assert.equal(constant?.name, "W");
  assert.deepEqual(constant?.dims?.map(Number), [2, 1]);
  assert.deepEqual([...constant?.rawData ?? []], [0, 0, 0, 63, 0, 0, 64, 192]);
});

Deno.test("what does not fit is refused with names and shapes", () => {
  const refused = (weights: Parameters<typeof withWeights>[1], message: string) =>
    assert.throws(() => withWeights(FILE, weights, "a.onnx"), (error) => {
      assert.ok(error instanceof FormatError);
      assert.equal(error.message, message);
      return true;
    });
  refused(new Map([["V", W]]), 'a.onnx has no input "V".');
  refused(
    new Map([["W", { ...W, shape: [1, 2] }]]),
    "W is f32 [1, 2], but a.onnx takes f32 [2, 1].",
  );
  assert.throws(
    () => onnxInputs(Uint8Array.of(9, 9, 9), "b.onnx"),
    /^FormatError: b\.onnx is no file of ONNX: /,
  );
});
