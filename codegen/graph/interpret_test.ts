import assert from "node:assert/strict";
import { make } from "../../dsl/intern.ts";
import type { ElementType, Node, OpAttrs, OpKind } from "../../dsl/ops.ts";
import { interpret, type Value } from "./interpret.ts";

/** A tensor of two rows. */
const X: Value = { shape: [2, 3], data: Float64Array.of(1, -2, 3, 0.5, 0.25, -4) };
const Y: Value = { shape: [2, 3], data: Float64Array.of(2, -2, 1, 4, 0.5, -8) };
const WHOLE: Value = { shape: [3], data: Float64Array.of(0, 5, 4294967295) };
const MASK: Value = { shape: [2, 3], data: Float64Array.of(1, 0, 0, 1, 1, 0) };
const leaves = new Map([["x", X], ["y", Y], ["whole", WHOLE], ["mask", MASK]]);

function leaf(name: string, shape: Node["shape"], dtype: ElementType = "f32"): Node {
  return make("input", { name, role: "input", shape, dtype });
}
const x = leaf("x", [2, 3]), y = leaf("y", [2, 3]);
const whole = leaf("whole", [3], "u32"), mask = leaf("mask", [2, 3], "bool");

/** An op applied to the tensors above, and what it gives, worked out by hand. */
interface Case {
  readonly node: Node;
  readonly elements: readonly number[];
}

const gives = <K extends OpKind>(
  op: K,
  attrs: OpAttrs[K],
  inputs: readonly Node[],
  ...elements: readonly number[]
): Case => ({ node: make(op, attrs, inputs), elements });

const one = make("constant", { value: 1, dtype: "u32" });
const ones = make("broadcast", { shape: [3], axes: [] }, [one]);

const ZERO = make("constant", { value: 0, dtype: "u32" });

/** 1, 1, 0 */
const PLACES = make("argmax", { axis: 0 }, [make("maximum", {}, [x, y])]);

/** 0 0 1, 0 0 1: a bool for each element of x that is above that of y. */
const HIGH = make("greater", {}, [x, y]);

const CASES: { readonly [K in OpKind]: readonly Case[] } = {
  input: [{ node: x, elements: [1, -2, 3, 0.5, 0.25, -4] }],
  constant: [{ node: one, elements: [1] }],
  size: [gives("size", { extent: { name: "2·K" } }, [], 14)],
  iota: [gives("iota", { extent: 4 }, [], 0, 1, 2, 3)],
  neg: [gives("neg", {}, [x], -1, 2, -3, -0.5, -0.25, 4)],
  exp: [
    gives(
      "exp",
      {},
      [x],
      Math.E,
      Math.exp(-2),
      Math.exp(3),
      Math.exp(0.5),
      Math.exp(0.25),
      Math.exp(-4),
    ),
  ],
  log: [gives("log", {}, [x], 0, NaN, Math.log(3), Math.log(0.5), Math.log(0.25), NaN)],
  sqrt: [gives("sqrt", {}, [x], 1, NaN, Math.sqrt(3), Math.sqrt(0.5), 0.5, NaN)],
  tanh: [
    gives(
      "tanh",
      {},
      [x],
      Math.tanh(1),
      Math.tanh(-2),
      Math.tanh(3),
      Math.tanh(0.5),
      Math.tanh(0.25),
      Math.tanh(-4),
    ),
  ],
  abs: [gives("abs", {}, [x], 1, 2, 3, 0.5, 0.25, 4)],
  floor: [gives("floor", {}, [x], 1, -2, 3, 0, 0, -4)],
  sin: [gives("sin", {}, [x], ...[...X.data].map(Math.sin))],
  cos: [gives("cos", {}, [x], ...[...X.data].map(Math.cos))],
  // As erf of C's library gives them, to all digits of a float64.
  erf: [
    gives(
      "erf",
      {},
      [x],
      0.8427007929497149,
      -0.9953222650189527,
      0.9999779095030014,
      0.5204998778130465,
      0.2763263901682369,
      -0.9999999845827421,
    ),
  ],
  randomBits: [gives("randomBits", {}, [ZERO, ZERO, ZERO], 0xff1dae59)],
  sigmoid: [
    gives("sigmoid", {}, [x], ...[...X.data].map((each) => 0.5 + 0.5 * Math.tanh(each / 2))),
  ],
  cast: [
    gives("cast", { dtype: "f32" }, [mask], 1, 0, 0, 1, 1, 0),
    gives("cast", { dtype: "u32" }, [x], 1, 0, 3, 0, 0, 0),
  ],
  stopGradient: [gives("stopGradient", {}, [x], 1, -2, 3, 0.5, 0.25, -4)],
  custom: [
    gives(
      "custom",
      { name: "f", operands: ["y"], given: [0] },
      [x, y, x, y],
      1,
      -2,
      3,
      0.5,
      0.25,
      -4,
    ),
  ],
  add: [
    gives("add", {}, [x, y], 3, -4, 4, 4.5, 0.75, -12),
    gives("add", {}, [whole, ones], 1, 6, 0),
  ],
  sub: [
    gives("sub", {}, [x, y], -1, 0, 2, -3.5, -0.25, 4),
    gives("sub", {}, [whole, ones], 4294967295, 4, 4294967294),
  ],
  mul: [
    gives("mul", {}, [x, y], 2, 4, 3, 2, 0.125, 32),
    gives("mul", {}, [whole, whole], 0, 25, 1),
  ],
  div: [
    gives("div", {}, [x, y], 0.5, 1, 3, 0.125, 0.5, 0.5),
    gives("div", {}, [ones, make("add", {}, [ones, ones])], 0, 0, 0),
  ],
  maximum: [gives("maximum", {}, [x, y], 2, -2, 3, 4, 0.5, -4)],
  minimum: [gives("minimum", {}, [x, y], 1, -2, 1, 0.5, 0.25, -8)],
  pow: [gives("pow", {}, [x, y], 1, 0.25, 3, 0.0625, 0.5, 4 ** -8)],
  greater: [gives("greater", {}, [x, y], 0, 0, 1, 0, 0, 1)],
  greaterEqual: [gives("greaterEqual", {}, [x, y], 0, 1, 1, 0, 0, 1)],
  notEqual: [gives("notEqual", {}, [x, y], 1, 0, 1, 1, 1, 1)],
  and: [
    gives("and", {}, [mask, HIGH], 0, 0, 0, 0, 0, 0),
    gives("and", {}, [HIGH, HIGH], 0, 0, 1, 0, 0, 1),
  ],
  or: [gives("or", {}, [mask, HIGH], 1, 0, 1, 1, 1, 1)],
  not: [gives("not", {}, [mask], 0, 1, 1, 0, 0, 1)],
  equal: [gives("equal", {}, [x, y], 0, 1, 0, 0, 0, 0)],
  select: [gives("select", {}, [mask, x, y], 1, -2, 1, 0.5, 0.25, -8)],
  sum: [
    gives("sum", { axes: [1] }, [x], 2, -3.25),
    gives("sum", { axes: [0] }, [x], 1.5, -1.75, -1),
    gives("sum", { axes: [0, 1] }, [x], -1.25),
  ],
  max: [
    gives("max", { axes: [1] }, [x], 3, 0.5),
    gives("max", { axes: [0] }, [y], 4, 0.5, 1),
  ],
  argmax: [
    gives("argmax", { axis: 1 }, [x], 2, 0),
    gives("argmax", { axis: 0 }, [make("maximum", {}, [x, y])], 1, 1, 0),
    // Of equal elements the first.
    gives("argmax", { axis: 1 }, [make("sub", {}, [x, x])], 0, 0),
  ],
  reshape: [gives("reshape", { shape: [3, 2] }, [x], 1, -2, 3, 0.5, 0.25, -4)],
  transpose: [
    gives("transpose", { permutation: [1, 0] }, [x], 1, 0.5, -2, 0.25, 3, -4),
    // Axis i of the result is axis permutation[i] of the operand.
    gives(
      "transpose",
      { permutation: [2, 0, 1] },
      [make("reshape", { shape: [1, 2, 3] }, [x])],
      1,
      0.5,
      -2,
      0.25,
      3,
      -4,
    ),
  ],
  broadcast: [
    gives("broadcast", { shape: [2, 3], axes: [1] }, [whole], 0, 5, 4294967295, 0, 5, 4294967295),
    gives("broadcast", { shape: [3, 2], axes: [0] }, [whole], 0, 0, 5, 5, 4294967295, 4294967295),
  ],
  tile: [gives("tile", { repeats: [1, 2] }, [x], 1, -2, 3, 1, -2, 3, 0.5, 0.25, -4, 0.5, 0.25, -4)],
  slice: [
    gives("slice", { axis: 1, start: 1, size: 2, step: 1 }, [x], -2, 3, 0.25, -4),
    gives("slice", { axis: 1, start: 0, size: 2, step: 2 }, [x], 1, 3, 0.5, -4),
    gives("slice", { axis: 0, start: 1, size: 1, step: 5 }, [x], 0.5, 0.25, -4),
  ],
  pad: [
    gives("pad", { axis: 0, before: 1, after: 0, value: 9 }, [x], 9, 9, 9, 1, -2, 3, 0.5, 0.25, -4),
    gives(
      "pad",
      { axis: 0, before: 2, after: 1, value: 7 },
      [whole],
      7,
      7,
      0,
      5,
      4294967295,
      7,
    ),
  ],
  concatenate: [
    gives(
      "concatenate",
      { axis: 0 },
      [whole, ones, whole],
      0,
      5,
      4294967295,
      1,
      1,
      1,
      0,
      5,
      4294967295,
    ),
    gives(
      "concatenate",
      { axis: 1 },
      [x, make("slice", { axis: 1, start: 0, size: 1, step: 1 }, [y])],
      1,
      -2,
      3,
      2,
      0.5,
      0.25,
      -4,
      4,
    ),
  ],
  window: [
    gives(
      "window",
      { axis: 1, size: 2, stride: 1, dilation: 1 },
      [x],
      1,
      -2,
      -2,
      3,
      0.5,
      0.25,
      0.25,
      -4,
    ),
    gives("window", { axis: 1, size: 2, stride: 1, dilation: 2 }, [x], 1, 3, 0.5, -4),
    // A window over the outer axis has its elements last.
    gives("window", { axis: 0, size: 2, stride: 3, dilation: 1 }, [x], 1, 0.5, -2, 0.25, 3, -4),
    // What does not fill a window is left out.
    gives("window", { axis: 1, size: 1, stride: 2, dilation: 1 }, [x], 1, 3, 0.5, -4),
  ],
  overlapAdd: [
    // Rows are windows: 1 −2 3 and ½ ¼ −4, one apart.
    gives("overlapAdd", { axis: 0, extent: 4, stride: 1, dilation: 1 }, [x], 1, -1.5, 3.25, -4),
    gives(
      "overlapAdd",
      { axis: 0, extent: 7, stride: 1, dilation: 2 },
      [x],
      1,
      0.5,
      -2,
      0.25,
      3,
      -4,
      0,
    ),
    gives(
      "overlapAdd",
      { axis: 0, extent: 7, stride: 3, dilation: 1 },
      [x],
      1,
      -2,
      3,
      0.5,
      0.25,
      -4,
      0,
    ),
  ],
  gather: [
    // The rows of a matrix by places of largest elements, and the elements of a vector by a matrix.
    gives("gather", {}, [x, PLACES], 0.5, 0.25, -4, 0.5, 0.25, -4, 1, -2, 3),
    gives("gather", {}, [whole, make("cast", { dtype: "u32" }, [mask])], 5, 0, 0, 5, 5, 0),
    gives("gather", {}, [x, one], 0.5, 0.25, -4),
  ],
  einsum: [
    // x · yᵀ
    gives("einsum", { spec: "ab,cb->ac" }, [x, y], 9, -21, -3.5, 34.125),
    // A dot product per row, one over all, and an outer product that keeps every label.
    gives("einsum", { spec: "ab,ab->a" }, [x, y], 9, 34.125),
    gives("einsum", { spec: "ab,ab->" }, [x, y], 43.125),
    gives(
      "einsum",
      { spec: "ab,a->ab" },
      [x, make("max", { axes: [1] }, [x])],
      3,
      -6,
      9,
      0.25,
      0.125,
      -2,
    ),
  ],
};

for (const [op, cases] of Object.entries(CASES)) {
  Deno.test(`${op} gives the values worked out by hand`, () => {
    for (const { node, elements } of cases) {
      const [value] = interpret([node], { dims: { K: 7 }, leaves });
      assert.equal(value?.data.length, elements.length);
      value.data.forEach((element, i) => {
        const wanted = elements[i] ?? NaN;
        assert.ok(
          Object.is(element + 0, wanted + 0) || Math.abs(element - wanted) < 1e-15,
          `${op}: ${[...value.data]} is not ${elements}`,
        );
      });
    }
  });
}

Deno.test("empty tensors have no elements, and their sums are 0", () => {
  const none = leaf("none", [{ name: "B" }, 3]);
  const environment = {
    dims: { B: 0 },
    leaves: new Map([["none", { shape: [0, 3], data: new Float64Array(0) }]]),
  };
  const product = make("einsum", { spec: "ab,ac->bc" }, [none, none]);
  const [doubled, total, square] = interpret(
    [make("add", {}, [none, none]), make("sum", { axes: [0] }, [none]), product],
    environment,
  );
  assert.deepEqual(doubled, { shape: [0, 3], data: new Float64Array(0) });
  assert.deepEqual(total, { shape: [3], data: Float64Array.of(0, 0, 0) });
  assert.deepEqual(square, { shape: [3, 3], data: new Float64Array(9) });
});

Deno.test("a leaf without a value, or with one of another shape, is refused by name", () => {
  assert.throws(
    () => interpret([x], { dims: {}, leaves: new Map() }),
    { name: "RangeError", message: 'Cannot interpret: the leaf "x" has no value' },
  );
  assert.throws(
    () => interpret([x], { dims: {}, leaves: new Map([["x", WHOLE]]) }),
    {
      name: "RangeError",
      message: 'Cannot interpret: the leaf "x" has shape [3], wanted [2, 3]',
    },
  );
});

Deno.test("an index that names no row of a table is refused with the table's shape", () => {
  const rows = make("gather", {}, [x, whole]);
  assert.throws(() => interpret([rows], { dims: {}, leaves }), {
    name: "RangeError",
    message: "Cannot interpret: gather by the index 5 is outside of a table of shape [2, 3]; " +
      "indices run from 0 to 1",
  });
});
