import assert from "node:assert/strict";
import { defineLayer, tensor } from "./declare.ts";
import { partsOf } from "./custom_gradient.ts";
import { dim, type Shape, showShape, times } from "./dim.ts";
import { make } from "./intern.ts";
import { lecunNormal, zeros } from "./initial.ts";
import { linear, relu, sharedLinear } from "./layers/mod.ts";
import { whenTraining } from "./mode.ts";
import { traceModel } from "./tracing.ts";
import {
  add,
  handle,
  input,
  matmul,
  mul,
  reshape,
  sub,
  sum,
  type Tensor,
  tile,
  transpose,
} from "./tensor.ts";

const B = dim("B"), O = dim("O"), K = dim("K"), n = dim("n");

/** Declares a layer y = f(x) of one input, for what f and the name may be. */
const declare = (name: string, forward: (x: Tensor<readonly [typeof B], "f32">) => Tensor) =>
  defineLayer({
    name,
    inputs: { x: tensor(B) },
    // What forward returns is the point of these tests.
    forward: ({ x }) => forward(x) as Tensor<readonly [typeof B], "f32">,
  });

Deno.test("a layer holds its graph over named leaves", () => {
  assert.deepEqual(sharedLinear.inputs.map((leaf) => showShape(leaf.shape)), ["[B, n·K]"]);
  assert.deepEqual(sharedLinear.params.map((leaf) => showShape(leaf.shape)), ["[O, K]"]);
  assert.deepEqual(showShape(sharedLinear.output.shape), "[B, O]");
  assert.deepEqual([...sharedLinear.backward.keys()], ["x", "W"]);
  assert.equal(sharedLinear.name, "shared_linear");
});

Deno.test("names become files and identifiers, so they are letters, digits and underscores", () => {
  for (const name of ["", "my-layer", "2nd", "a/b", "y z"]) {
    assert.throws(() => declare(name, (x) => x), {
      name: "DeclarationError",
      message: `Cannot declare a layer "${name}": use a letter followed by letters, digits or "_"`,
    });
  }
  assert.throws(
    () => defineLayer({ name: "l", inputs: { "x-y": tensor(B) }, forward: (t) => t["x-y"] }),
    /Cannot declare input "x-y": use a letter/,
  );
});

Deno.test("the names of the result and its gradient are taken", () => {
  assert.throws(
    () => defineLayer({ name: "l", inputs: { y: tensor(B) }, forward: ({ y }) => y }),
    /Cannot declare layer "l": "y" is the name of the result; use another name/,
  );
  assert.throws(
    () =>
      defineLayer({
        name: "l",
        inputs: { x: tensor(B) },
        params: { gy: tensor(B) },
        forward: ({ x, gy }) => add(x, gy),
      }),
    /Cannot declare layer "l": "gy" is the name of the result's gradient; use another name/,
  );
  assert.throws(
    () =>
      defineLayer({
        name: "l",
        inputs: { x: tensor(B) },
        params: { gx: tensor(B) },
        forward: ({ x, gx }) => add(x, gx),
      }),
    /Cannot declare layer "l": "gx" is the name of the gradient of x; use another name/,
  );
  const lone = defineLayer({ name: "l", inputs: { gx: tensor(B) }, forward: ({ gx }) => gx });
  assert.equal(lone.inputs.length, 1);
});

Deno.test("one name is one tensor", () => {
  assert.throws(
    () =>
      defineLayer({
        name: "l",
        inputs: { x: tensor(B) },
        params: { x: tensor(B) },
        forward: ({ x }) => x,
      }),
    /Cannot declare layer "l": "x" names both an input and a parameter/,
  );
  assert.throws(
    () =>
      defineLayer({
        name: "l",
        inputs: { x: tensor(B) },
        params: { w: tensor(B), W: tensor(B) },
        forward: ({ x, w, W }) => add(mul(x, w), W),
      }),
    /Cannot declare layer "l": "w" and "W" differ only in case, and files are named after them/,
  );
  const odd = defineLayer({
    name: "l",
    inputs: { constructor: tensor(B) },
    params: { toString: tensor(B) },
    forward: (t) => add(t.constructor, t.toString),
  });
  assert.equal(odd.params.length, 1);
});

Deno.test("constants that no 32-bit float can hold are refused, naming the layer", () => {
  for (const value of [Infinity, -Infinity, NaN, 1e39]) {
    assert.throws(() => declare("scale", (x) => mul(x, value)), {
      name: "DeclarationError",
      message: `In scale: Cannot use the constant ${value}: it is not a finite 32-bit float; ` +
        "use a finite bound such as -3.4e38",
    });
  }
  for (const value of [-0, 1e-45, 3.4028235e38, -3.4028235e38]) {
    assert.ok(declare("scale", (x) => mul(x, value)).output);
  }
});

Deno.test("a fault inside forward or backward names the layer", () => {
  assert.throws(
    // @ts-expect-error "B does not broadcast with K"
    () => declare("broken", (x) => add(x, input("z", [K]))),
    /^DeclarationError: In broken: Cannot broadcast z\[K\] to \[B\]/,
  );
});

Deno.test("a hand-written gradient belongs to one of the tensors", () => {
  assert.throws(
    () =>
      defineLayer({
        name: "l",
        inputs: { x: tensor(B) },
        params: { w: tensor(B) },
        forward: ({ x, w }) => mul(x, w),
        // @ts-expect-error there is no tensor v
        backward: ({ x, gy }) => ({ gv: mul(gy, x) }),
      }),
    {
      name: "DeclarationError",
      message: 'In l: backward returns "gv"; expected one of gx, gw',
    },
  );
});

Deno.test("a gradient of another shape than its tensor is refused, never summed", () => {
  assert.throws(
    () =>
      defineLayer({
        name: "shared",
        inputs: { x: tensor(B, times(n, K)) },
        params: { W: tensor(O, K) },
        forward: ({ x, W }) => matmul(x, transpose(tile(W, [1, n]))),
        // @ts-expect-error one gradient per slice, not yet summed over them
        backward: ({ x, gy }) => ({ gW: reshape(matmul(transpose(gy), x), [O, n, K]) }),
      }),
    {
      name: "DeclarationError",
      message: "In shared: backward returns gW[O, n, K] of f32; " +
        "a gradient has the shape of its tensor W[O, K], and is f32",
    },
  );
});

Deno.test("only some gradients need be written by hand", () => {
  const layer = defineLayer({
    name: "l",
    inputs: { x: tensor(B, K) },
    params: { w: tensor(K) },
    forward: ({ x, w }) => mul(x, w),
    backward: ({ x, gy }) => ({ gw: sum(mul(gy, x), { axis: 0 }) }),
  });
  assert.deepEqual([...layer.backward.keys()], ["w"]);
});

const x = input("x", [B, 784]);
/** Applies layers as a model does. */
const inModel = (apply: () => Tensor) => traceModel(apply);

Deno.test("sizes come from the operands where they can, else from the use", () => {
  const { result, trace } = inModel(() => sharedLinear({ n: 8, O: 30 })(x));
  assert.equal(showShape(result.shape), "[B, 30]");
  assert.deepEqual(trace.params.map((each) => showShape(each.shape)), ["[30, 98]"]);
  const initial = trace.params.flatMap((each) => each.op === "input" ? [each.attrs.initial] : []);
  assert.deepEqual(initial, [{ kind: "scaled", distribution: "normal", gain: 1, fans: [98] }]);
});

Deno.test("a layer in use is the same node as its formula written out for these operands", () => {
  const { result } = inModel(() => sharedLinear({ n: 8, O: 30 })(x));
  const W = make("input", {
    name: "l1.W",
    role: "parameter",
    shape: [30, 98],
    dtype: "f32",
    initial: { kind: "scaled", distribution: "normal", gain: 1, fans: [98] },
  });
  const tiled = tile(handle<readonly [30, 98], "f32">(W), [1, 8]);
  const wide = transpose(handle<readonly [30, 784], "f32">(tiled.node));
  assert.equal(partsOf(result.node)?.value, matmul(x, wide).node);
});

Deno.test("a later operand may determine what an earlier one leaves open", () => {
  const fold = defineLayer({
    name: "fold",
    inputs: { x: tensor(B, times(n, K)), b: tensor(K) },
    forward: ({ x, b }) => add(sum(reshape(x, [B, n, K]), { axis: 1 }), b),
  });
  assert.equal(showShape(fold()(x, input("b", [98])).shape), "[B, 98]");
});

Deno.test("a use that does not fit is refused", () => {
  const refused: readonly [() => Tensor, string][] = [
    [
      () => linear({ I: 784, N: 10 })(x),
      'In linear: Cannot use layer "linear" with N: its dims are B, I, O',
    ],
    [
      () => linear()(x),
      'In linear: Cannot use layer "linear": dim O is unknown; write linear({ O: … })',
    ],
    [
      () => linear({ I: 100, O: 10 })(x),
      'In linear: Cannot apply layer "linear" to x[B, 784]: wanted x[B, I] = [B, 100] of f32',
    ],
    [
      () => sharedLinear({ n: 10, O: 900 })(x),
      "In shared_linear: Cannot split 784 into n·K: with n = 10 it does not divide; " +
      "choose a divisor of 784",
    ],
    [
      () => linear({ O: 10 })(input("v", [B])),
      'In linear: Cannot apply layer "linear" to v[B]: wanted x[B, I]',
    ],
    [
      () => relu()(input("i", [B])),
      'In relu: Cannot apply layer "relu" to i[B]: wanted x[B, N]',
    ],
    [
      () => relu()(),
      'In relu: Cannot apply layer "relu" to nothing: wanted x[B, N]',
    ],
    [
      () => relu()(x, x),
      'In relu: Cannot apply layer "relu" to 2 tensors: it takes x[B, N]',
    ],
    [
      () => linear({ O: 2.5 })(x),
      'In linear: Cannot use layer "linear" with O = 2.5: a size is a whole number or a dim',
    ],
  ];
  for (const [use, message] of refused) {
    assert.throws(() => inModel(use), { name: "DeclarationError", message });
  }
});

Deno.test("a size that must be even is refused when odd", () => {
  const halves = defineLayer({
    name: "halves",
    inputs: { x: tensor(B, times(2, K)) },
    forward: ({ x }) => sum(reshape(x, [B, 2, K]), { axis: 1 }),
  });
  assert.equal(showShape(halves()(input("six", [B, 6])).shape), "[B, 3]");
  assert.throws(
    () => halves()(input("five", [B, 5])),
    /In halves: Cannot split 5 into 2·K: it is not a multiple of 2/,
  );
});

Deno.test("a layer with parameters is applied in a model, one without anywhere", () => {
  assert.equal(showShape(relu()(x).shape), "[B, 784]");
  assert.throws(
    () => linear({ O: 10 })(x),
    /In linear: Cannot apply layer "linear" outside of a model: its parameters belong to one/,
  );
});

Deno.test("first values are declared with the tensor", () => {
  assert.deepEqual(tensor(O, K).init(lecunNormal()).initial, {
    kind: "scaled",
    distribution: "normal",
    gain: 1,
    fans: [K],
  });
  assert.deepEqual(tensor(O).init(zeros()).initial, { kind: "constant", value: 0 });
  assert.deepEqual(tensor(O).init(zeros()).u32().dtype, "u32");
  assert.throws(
    () => tensor(O).init(lecunNormal()),
    /Cannot initialise a parameter of rank 1 by lecunNormal: it needs an axis 1 \(fan-in\)/,
  );
});

type Real = Tensor<Shape, "f32">;

/** Scales by a running mean, which each training step moves by a tenth of the way to the batch's. */
const centred = (update: (mean: Real, x: Real) => unknown) =>
  defineLayer({
    name: "centred",
    inputs: { x: tensor(B, K) },
    state: { mean: tensor(K).init(zeros()) },
    forward: ({ x, mean }) => whenTraining(x, sub(x, mean)),
    // Users' specs run unchecked.
    update: ({ x, mean }) => update(mean, x) as { mean: typeof mean },
  });

Deno.test("a layer's states are leaves of their own, with new values after a training step", () => {
  const layer = centred((mean, x) => ({ mean: add(mean, sum(x, { axis: 0 })) }));
  assert.deepEqual(layer.state.map((each) => each.op === "input" && each.attrs.role), ["state"]);
  assert.deepEqual([...layer.update.keys()], ["mean"]);
  const twice = layer();
  const { trace } = inModel(() => twice(twice(input("x", [B, 3]))));
  assert.deepEqual(trace.state.map((each) => each.op === "input" && each.attrs.name), ["l1.mean"]);
  assert.equal(trace.updates.size, 1);
});

Deno.test("what update returns is tensors by the names and shapes of states", () => {
  const refused: readonly [Parameters<typeof centred>[0], string][] = [
    [
      () => 1,
      "update returns 1; it must return tensors by the names of states, such as { mean: add(mean, 1) }",
    ],
    [(mean) => ({ man: mean }), 'update returns "man", which is no state; expected one of mean'],
    [
      (_, x) => ({ mean: x }),
      "update returns mean as x[B, K] of f32; a state keeps its shape and element type, mean[K] of f32",
    ],
  ];
  for (const [update, message] of refused) {
    assert.throws(() => centred(update), {
      name: "DeclarationError",
      message: `In centred: ${message}`,
    });
  }
});
