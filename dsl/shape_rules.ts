/**
 * The shape and element type of every op's result, or a {@linkcode DeclarationError}.
 *
 * @module
 */
import { checkExtents, product, sameExtent, sameShape, showExtent, showShape } from "./dim.ts";
import { labelExtents, parseEinsum } from "./einsum.ts";
import { DeclarationError } from "./errors.ts";
import type { Node, OpAttrs, OpKind } from "./ops.ts";
import {
  checkAxis,
  checkFloat,
  checkNumber,
  describe,
  operand,
  type Signature,
} from "./shape_checks.ts";
import { STRETCH_SHAPES } from "./stretch_shapes.ts";

export { describe, type Signature } from "./shape_checks.ts";

type ShapeRules = {
  readonly [K in OpKind]: (attrs: OpAttrs[K], inputs: readonly Node[]) => Signature;
};

function sameOperands(op: OpKind, inputs: readonly Node[], first = 0): Signature {
  const a = operand(inputs, first);
  for (const b of inputs) {
    if (!sameShape(a.shape, b.shape)) {
      throw new DeclarationError(
        `Cannot ${op} ${describe(a)} and ${describe(b)}: shapes must be equal after broadcasting`,
      );
    }
  }
  for (const b of inputs.slice(first)) {
    if (a.dtype !== b.dtype) {
      throw new DeclarationError(
        `Cannot ${op} ${describe(a)} of ${a.dtype} and ${
          describe(b)
        } of ${b.dtype}: element types must be equal; use cast`,
      );
    }
  }
  return { shape: a.shape, dtype: a.dtype };
}

const float = (op: OpKind) => (_: unknown, inputs: readonly Node[]): Signature => {
  const signature = sameOperands(op, inputs);
  checkFloat(op, operand(inputs, 0));
  return signature;
};

const signed = (op: OpKind) => (_: unknown, inputs: readonly Node[]): Signature => {
  const signature = sameOperands(op, inputs);
  if (signature.dtype !== "i32") checkFloat(op, operand(inputs, 0));
  return signature;
};

const arithmetic = (op: OpKind) => (_: unknown, inputs: readonly Node[]): Signature => {
  const signature = sameOperands(op, inputs);
  if (signature.dtype === "bool") {
    throw new DeclarationError(`Cannot ${op} bools: use select, or cast to f32`);
  }
  return signature;
};

const comparison = (op: OpKind) => (_: unknown, inputs: readonly Node[]): Signature => ({
  shape: sameOperands(op, inputs).shape,
  dtype: "bool",
});

const order = (op: OpKind) => (_: unknown, inputs: readonly Node[]): Signature => {
  const { shape, dtype } = sameOperands(op, inputs);
  if (dtype === "bool") {
    throw new DeclarationError(
      `Cannot take ${op} of bools, which have no order: use and, or, not, equal or notEqual`,
    );
  }
  return { shape, dtype: "bool" };
};

const logic = (op: OpKind) => (_: unknown, inputs: readonly Node[]): Signature => {
  const signature = sameOperands(op, inputs);
  if (signature.dtype !== "bool") {
    throw new DeclarationError(
      `Cannot take ${op} of ${
        describe(operand(inputs, 0))
      } of ${signature.dtype}: it needs bools; compare first, e.g. greater(x, 0)`,
    );
  }
  return signature;
};

const reduction = (op: OpKind) => (attrs: { axes: readonly number[] }, inputs: readonly Node[]) => {
  const node = operand(inputs, 0);
  for (const axis of attrs.axes) checkAxis(op, node, axis);
  if (attrs.axes.some((axis, i) => i > 0 && axis <= (attrs.axes[i - 1] ?? -1))) {
    throw new DeclarationError(
      `Cannot ${op} ${describe(node)} over axes [${attrs.axes.join(", ")}]: axes must be ascending`,
    );
  }
  checkFloat(op, node);
  return { shape: node.shape.filter((_, i) => !attrs.axes.includes(i)), dtype: node.dtype };
};

/** The rule of each op. */
export const SHAPE_RULES: ShapeRules = {
  input: ({ name, shape, dtype }) => {
    checkExtents(shape, (shown) => `declare ${name}${shown}`);
    return { shape, dtype };
  },
  constant: ({ value, dtype }) => {
    checkNumber("use the constant", value, dtype);
    return { shape: [], dtype };
  },
  size: ({ extent }) => {
    checkExtents([extent], () => "take a size");
    return { shape: [], dtype: "f32" };
  },
  iota: ({ extent }) => {
    checkExtents([extent], () => "count with iota");
    return { shape: [extent], dtype: "u32" };
  },

  neg: signed("neg"),
  exp: float("exp"),
  log: float("log"),
  sqrt: float("sqrt"),
  tanh: float("tanh"),
  abs: signed("abs"),
  floor: float("floor"),
  sin: float("sin"),
  cos: float("cos"),
  erf: float("erf"),
  sigmoid: float("sigmoid"),
  randomBits: (_, inputs) => {
    const signature = sameOperands("randomBits", inputs);
    if (signature.dtype !== "u32") {
      throw new DeclarationError(
        `Cannot take randomBits of ${
          describe(operand(inputs, 0))
        } of ${signature.dtype}: counters and keys are u32; use cast`,
      );
    }
    return signature;
  },
  cast: ({ dtype }, inputs) => ({ shape: operand(inputs, 0).shape, dtype }),
  stopGradient: (_, inputs) => sameOperands("stopGradient", inputs),
  custom: (_, inputs) => {
    const { shape, dtype } = operand(inputs, 0);
    return { shape, dtype };
  },

  add: arithmetic("add"),
  sub: arithmetic("sub"),
  mul: arithmetic("mul"),
  div: arithmetic("div"),
  maximum: arithmetic("maximum"),
  minimum: arithmetic("minimum"),
  pow: float("pow"),
  greater: order("greater"),
  greaterEqual: order("greaterEqual"),
  equal: comparison("equal"),
  notEqual: comparison("notEqual"),
  and: logic("and"),
  or: logic("or"),
  not: logic("not"),
  select: (_, inputs) => {
    if (operand(inputs, 0).dtype !== "bool") {
      throw new DeclarationError(
        `Cannot select by ${describe(operand(inputs, 0))}: the condition must be a comparison`,
      );
    }
    return sameOperands("select", inputs, 1);
  },

  sum: reduction("sum"),
  max: reduction("max"),
  argmax: ({ axis }, inputs) => {
    const node = operand(inputs, 0);
    checkAxis("argmax", node, axis);
    checkFloat("argmax", node);
    return { shape: node.shape.filter((_, i) => i !== axis), dtype: "u32" };
  },

  reshape: ({ shape }, inputs) => {
    const node = operand(inputs, 0);
    checkExtents(shape, (shown) => `reshape ${describe(node)} to ${shown}`);
    if (!sameExtent(product(shape), product(node.shape))) {
      throw new DeclarationError(
        `Cannot reshape ${describe(node)} to ${showShape(shape)}: ` +
          `the number of elements must stay ${showExtent(product(node.shape))}, got ${
            showExtent(product(shape))
          }`,
      );
    }
    return { shape, dtype: node.dtype };
  },
  transpose: ({ permutation }, inputs) => {
    const node = operand(inputs, 0);
    const sorted = [...permutation].sort((a, b) => a - b);
    if (sorted.length !== node.shape.length || sorted.some((axis, i) => axis !== i)) {
      throw new DeclarationError(
        `Cannot transpose ${describe(node)} by [${
          permutation.join(", ")
        }]: every axis must occur once`,
      );
    }
    return { shape: permutation.map((axis) => node.shape[axis] ?? NaN), dtype: node.dtype };
  },
  broadcast: ({ shape, axes }, inputs) => {
    const node = operand(inputs, 0);
    const fits = axes.length === node.shape.length &&
      axes.every((axis, i) => sameExtent(shape[axis] ?? NaN, node.shape[i] ?? NaN)) &&
      axes.every((axis, i) => i === 0 || axis > (axes[i - 1] ?? -1));
    if (!fits) {
      throw new DeclarationError(
        `Cannot broadcast ${describe(node)} to ${showShape(shape)} along axes [${axes.join(", ")}]`,
      );
    }
    return { shape, dtype: node.dtype };
  },
  tile: ({ repeats }, inputs) => {
    const node = operand(inputs, 0);
    checkExtents(repeats, (shown) => `tile ${describe(node)} by ${shown}`);
    if (repeats.length !== node.shape.length) {
      throw new DeclarationError(
        `Cannot tile ${describe(node)} by ${
          showShape(repeats)
        }: give one count for each of the ${node.shape.length} axes`,
      );
    }
    return {
      shape: node.shape.map((extent, axis) => product([repeats[axis] ?? 1, extent])),
      dtype: node.dtype,
    };
  },
  ...STRETCH_SHAPES,
  gather: (_, inputs) => {
    const table = operand(inputs, 0), indices = operand(inputs, 1);
    if (table.shape.length === 0) {
      throw new DeclarationError(
        `Cannot gather from ${
          describe(table)
        }: a table has a first axis, which the indices run over`,
      );
    }
    if (indices.dtype !== "u32") {
      throw new DeclarationError(
        `Cannot gather by ${describe(indices)} of ${indices.dtype}: indices are u32; use cast`,
      );
    }
    return { shape: [...indices.shape, ...table.shape.slice(1)], dtype: table.dtype };
  },

  einsum: ({ spec }, inputs) => {
    const { out } = parseEinsum(spec);
    const extents = labelExtents(spec, inputs, describe);
    for (const node of inputs) {
      if (node.dtype !== "f32") {
        throw new DeclarationError(
          `Cannot multiply ${describe(node)} of ${node.dtype}: a contraction needs f32; use cast`,
        );
      }
    }
    return { shape: [...out].map((label) => extents.get(label) ?? NaN), dtype: "f32" };
  },
};
