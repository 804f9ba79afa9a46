/**
 * The reference interpreter of graphs: float64, plain loops, no cleverness. Every other form of a
 * program is compared with this one.
 *
 * @module
 */
import { type DimValues, evaluateExtent, type Extent } from "../../dsl/dim.ts";
import { parseEinsum } from "../../dsl/einsum.ts";
import { consult, type Node, type OpTable } from "../../dsl/ops.ts";
import { erf } from "../kernel/error_function.ts";
import { philox2x32 } from "../kernel/philox.ts";
import { applyTyped } from "../kernel/scalar_math.ts";
import { topologicalOrder } from "./graph.ts";

/** A tensor of numbers, row-major; bools are 0 and 1. */
export interface Value {
  readonly shape: readonly number[];
  readonly data: Float64Array;
}

/** What leaves and extents stand for. */
export interface Environment {
  readonly dims: DimValues;
  /** Values of leaves by name. */
  readonly leaves: ReadonlyMap<string, Value>;
}

interface Context {
  readonly extent: (extent: Extent) => number;
  readonly leaf: (name: string) => Value;
  readonly input: (position: number) => Value;
  readonly shape: readonly number[];
}

type Index = readonly number[];

function elements(shape: readonly number[]): number {
  return shape.reduce((count, extent) => count * extent, 1);
}

function position(index: Index, shape: readonly number[]): number {
  return shape.reduce((at, extent, axis) => at * extent + (index[axis] ?? 0), 0);
}

/** The index of the element at a row-major position. */
export function indexAt(at: number, shape: readonly number[]): number[] {
  const index: number[] = [];
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    const extent = shape[axis] ?? 1;
    index.unshift(at % extent);
    at = Math.floor(at / extent);
  }
  return index;
}

/** The element of a value at an index. */
export function elementAt(value: Value, index: Index): number {
  return value.data[position(index, value.shape)] ?? NaN;
}

/** A value from a function of the index. */
export function tabulate(shape: readonly number[], element: (index: Index) => number): Value {
  const data = new Float64Array(elements(shape));
  for (let at = 0; at < data.length; at++) data[at] = element(indexAt(at, shape));
  return { shape, data };
}

const pointwise =
  (apply: (a: number, b: number, c: number) => number) => (_: Node, of: Context) => {
    const [a, b, c] = [of.input(0), of.input(1), of.input(2)];
    return {
      shape: of.shape,
      data: a.data.map((x, i) => apply(x, b.data[i] ?? NaN, c.data[i] ?? NaN)),
    };
  };

/** As {@linkcode pointwise}, but elements of u32 and i32 are whole numbers of 32 bits that wrap around. */
const arithmetic = (
  real: (a: number, b: number) => number,
  whole: (a: number, b: number) => number = real,
) => {
  const onReal = pointwise(real);
  const onU32 = pointwise((a, b) => whole(a, b) >>> 0);
  const onI32 = pointwise((a, b) => whole(a, b) | 0);
  return (node: Node, of: Context): Value => {
    if (node.dtype === "u32") return onU32(node, of);
    return (node.dtype === "i32" ? onI32 : onReal)(node, of);
  };
};

/** A quotient of whole numbers is cut off at the point; a number divided by 0 is itself. */
const quotient = (a: number, b: number): number => b === 0 ? a : Math.trunc(a / b);

/** Folds a value over some axes. */
function fold(
  of: Context,
  axes: readonly number[],
  start: number,
  combine: (total: number, x: number) => number,
): Value {
  const x = of.input(0);
  const data = new Float64Array(elements(of.shape)).fill(start);
  x.data.forEach((element, at) => {
    const kept = indexAt(at, x.shape).filter((_, axis) => !axes.includes(axis));
    const to = position(kept, of.shape);
    data[to] = combine(data[to] ?? NaN, element);
  });
  return { shape: of.shape, data };
}

function einsum(spec: string, of: Context): Value {
  const { lhs, rhs, out } = parseEinsum(spec);
  const [a, b] = [of.input(0), of.input(1)];
  const extents = new Map<string, number>();
  [...lhs].forEach((label, axis) => extents.set(label, a.shape[axis] ?? 0));
  [...rhs].forEach((label, axis) => extents.set(label, b.shape[axis] ?? 0));
  const inner = [...new Set(lhs + rhs)].filter((label) => !out.includes(label));
  const innerShape = inner.map((label) => extents.get(label) ?? 0);
  return tabulate(of.shape, (index) => {
    const at = new Map([...out].map((label, axis) => [label, index[axis] ?? 0]));
    let total = 0;
    for (let point = 0; point < elements(innerShape); point++) {
      indexAt(point, innerShape).forEach((value, axis) => at.set(inner[axis] ?? "", value));
      const pick = (labels: string): number[] => [...labels].map((label) => at.get(label) ?? 0);
      total += elementAt(a, pick(lhs)) * elementAt(b, pick(rhs));
    }
    return total;
  });
}

const MEANING: OpTable<[Context], Value> = {
  input: ({ attrs }, of) => of.leaf(attrs.name),
  constant: ({ attrs }) => ({ shape: [], data: Float64Array.of(attrs.value) }),
  size: ({ attrs }, of) => ({ shape: [], data: Float64Array.of(of.extent(attrs.extent)) }),
  iota: (_, of) => tabulate(of.shape, ([i]) => i ?? 0),
  neg: arithmetic((a) => -a),
  exp: pointwise(Math.exp),
  log: pointwise((a) => Math.log(a)),
  sqrt: pointwise((a) => Math.sqrt(a)),
  tanh: pointwise((a) => Math.tanh(a)),
  abs: arithmetic((a) => Math.abs(a)),
  floor: pointwise((a) => Math.floor(a)),
  sin: pointwise((a) => Math.sin(a)),
  cos: pointwise((a) => Math.cos(a)),
  erf: pointwise(erf),
  sigmoid: pointwise((a) => 1 / (1 + Math.exp(-a))),
  randomBits: pointwise(philox2x32),
  cast: (node, of) => {
    const [from] = node.inputs;
    return {
      shape: of.shape,
      data: of.input(0).data.map((value) => applyTyped("cast", [value], node.dtype, from?.dtype)),
    };
  },
  stopGradient: (_, of) => of.input(0),
  custom: (_, of) => of.input(0),
  add: arithmetic((a, b) => a + b),
  sub: arithmetic((a, b) => a - b),
  mul: arithmetic((a, b) => a * b, Math.imul),
  div: arithmetic((a, b) => a / b, quotient),
  maximum: pointwise((a, b) => Math.max(a, b)),
  minimum: pointwise((a, b) => Math.min(a, b)),
  pow: pointwise((a, b) => a ** b),
  greater: pointwise((a, b) => Number(a > b)),
  greaterEqual: pointwise((a, b) => Number(a >= b)),
  equal: pointwise((a, b) => Number(a === b)),
  notEqual: pointwise((a, b) => Number(a !== b)),
  and: pointwise((a, b) => Number(a !== 0 && b !== 0)),
  or: pointwise((a, b) => Number(a !== 0 || b !== 0)),
  not: pointwise((a) => Number(a === 0)),
  select: pointwise((condition, a, b) => condition !== 0 ? a : b),
  sum: ({ attrs }, of) => fold(of, attrs.axes, 0, (total, x) => total + x),
  max: ({ attrs }, of) => fold(of, attrs.axes, -Infinity, Math.max),
  argmax: ({ attrs }, of) => {
    const x = of.input(0);
    return tabulate(of.shape, (index) => {
      const at = (i: number) => elementAt(x, index.toSpliced(attrs.axis, 0, i));
      let best = 0;
      for (let i = 1; i < (x.shape[attrs.axis] ?? 0); i++) if (at(i) > at(best)) best = i;
      return best;
    });
  },
  reshape: (_, of) => ({ shape: of.shape, data: of.input(0).data }),
  transpose: ({ attrs }, of) =>
    tabulate(of.shape, (index) => {
      const from: number[] = [];
      attrs.permutation.forEach((axis, i) => from[axis] = index[i] ?? 0);
      return elementAt(of.input(0), from);
    }),
  broadcast: ({ attrs }, of) =>
    tabulate(
      of.shape,
      (index) => elementAt(of.input(0), attrs.axes.map((axis) => index[axis] ?? 0)),
    ),
  tile: (_, of) =>
    tabulate(of.shape, (index) => {
      const x = of.input(0);
      return elementAt(x, index.map((i, axis) => i % (x.shape[axis] ?? 1)));
    }),
  slice: ({ attrs: { axis, start, step } }, of) => {
    const from = of.extent(start);
    return tabulate(
      of.shape,
      (index) => elementAt(of.input(0), index.with(axis, from + (index[axis] ?? 0) * step)),
    );
  },
  pad: ({ attrs: { axis, before, value } }, of) => {
    const [x, first] = [of.input(0), of.extent(before)];
    return tabulate(of.shape, (index) => {
      const at = (index[axis] ?? 0) - first;
      return at >= 0 && at < (x.shape[axis] ?? 0) ? elementAt(x, index.with(axis, at)) : value;
    });
  },
  concatenate: ({ attrs: { axis }, inputs }, of) =>
    tabulate(of.shape, (index) => {
      let at = index[axis] ?? 0;
      const place = inputs.findIndex((_, i) => {
        const extent = of.input(i).shape[axis] ?? 0;
        if (at < extent) return true;
        at -= extent;
        return false;
      });
      return elementAt(of.input(place), index.with(axis, at));
    }),
  window: ({ attrs: { axis, stride, dilation } }, of) =>
    tabulate(of.shape, (index) => {
      const at = (index[axis] ?? 0) * stride + (index.at(-1) ?? 0) * dilation;
      return elementAt(of.input(0), index.slice(0, -1).with(axis, at));
    }),
  overlapAdd: ({ attrs: { axis, stride, dilation } }, of) => {
    const x = of.input(0);
    const result = tabulate(of.shape, () => 0);
    x.data.forEach((element, place) => {
      const index = indexAt(place, x.shape);
      const at = (index[axis] ?? 0) * stride + (index.at(-1) ?? 0) * dilation;
      const to = position(index.slice(0, -1).with(axis, at), of.shape);
      result.data[to] = (result.data[to] ?? NaN) + element;
    });
    return result;
  },
  gather: (_, of) => {
    const [table, indices] = [of.input(0), of.input(1)];
    return tabulate(of.shape, (index) => {
      const rank = indices.shape.length;
      const row = elementAt(indices, index.slice(0, rank));
      checkRow(row, table);
      return elementAt(table, [row, ...index.slice(rank)]);
    });
  },
  einsum: ({ attrs }, of) => einsum(attrs.spec, of),
};

function checkRow(row: number, { shape }: Value): void {
  const [rows = 0] = shape;
  if (row < rows) return;
  throw new RangeError(
    `Cannot interpret: gather by the index ${row} is outside of a table of shape [${
      shape.join(", ")
    }]; indices run from 0 to ${rows - 1}`,
  );
}

const NOTHING: Value = { shape: [], data: new Float64Array(0) };

/** The value of one node, given those of its operands. */
export function interpretNode(
  node: Node,
  inputs: readonly Value[],
  environment: Environment,
): Value {
  const extent = (each: Extent) => evaluateExtent(each, environment.dims);
  const shape = node.shape.map(extent);
  return consult(MEANING, node, {
    extent,
    shape,
    leaf: (name) => leafValue(environment, name, shape),
    input: (i) => inputs[i] ?? NOTHING,
  });
}

/**
 * Computes nodes.
 *
 * @throws {RangeError} if a leaf has no value or one of another shape, or if an index names no row.
 */
export function interpret(roots: readonly Node[], environment: Environment): readonly Value[] {
  const values = new Map<Node, Value>();
  for (const node of topologicalOrder(roots)) {
    const inputs = node.inputs.map((input) => values.get(input) ?? NOTHING);
    values.set(node, interpretNode(node, inputs, environment));
  }
  return roots.map((root) => values.get(root) ?? NOTHING);
}

function leafValue({ leaves }: Environment, name: string, shape: readonly number[]): Value {
  const value = leaves.get(name);
  if (value === undefined) {
    throw new RangeError(`Cannot interpret: the leaf "${name}" has no value`);
  }
  if (value.shape.join() !== shape.join()) {
    throw new RangeError(
      `Cannot interpret: the leaf "${name}" has shape [${value.shape.join(", ")}], wanted [${
        shape.join(", ")
      }]`,
    );
  }
  return value;
}
