import assert from "node:assert/strict";
import { defineLayer, type Gradients } from "./declare.ts";
import { dim, showShape } from "./dim.ts";
import { zeros } from "./initial.ts";
import { leaves, tensor, withoutOthers } from "./leaves.ts";
import {
  add,
  exp,
  greater,
  matmul,
  mul,
  named,
  type Tensor,
  type TensorDeclaration,
} from "./mod.ts";
import type { Equal } from "./testing/type_equality.ts";

const B = dim("B"), I = dim("I");

/** Declares layer foo over x[B, I] and W[I, I]. */
const foo = (
  forward: (tensors: Square) => Tensor<readonly [typeof B, typeof I], "f32">,
  backward?: (tensors: Square) => Gradients<Record<never, never>>,
) =>
  defineLayer({
    name: "foo",
    inputs: { x: tensor(B, I) },
    params: { W: tensor(I, I) },
    forward,
    ...(backward === undefined ? {} : { backward }),
  });
interface Square {
  readonly x: Tensor<readonly [typeof B, typeof I], "f32">;
  readonly W: Tensor<readonly [typeof I, typeof I], "f32">;
}

Deno.test("a tensor that is not declared is named, with those that are", () => {
  const absent = 'Cannot find a tensor "y": it is none of x, W; correct the name, or declare it';
  // @ts-expect-error there is no y
  assert.throws(() => foo(({ y }) => exp(y)), {
    name: "DeclarationError",
    message: `In foo: ${absent}`,
  });
  assert.throws(
    // @ts-expect-error there is no y, in backward either
    () => foo(({ x, W }) => matmul(x, W), ({ y }) => ({ gx: y })),
    /In foo: Cannot find a tensor "y": it is none of x, W, gy; correct the name, or declare it/,
  );
});

Deno.test("tensors can be spread, listed and printed", () => {
  const { handles } = leaves("input", { x: tensor(B), z: tensor(I) });
  const guarded = withoutOthers(handles);
  const { x, ...rest } = guarded;
  assert.equal(showShape(x.shape), "[B]");
  assert.deepEqual(Object.keys(rest), ["z"]);
  assert.deepEqual(Object.values(guarded), [handles.x, handles.z]);
  assert.match(Deno.inspect(guarded), /x: .*z: /s);
});

Deno.test("forward and backward return tensors", () => {
  const results: readonly [unknown, string][] = [
    [undefined, 'it must be a tensor, got undefined; a body in braces needs "return"'],
    [3, "it must be a tensor, got 3; return what the last step computes"],
    [{ y: 3 }, "it must be a tensor, got { y: 3 }; return what the last step computes"],
    [[1], "it must be a tensor, got [1]; return what the last step computes"],
    [exp, "it must be a tensor, got a function; call it, and return the tensor that it gives"],
    [null, "it must be a tensor, got null; return what the last step computes"],
  ];
  for (const [result, reason] of results) {
    assert.throws(
      // Specs run unchecked: a function may return anything.
      () => foo(() => result as Square["x"]),
      { name: "DeclarationError", message: `In foo: Cannot use the result of forward: ${reason}` },
    );
  }
  assert.throws(
    // @ts-expect-error a comparison is a bool
    () => foo(({ x }) => greater(x, 0)),
    /In foo: Cannot use the result of forward: \[B, I\] is of bool, a layer gives f32; use cast/,
  );
  assert.throws(
    // @ts-expect-error nothing is returned
    () => foo(({ x, W }) => matmul(x, W), () => {}),
    /In foo: backward returns undefined; it must return tensors by name, such as \{ gx: mul/,
  );
});

Deno.test("an operand that is no tensor is shown", () => {
  const refused: readonly [(tensors: Square) => unknown, string][] = [
    [
      // @ts-expect-error an operand is missing
      ({ x }) => matmul(x),
      "Cannot multiply by undefined: operands are tensors; " +
      "pass one that the declaration's function receives, or one computed from those",
    ],
    [
      // @ts-expect-error a number is no matrix
      ({ W }) => matmul(2, W),
      "Cannot multiply 2: operands are tensors; write constant(2) for a tensor of shape []",
    ],
    [
      // @ts-expect-error a text is no tensor
      ({ x }) => mul(x, "W"),
      'Cannot apply mul to "W": operands are tensors; ' +
      "pass one that the declaration's function receives, or one computed from those",
    ],
    [
      // @ts-expect-error an operand is missing
      ({ x }) => add(x),
      "Cannot apply add to undefined: operands are tensors; " +
      "pass one that the declaration's function receives, or one computed from those",
    ],
    [
      // @ts-expect-error all tensors are not one
      (tensors) => exp(tensors),
      "Cannot apply exp to { x: {…}, W: {…} }: operands are tensors; " +
      "pass one that the declaration's function receives, or one computed from those",
    ],
    [
      // @ts-expect-error the value is missing
      () => named("e"),
      'Cannot give the name "e" to undefined: operands are tensors; ' +
      "pass one that the declaration's function receives, or one computed from those",
    ],
  ];
  for (const [forward, message] of refused) {
    // Each throws before it returns anything.
    assert.throws(() => foo((tensors) => forward(tensors) as Square["x"]), {
      name: "DeclarationError",
      message: `In foo: ${message}`,
    });
  }
});

Deno.test("an axis is a dim or a whole number", () => {
  const layer = (x: ReturnType<typeof tensor>) =>
    defineLayer({ name: "foo", inputs: { x }, forward: ({ x }) => exp(x) });
  assert.throws(
    // @ts-expect-error a dim is not its name
    () => layer(tensor("B", I)),
    {
      name: "DeclarationError",
      message: 'In foo: Cannot declare x["B", I]: an extent is a dim or a whole number, ' +
        'got "B"; write dim("B")',
    },
  );
  assert.throws(
    () => layer(tensor(B, 2.5)),
    /In foo: Cannot declare x\[B, 2\.5\]: an extent must be a whole number, got 2\.5/,
  );
  assert.throws(
    // @ts-expect-error axes are arguments
    () => layer(tensor([B, I])),
    /In foo: Cannot declare x\[\[\{…\}, \{…\}\]\]: an extent is a dim or a whole number/,
  );
});

Deno.test("first values come from an initialiser", () => {
  assert.throws(
    // @ts-expect-error zeros is a function that makes one
    () => tensor(B).init(zeros),
    /Cannot initialise a tensor by the function "zeros": wanted an initialiser; write init\(zeros/,
  );
  assert.throws(
    // @ts-expect-error a number is no initialiser
    () => tensor(B).init(0),
    /Cannot initialise a tensor by 0: wanted an initialiser/,
  );
});

/** Stands for a fact about types where a value is wanted. */
const sameType = <A, B>(..._: Equal<A, B> extends true ? [] : [never]): true => true;

Deno.test("an input may say that it is drawn from bytes, and that it holds many zeros", () => {
  const x = tensor(B, 784).fromBytes({ divideBy: 255 }).sparse();
  assert.ok(
    sameType<typeof x, TensorDeclaration<readonly [typeof B, 784], "f32", "input">>(),
  );
  const label = tensor(B).u32().fromBytes();
  assert.ok(sameType<typeof label, TensorDeclaration<readonly [typeof B], "u32", "input">>());
  const { nodes } = leaves("input", { x, label, plain: tensor(B) });
  const attributes = nodes.map((node) => node.op === "input" ? node.attrs : undefined);
  assert.deepEqual(attributes.map((each) => [each?.bytes, each?.sparse]), [
    [{ divisor: 255 }, true],
    [{ divisor: 1 }, undefined],
    [undefined, undefined],
  ]);
  // What a value is computed from says nothing about where it is kept.
  assert.deepEqual(attributes.map((each) => each?.dtype), ["f32", "u32", "f32"]);
});

Deno.test("what cannot be drawn from bytes is refused", () => {
  const refused: readonly [() => unknown, string][] = [
    [
      // @ts-expect-error a tensor of shape [] has no rows to draw
      () => tensor().fromBytes(),
      "Cannot draw a tensor of shape [] from bytes: a batch is rows of a table, one per sample; " +
      "give the tensor an axis for them, as in tensor(B).fromBytes()",
    ],
    [
      () => tensor(B, 3).fromBytes({ divideBy: 0 }),
      "Cannot draw tensor[B, 3] from bytes divided by 0: wanted a positive number; " +
      "write fromBytes({ divideBy: 255 }), or fromBytes()",
    ],
    [
      // @ts-expect-error the divisor has a name
      () => tensor(B, 3).fromBytes(255),
      "Cannot draw tensor[B, 3] from bytes divided by 255: wanted a positive number; " +
      "write fromBytes({ divideBy: 255 }), or fromBytes()",
    ],
    [
      // @ts-expect-error it is divideBy
      () => tensor(B, 3).fromBytes({ scale: 2 }),
      "Cannot draw tensor[B, 3] from bytes divided by { scale: 2 }: wanted a positive number; " +
      "write fromBytes({ divideBy: 255 }), or fromBytes()",
    ],
    [
      // @ts-expect-error whole numbers are not divided
      () => leaves("input", { label: tensor(B).u32().fromBytes({ divideBy: 2 }) }),
      "Cannot declare the input label of u32 from bytes divided by 2: " +
      "whole numbers are the bytes themselves; write fromBytes()",
    ],
    [
      () => leaves("parameter", { W: tensor(B).fromBytes() }),
      "Cannot declare the parameter W from bytes: " +
      "only inputs are drawn, parameters are trained; leave fromBytes() out",
    ],
    [
      () => leaves("parameter", { W: tensor(B).sparse() }),
      "Cannot declare the parameter W as sparse: " +
      "training leaves no exact zeros in a parameter; leave sparse() out",
    ],
  ];
  for (const [attempt, message] of refused) {
    assert.throws(attempt, { name: "DeclarationError", message });
  }
});

Deno.test("parameters are neither drawn nor sparse in types either, and a layer draws nothing", () => {
  const layer = (W: TensorDeclaration<readonly [typeof B], "f32", "any">) =>
    defineLayer({
      name: "foo",
      inputs: { x: tensor(B).sparse() },
      params: { W },
      forward: ({ x, W }) => mul(x, W),
    });
  assert.ok(layer(tensor(B).init(zeros())));
  // @ts-expect-error a parameter is not drawn
  assert.throws(() => layer(tensor(B).fromBytes()), /In foo: Cannot declare the parameter W from/);
  assert.throws(
    () =>
      defineLayer({
        name: "foo",
        inputs: { x: tensor(B, I).fromBytes() },
        forward: ({ x }) => exp(x),
      }),
    {
      name: "DeclarationError",
      message: "In foo: Cannot draw x[B, I] from bytes: only a model draws its inputs; " +
        "write fromBytes() where defineModel declares them",
    },
  );
});
