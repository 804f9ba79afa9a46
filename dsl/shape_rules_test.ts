import assert from "node:assert/strict";
import { make } from "./intern.ts";
import type { ElementType, Node, OpKind } from "./ops.ts";
import { SHAPE_RULES } from "./shape_rules.ts";
import { B, K, label, leaf, mask, N, type Refusal, refusal, v, x } from "./testing/refusals.ts";
import { STRETCH_REFUSALS } from "./testing/stretch_refusals.ts";

const unary = (
  op: "neg" | "exp" | "log" | "sqrt" | "tanh" | "abs" | "floor" | "sin" | "cos" | "erf" | "sigmoid",
): Refusal =>
  refusal(op, {}, [label], `Cannot take ${op} of label[B] of u32: it needs f32; use cast`);

const binary = (
  op:
    | "add"
    | "sub"
    | "mul"
    | "div"
    | "maximum"
    | "minimum"
    | "pow"
    | "greater"
    | "greaterEqual"
    | "equal"
    | "notEqual",
): Refusal =>
  refusal(
    op,
    {},
    [x, v],
    `Cannot ${op} x[B, K] and v[N, K]: shapes must be equal after broadcasting`,
  );

/** At least one refusal of each op; `cast`, `stopGradient` and `custom` take anything. */
const REFUSED: { readonly [K in OpKind]: readonly Refusal[] } = {
  input: [
    refusal(
      "input",
      { name: "w", role: "parameter", shape: [2.5, K], dtype: "f32" },
      [],
      "Cannot declare w[2.5, K]: an extent must be a whole number, got 2.5",
    ),
    refusal(
      "input",
      { name: "w", role: "parameter", shape: [B, -1], dtype: "f32" },
      [],
      "Cannot declare w[B, -1]: an extent must be a whole number, got -1",
    ),
  ],
  constant: [
    refusal(
      "constant",
      { value: Infinity, dtype: "f32" },
      [],
      "Cannot use the constant Infinity: it is not a finite 32-bit float; " +
        "use a finite bound such as -3.4e38",
    ),
    refusal(
      "constant",
      { value: 1.5, dtype: "u32" },
      [],
      "Cannot use the constant 1.5 as a u32: it is not a whole number from 0 to 4294967295",
    ),
  ],
  size: [
    refusal(
      "size",
      { extent: NaN },
      [],
      "Cannot take a size: an extent must be a whole number, got NaN",
    ),
  ],
  iota: [
    refusal(
      "iota",
      { extent: -3 },
      [],
      "Cannot count with iota: an extent must be a whole number, got -3",
    ),
  ],
  neg: [unary("neg")],
  exp: [unary("exp")],
  log: [unary("log")],
  sqrt: [unary("sqrt")],
  tanh: [unary("tanh")],
  abs: [unary("abs")],
  floor: [unary("floor")],
  sin: [unary("sin")],
  cos: [unary("cos")],
  erf: [unary("erf")],
  sigmoid: [unary("sigmoid")],
  randomBits: [
    refusal(
      "randomBits",
      {},
      [x, x, x],
      "Cannot take randomBits of x[B, K] of f32: counters and keys are u32; use cast",
    ),
  ],
  cast: [],
  stopGradient: [],
  custom: [],
  add: [
    binary("add"),
    refusal("add", {}, [mask, mask], "Cannot add bools: use select, or cast to f32"),
    refusal(
      "add",
      {},
      [x, mask],
      "Cannot add x[B, K] of f32 and mask[B, K] of bool: element types must be equal; use cast",
    ),
    refusal("add", {}, [], "An op lacks operand 0"),
  ],
  sub: [binary("sub")],
  mul: [binary("mul")],
  div: [binary("div")],
  maximum: [binary("maximum")],
  minimum: [binary("minimum")],
  pow: [
    binary("pow"),
    refusal(
      "pow",
      {},
      [label, label],
      "Cannot take pow of label[B] of u32: it needs f32; use cast",
    ),
  ],
  greater: [
    binary("greater"),
    refusal(
      "greater",
      {},
      [mask, mask],
      "Cannot take greater of bools, which have no order: use and, or, not, equal or notEqual",
    ),
  ],
  greaterEqual: [binary("greaterEqual")],
  equal: [binary("equal")],
  notEqual: [binary("notEqual")],
  and: [
    refusal(
      "and",
      {},
      [x, x],
      "Cannot take and of x[B, K] of f32: it needs bools; compare first, e.g. greater(x, 0)",
    ),
    refusal(
      "and",
      {},
      [mask, x],
      "Cannot and mask[B, K] of bool and x[B, K] of f32: element types must be equal; use cast",
    ),
  ],
  or: [
    refusal(
      "or",
      {},
      [label, label],
      "Cannot take or of label[B] of u32: it needs bools; compare first, e.g. greater(x, 0)",
    ),
  ],
  not: [
    refusal(
      "not",
      {},
      [label],
      "Cannot take not of label[B] of u32: it needs bools; compare first, e.g. greater(x, 0)",
    ),
  ],
  select: [
    refusal(
      "select",
      {},
      [x, x, x],
      "Cannot select by x[B, K]: the condition must be a comparison",
    ),
    refusal(
      "select",
      {},
      [mask, x, v],
      "Cannot select x[B, K] and v[N, K]: shapes must be equal after broadcasting",
    ),
    refusal(
      "select",
      {},
      [mask, x, mask],
      "Cannot select x[B, K] of f32 and mask[B, K] of bool: element types must be equal; use cast",
    ),
  ],
  sum: [
    refusal("sum", { axes: [2] }, [x], "Cannot sum x[B, K] over axis 2: axes run from 0 to 1"),
    refusal("sum", { axes: [-1] }, [x], "Cannot sum x[B, K] over axis -1: axes run from 0 to 1"),
    refusal(
      "sum",
      { axes: [1, 0] },
      [x],
      "Cannot sum x[B, K] over axes [1, 0]: axes must be ascending",
    ),
    refusal(
      "sum",
      { axes: [0] },
      [label],
      "Cannot take sum of label[B] of u32: it needs f32; use cast",
    ),
  ],
  max: [
    refusal("max", { axes: [0.5] }, [x], "Cannot max x[B, K] over axis 0.5: axes run from 0 to 1"),
  ],
  argmax: [
    refusal("argmax", { axis: 2 }, [x], "Cannot argmax x[B, K] over axis 2: axes run from 0 to 1"),
    refusal(
      "argmax",
      { axis: 0 },
      [label],
      "Cannot take argmax of label[B] of u32: it needs f32; use cast",
    ),
  ],
  reshape: [
    refusal(
      "reshape",
      { shape: [B, N] },
      [x],
      "Cannot reshape x[B, K] to [B, N]: the number of elements must stay B·K, got B·N",
    ),
    refusal(
      "reshape",
      { shape: [-2, -3] },
      [leaf("six", [6])],
      "Cannot reshape six[6] to [-2, -3]: an extent must be a whole number, got -2",
    ),
  ],
  transpose: [
    refusal(
      "transpose",
      { permutation: [0, 0] },
      [x],
      "Cannot transpose x[B, K] by [0, 0]: every axis must occur once",
    ),
    refusal(
      "transpose",
      { permutation: [0] },
      [x],
      "Cannot transpose x[B, K] by [0]: every axis must occur once",
    ),
  ],
  broadcast: [
    refusal(
      "broadcast",
      { shape: [N, B, K], axes: [2, 1] },
      [x],
      "Cannot broadcast x[B, K] to [N, B, K] along axes [2, 1]",
    ),
    refusal(
      "broadcast",
      { shape: [K, B], axes: [1, 0] },
      [x],
      "Cannot broadcast x[B, K] to [K, B] along axes [1, 0]",
    ),
    refusal(
      "broadcast",
      { shape: [B, K], axes: [1] },
      [x],
      "Cannot broadcast x[B, K] to [B, K] along axes [1]",
    ),
  ],
  tile: [
    refusal(
      "tile",
      { repeats: [2] },
      [x],
      "Cannot tile x[B, K] by [2]: give one count for each of the 2 axes",
    ),
    refusal(
      "tile",
      { repeats: [1, 1.5] },
      [x],
      "Cannot tile x[B, K] by [1, 1.5]: an extent must be a whole number, got 1.5",
    ),
  ],
  ...STRETCH_REFUSALS,
  gather: [
    refusal(
      "gather",
      {},
      [leaf("one", []), label],
      "Cannot gather from one[]: a table has a first axis, which the indices run over",
    ),
    refusal(
      "gather",
      {},
      [v, x],
      "Cannot gather by x[B, K] of f32: indices are u32; use cast",
    ),
  ],
  einsum: [
    refusal(
      "einsum",
      { spec: "ab,bc->ac" },
      [x, v],
      "Cannot multiply x[B, K] by v[N, K]: inner dims must match, got K and N",
    ),
    refusal(
      "einsum",
      { spec: "a,ab->b" },
      [label, x],
      "Cannot multiply label[B] of u32: a contraction needs f32; use cast",
    ),
  ],
};

for (const [op, refusals] of Object.entries(REFUSED)) {
  if (refusals.length === 0) continue;
  Deno.test(`${op} refuses what it cannot compute, and says why`, () => {
    for (const { attempt, message } of refusals) {
      assert.throws(attempt, { name: "DeclarationError", message });
    }
  });
}

Deno.test("every rule gives the shape and the element type of its result", () => {
  const results: readonly [Node, Node["shape"], ElementType][] = [
    [make("iota", { extent: K }), [K], "u32"],
    [make("size", { extent: K }), [], "f32"],
    [make("cast", { dtype: "f32" }, [mask]), [B, K], "f32"],
    [make("greater", {}, [x, x]), [B, K], "bool"],
    [make("select", {}, [mask, x, x]), [B, K], "f32"],
    [make("sum", { axes: [0, 1] }, [x]), [], "f32"],
    [make("argmax", { axis: 0 }, [x]), [K], "u32"],
    [make("reshape", { shape: [K, B] }, [x]), [K, B], "f32"],
    [make("transpose", { permutation: [1, 0] }, [x]), [K, B], "f32"],
    [make("broadcast", { shape: [N, B, K], axes: [1, 2] }, [x]), [N, B, K], "f32"],
    [make("tile", { repeats: [2, 1] }, [x]), [{ name: "2·B" }, K], "f32"],
    [make("gather", {}, [v, label]), [B, K], "f32"],
    [make("gather", {}, [label, label]), [B], "u32"],
    [make("einsum", { spec: "ab,cb->ac" }, [x, v]), [B, N], "f32"],
  ];
  for (const [node, shape, dtype] of results) {
    assert.deepEqual([node.op, node.shape, node.dtype], [node.op, shape, dtype]);
  }
  assert.equal(Object.keys(SHAPE_RULES).length, Object.keys(REFUSED).length);
});
