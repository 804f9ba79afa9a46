/**
 * How far a machine's value may be from the exact one: a bound for each element of each node, by running error
 * analysis (J. H. Wilkinson; N. J. Higham: Accuracy and Stability of Numerical Algorithms, 3.3). Beside each
 * element stands its error so far, and each op adds its own:
 *
 * - A function of elements is evaluated at the ends of its arguments' intervals, and rounds once more, as its
 *   {@linkcode Accuracy} says. All functions are monotone between those ends, or their slope is at most 1.
 * - A sum of n terms, in any order, is off by the sum of its terms' errors and n units of Σ|x|.
 * - What moves elements moves their errors.
 * - A decision (a comparison, ⌊x⌋, a cast to u32, the place of a maximum) is certain if it is the same on the
 *   whole intervals; else what depends on it has the error ∞ and is not compared.
 *
 * Two elements that are copies of one computed number are equal on every machine, however inexact: `max x`
 * equals one of the x. So each element also carries where it was computed, its origin.
 *
 * The error ∞ stands as well for what has no value in f32: what overflows, and what is not a number.
 *
 * @module
 */
import type { DimValues } from "../../dsl/dim.ts";
import { make } from "../../dsl/intern.ts";
import {
  consult,
  type ElementType,
  ELEMENTWISE,
  type Node,
  type NodeOf,
  type OpKind,
  type OpTable,
} from "../../dsl/ops.ts";
import { topologicalOrder } from "../graph/graph.ts";
import { interpretNode, type Value } from "../graph/interpret.ts";
import { type Accuracy, SMALLEST, UNIT } from "./accuracy.ts";

/** A value with, for each element, a bound of its error and an id of the number that it is a copy of. */
export interface Bounded {
  readonly value: Value;
  readonly error: Float64Array;
  readonly origin: Float64Array;
}

/** What bounds depend on. */
export interface Bounding {
  readonly dims: DimValues;
  readonly leaves: ReadonlyMap<string, Value>;
  /** How exactly functions are computed; absent for a machine without rounding. */
  readonly accuracy?: Accuracy;
  /** How far elements of leaves may be from the given ones, by name; absent for 0. */
  readonly leafErrors?: ReadonlyMap<string, Float64Array>;
}

/** The largest finite f32. */
const LARGEST = 3.4e38;

/** More elements than a node has: ids of the elements of different nodes differ. */
const IDS_PER_NODE = 2 ** 22;

/** What a rule knows of its node. */
interface Context {
  readonly bounding: Bounding;
  readonly inputs: readonly Bounded[];
  /** The exact value. */
  readonly value: Value;
  /** Evaluates the node for other values of its operands. */
  readonly at: (...inputs: readonly ArrayLike<number>[]) => Float64Array;
  /** Ids of numbers that are computed here. */
  readonly fresh: Float64Array;
}

interface Bound {
  readonly error: Float64Array;
  readonly origin: Float64Array;
}

/** Whole numbers are not rounded: they are exact or unknown. */
const isWhole = (dtype: ElementType): boolean => dtype === "u32" || dtype === "i32";

/** The sum of two numbers that are not negative, of which one may be unknown. */
const known = (error: number): number => Number.isNaN(error) ? Infinity : error;

/** The exact value is an f32 and the arguments are exact: then so is the result of +, −, · and of a cast. */
const EXACT_IF_REPRESENTABLE: ReadonlySet<OpKind> = new Set(["add", "sub", "mul", "cast"]);

/** An op that copies elements; where none is copied, there is a number. */
function moved(_: Node, { at, inputs }: Context): Bound {
  const error = at(...inputs.map((each) => each.error));
  return { error, origin: at(...inputs.map((each) => each.origin)) };
}

/** A function of elements whose largest change on a box of arguments is at a corner of the box. */
function pointwise(node: Node, { at, inputs, value, fresh, bounding }: Context): Bound {
  const isUnknown = (i: number) => inputs.some((each) => each.error[i] === Infinity);
  const error = value.data.map((_, i) => isUnknown(i) ? Infinity : 0);
  for (let corner = 0; corner < 2 ** inputs.length; corner++) {
    const y = at(
      ...inputs.map(({ value: { data }, error: e }, i) =>
        data.map((x, place) => corner >> i & 1 ? x + (e[place] ?? 0) : x - (e[place] ?? 0))
      ),
    );
    value.data.forEach((exact, i) => {
      error[i] = known(Math.max(error[i] ?? 0, known(Math.abs((y[i] ?? NaN) - exact))));
    });
  }
  return { error: withRounding(node, error, inputs, value, bounding), origin: fresh };
}

/** Adds what a function of elements itself is off by. */
function withRounding(
  node: Node,
  error: Float64Array,
  inputs: readonly Bounded[],
  { data }: Value,
  { accuracy }: Bounding,
): Float64Array {
  const own = ELEMENTWISE.find((op) => op === node.op);
  if (accuracy === undefined || own === undefined || isWhole(node.dtype)) return error;
  const of = accuracy[own];
  return error.map((propagated, i) => {
    const y = data[i] ?? NaN;
    const isExact = inputs.every((each) => each.error[i] === 0) &&
      EXACT_IF_REPRESENTABLE.has(node.op) && isFloat(y);
    if (isExact) return propagated;
    const [x = NaN, x2 = NaN] = inputs.map((each) => each.value.data[i] ?? NaN);
    const rounding = of(y, x, x2);
    return propagated + (rounding === 0 ? 0 : rounding + SMALLEST);
  });
}

const isFloat = (x: number): boolean =>
  Math.fround(x) === x && (x === 0 || Math.abs(x) >= SMALLEST);

/** A function whose slope is at most 1 in size, and whose values lie in [−1, 1]. */
function wave(node: Node, { inputs, value, fresh, bounding }: Context): Bound {
  const error = (inputs[0]?.error ?? value.data).map((e) => Math.min(e, e === Infinity ? e : 2));
  return { error: withRounding(node, error, inputs, value, bounding), origin: fresh };
}

/** A function with steps: exact where all arguments in the intervals give the same. */
function stepwise(node: Node, context: Context): Bound {
  const { error, origin } = pointwise(node, context);
  return { error: error.map((each) => each === 0 ? 0 : Infinity), origin };
}

/** A quotient has no bound where the divisor may be 0. */
function quotient(node: Node, context: Context): Bound {
  if (isWhole(node.dtype)) return stepwise(node, context);
  const divisor = context.inputs[1];
  const { error, origin } = pointwise(node, context);
  const isNearZero = (i: number) =>
    Math.abs(divisor?.value.data[i] ?? 0) <= (divisor?.error[i] ?? 0);
  return { error: error.map((each, i) => isNearZero(i) ? Infinity : each), origin };
}

/** Arithmetic of whole numbers wraps around: it is exact or unknown. */
function arithmetic(node: Node, context: Context): Bound {
  return isWhole(node.dtype) ? stepwise(node, context) : pointwise(node, context);
}

/** True if which of two elements is larger, or that they are equal, is the same on every machine. */
function isCertain([a, b]: readonly Bounded[], i: number, j = i): boolean {
  if (a === undefined || b === undefined) return false;
  const room = (a.error[i] ?? Infinity) + (b.error[j] ?? Infinity);
  return room === 0 || (a.origin[i] === b.origin[j] && room < Infinity) ||
    Math.abs((a.value.data[i] ?? NaN) - (b.value.data[j] ?? NaN)) > room;
}

function comparison(_: Node, { inputs, value, fresh }: Context): Bound {
  return { error: value.data.map((_, i) => isCertain(inputs, i) ? 0 : Infinity), origin: fresh };
}

/** The larger or smaller of two is a copy of the one that certainly is it. */
function chosen(node: Node, context: Context): Bound {
  const { inputs: [a, b], value: { data }, fresh } = context;
  const { error } = pointwise(node, context);
  const origin = fresh.map((own, i) => {
    if (!isCertain(context.inputs, i)) return own;
    return (data[i] === a?.value.data[i] ? a?.origin[i] : b?.origin[i]) ?? own;
  });
  return { error, origin };
}

/** `and` and `or` know their result from one operand that decides it. */
const logic = (deciding: number) => (_: Node, { inputs, value, fresh }: Context): Bound => ({
  error: value.data.map((_, i) => {
    const decides = (each: Bounded) => each.error[i] === 0 && each.value.data[i] === deciding;
    return inputs.some(decides) || inputs.every((each) => each.error[i] === 0) ? 0 : Infinity;
  }),
  origin: fresh,
});

function selection(_: Node, { inputs: [condition, a, b], fresh }: Context): Bound {
  const branch = (i: number) => (condition?.value.data[i] ?? 0) !== 0 ? a : b;
  const isKnown = (i: number) => condition?.error[i] === 0;
  return {
    error: fresh.map((_, i) => isKnown(i) ? branch(i)?.error[i] ?? Infinity : Infinity),
    origin: fresh.map((own, i) => isKnown(i) ? branch(i)?.origin[i] ?? own : own),
  };
}

/**
 * A sum of products of so many factors, in any order. Sums of whole numbers that are not large are exact; one
 * whose parts may be no f32 on the way has no bound.
 */
function summed(_: Node, { at, inputs, value, fresh, bounding }: Context): Bound {
  const sizes = inputs.map((each) => each.value.data.map(Math.abs));
  const terms = at(...sizes.map((each) => each.map(() => 1)));
  const total = at(...sizes);
  const upper = at(...sizes.map((each, i) => each.map((x, at) => x + (inputs[i]?.error[at] ?? 0))));
  const areWhole = inputs.every(({ value, error }) =>
    value.data.every(Number.isInteger) && error.every((each) => each === 0)
  );
  const unit = bounding.accuracy === undefined ? 0 : UNIT;
  const error = value.data.map((_, i) => {
    const size = total[i] ?? 0;
    const count = terms[i] ?? 0;
    if (unit > 0 && !((upper[i] ?? NaN) <= LARGEST)) return Infinity;
    const isExact = count === 0 || (areWhole && size < 1 / UNIT);
    const rounding = isExact || unit === 0 ? 0 : count * (unit * (upper[i] ?? 0) + SMALLEST);
    return known((upper[i] ?? NaN) - size) + known(rounding);
  });
  return { error, origin: fresh };
}

/** For each element of a reduction, the places in the operand that it is made of. */
function groupsOf(x: Value, axes: readonly number[]): readonly (readonly number[])[] {
  const groups: number[][] = [];
  x.data.forEach((_, place) => {
    let [rest, to, scale] = [place, 0, 1];
    for (let axis = x.shape.length - 1; axis >= 0; axis--) {
      const extent = x.shape[axis] ?? 1;
      if (!axes.includes(axis)) {
        to += rest % extent * scale;
        scale *= extent;
      }
      rest = Math.floor(rest / extent);
    }
    (groups[to] ??= []).push(place);
  });
  return groups;
}

/** The largest of some elements is a copy of the one that certainly is it. */
function largest({ attrs }: NodeOf<"max">, { inputs: [x], fresh, bounding }: Context): Bound {
  if (x === undefined) return { error: fresh, origin: fresh };
  const { value: { data }, error: e, origin } = x;
  const groups = groupsOf(x.value, attrs.axes).map((places) => {
    const best = bestOf(data, places);
    const others = places.filter((place) => place !== best);
    const y = data[best] ?? NaN;
    const above = Math.max(...places.map((place) => (data[place] ?? NaN) + (e[place] ?? NaN)));
    const below = Math.max(...places.map((place) => (data[place] ?? NaN) - (e[place] ?? NaN)));
    // Where equal elements move together there is no slope: each has the whole gradient.
    const isKink = bounding.accuracy === undefined && (e[best] ?? 0) > 0 &&
      others.some((place) => data[place] === y);
    const error = isKink ? Infinity : known(Math.max(above - y, y - below));
    return {
      error,
      origin: others.every((place) => isCertain([x, x], best, place)) ? origin[best] : NaN,
    };
  });
  return {
    error: fresh.map((_, i) => groups[i]?.error ?? Infinity),
    origin: fresh.map((own, i) => groups[i]?.origin || own),
  };
}

/** The first place of the largest element. */
function bestOf(data: Float64Array, places: readonly number[]): number {
  return places.reduce((best, place) => (data[place] ?? NaN) > (data[best] ?? NaN) ? place : best);
}

function placeOfLargest({ attrs }: NodeOf<"argmax">, { inputs: [x], fresh }: Context): Bound {
  if (x === undefined) return { error: fresh, origin: fresh };
  const error = fresh.map(() => 0);
  groupsOf(x.value, [attrs.axis]).forEach((places, i) => {
    const best = bestOf(x.value.data, places);
    const isSure = places.every((place) => place === best || isCertain([x, x], best, place));
    error[i] = isSure ? 0 : Infinity;
  });
  return { error, origin: fresh };
}

/** What rounding a number to f32 changes. */
const ofNumber = (value: number): number => {
  const change = Math.abs(Math.fround(value) - value);
  return Number.isFinite(change) ? change : 0;
};

const none = (_: Node, { fresh }: Context): Bound => ({ error: fresh.map(() => 0), origin: fresh });

/** The bounds of each op. */
const BOUNDS: OpTable<[Context], Bound> = {
  input: ({ attrs }, { bounding, fresh }) => ({
    error: bounding.leafErrors?.get(attrs.name) ?? fresh.map(() => 0),
    origin: fresh,
  }),
  constant: ({ attrs: { value, dtype } }, { fresh, bounding }) => {
    const isRounded = bounding.accuracy !== undefined && !isWhole(dtype);
    return { error: fresh.map(() => isRounded ? ofNumber(value) : 0), origin: fresh };
  },
  size: none,
  iota: none,
  neg: pointwise,
  exp: pointwise,
  log: pointwise,
  sqrt: pointwise,
  tanh: pointwise,
  abs: pointwise,
  floor: stepwise,
  sin: wave,
  cos: wave,
  erf: pointwise,
  sigmoid: pointwise,
  randomBits: stepwise,
  cast: (node, context) => {
    const from = node.inputs[0]?.dtype;
    if (from === node.dtype) return moved(node, context);
    return arithmetic(node, context);
  },
  stopGradient: moved,
  custom: moved,
  add: arithmetic,
  sub: arithmetic,
  mul: arithmetic,
  div: quotient,
  maximum: chosen,
  minimum: chosen,
  pow: pointwise,
  greater: comparison,
  greaterEqual: comparison,
  equal: comparison,
  notEqual: comparison,
  and: logic(0),
  or: logic(1),
  not: stepwise,
  select: selection,
  sum: summed,
  max: largest,
  argmax: placeOfLargest,
  reshape: moved,
  transpose: moved,
  broadcast: moved,
  tile: moved,
  slice: moved,
  pad: (node, context) => {
    const value = context.bounding.accuracy === undefined ? 0 : ofNumber(node.attrs.value);
    const errors = make("pad", { ...node.attrs, value }, node.inputs);
    const { error, ...inner } = moved(node, context);
    const padded = interpretNode(errors, [{
      shape: context.inputs[0]?.value.shape ?? [],
      data: context.inputs[0]?.error ?? error,
    }], context.bounding);
    return { ...inner, error: padded.data };
  },
  concatenate: moved,
  window: moved,
  overlapAdd: summed,
  gather: (_, { at, inputs: [table, indices], value }) => {
    const rows = indices?.value.data ?? [];
    const perRow = value.data.length / Math.max(rows.length, 1);
    const error = at(table?.error ?? [], rows);
    const isKnown = (i: number) => indices?.error[Math.floor(i / perRow)] === 0;
    return {
      error: error.map((each, i) => isKnown(i) ? each : Infinity),
      origin: at(table?.origin ?? [], rows),
    };
  },
  einsum: summed,
};

/** What cannot be an f32, or may not be one, has no bound. */
function withinRange(node: Node, value: Value, error: Float64Array): Float64Array {
  return error.map((each, i) => {
    const size = Math.abs(value.data[i] ?? NaN) + each;
    return size <= (node.dtype === "f32" ? LARGEST : Number.MAX_VALUE) ? each : Infinity;
  });
}

/** The values of some nodes, with bounds. */
export function boundErrors(roots: readonly Node[], bounding: Bounding): readonly Bounded[] {
  const done = new Map<Node, Bounded>();
  for (const [count, node] of topologicalOrder(roots).entries()) {
    const inputs = node.inputs.flatMap((input) => done.get(input) ?? []);
    const evaluate = (values: readonly Value[]) => interpretNode(node, values, bounding);
    const value = evaluate(inputs.map((each) => each.value));
    const context: Context = {
      bounding,
      inputs,
      value,
      at: (...data) =>
        evaluate(inputs.map((each, i) => ({
          shape: each.value.shape,
          data: Float64Array.from(data[i] ?? []),
        }))).data,
      fresh: value.data.map((_, i) => (count + 1) * IDS_PER_NODE + i),
    };
    const { error, origin } = consult(BOUNDS, node, context);
    done.set(node, { value, error: withinRange(node, value, error), origin });
  }
  return roots.flatMap((root) => done.get(root) ?? []);
}
