import assert from "node:assert/strict";
import { defineLayer, tensor } from "./declare.ts";
import { dim, showShape } from "./dim.ts";
import { accuracy, linear, relu, softmaxCrossEntropy } from "./layers/mod.ts";
import { add, cast, input, sum } from "./tensor.ts";
import { traceModel } from "./tracing.ts";

const B = dim("B"), T = dim("T"), N = dim("N");
const deep = input("deep", [B, T, 12]);

Deno.test("a layer works on each slice along axes in front that it does not declare", () => {
  const { result, trace } = traceModel(() => relu()(linear({ O: 5 })(deep)));
  assert.equal(showShape(result.shape), "[B, T, 5]");
  assert.deepEqual(trace.params.map((each) => showShape(each.shape)), ["[5, 12]", "[5]"]);
  assert.equal(showShape(relu()(input("image", [B, 3, 28, 28])).shape), "[B, 3, 28, 28]");
});

Deno.test("operands with the same axes in front are taken slice by slice together", () => {
  const label = cast(input("label", [B, T]), "u32");
  assert.equal(showShape(softmaxCrossEntropy()(deep, label).shape), "[B, T]");
  assert.equal(showShape(accuracy()(deep, label).shape), "[B, T]");
});

Deno.test("operands of other axes in front, and results without them, are refused", () => {
  const pair = defineLayer({
    name: "pair",
    inputs: { x: tensor(B, N), z: tensor(B, N) },
    forward: ({ x, z }) => add(x, z),
  });
  const total = defineLayer({
    name: "total",
    inputs: { x: tensor(B, N) },
    forward: ({ x }) => sum(x, { axis: 0 }),
  });
  assert.throws(() => pair()(deep, input("z", [T, B, 12])), {
    name: "DeclarationError",
    message: 'In pair: Cannot apply layer "pair" to deep[B, T, 12]: wanted x[B, N]',
  });
  assert.throws(() => total()(deep), {
    name: "DeclarationError",
    message: 'In total: Cannot apply layer "total" to deep[B, T, 12], which has 1 more axes than ' +
      "it declares: its result does not have one part for each B; reshape the operand first",
  });
});
