/** Random programs of the language, for tests of passes. @module */
import { dim, divide, type Extent, product, sameExtent, type Shape } from "../../dsl/dim.ts";
import { DeclarationError } from "../../dsl/errors.ts";
import { make } from "../../dsl/intern.ts";
import type { Node } from "../../dsl/ops.ts";
import { full, number, spread } from "../graph/build.ts";
import type { Random } from "./random_values.ts";

const B = dim("B"), K = dim("K"), n = dim("n");
const LEAVES: readonly Shape[] = [[B, K], [K, B], [K], [B, n, K], [B, product([n, K])]];

function pick<T>(from: readonly T[], next: Random): T {
  const chosen = from[Math.floor(next() * from.length)];
  if (chosen === undefined) throw new RangeError("Cannot pick from an empty list");
  return chosen;
}

/** A step that makes a new value from some of the values so far; it may be refused. */
type Grow = (a: Node, b: Node, next: Random) => Node;

const axesOf = (node: Node): readonly number[] => node.shape.map((_, axis) => axis);

/** Repeats a value along a new axis. */
const widen: Grow = (a, _, next) => {
  const at = Math.floor(next() * (a.shape.length + 1));
  const shape = a.shape.toSpliced(at, 0, pick<Extent>([B, K, 1, 2], next));
  return make("broadcast", { shape, axes: axesOf(a).map((axis) => axis < at ? axis : axis + 1) }, [
    a,
  ]);
};

/** Splits an axis in two or makes two one. */
const reshape: Grow = (a, _, next) => {
  const axis = pick(axesOf(a), next);
  const inner = pick<Extent>([K, n, 1], next);
  const outer = divide(a.shape[axis] ?? 1, inner);
  const shape = outer !== undefined && next() < 0.6
    ? a.shape.toSpliced(axis, 1, ...(next() < 0.5 ? [outer, inner] : [inner, outer]))
    : a.shape.toSpliced(axis, 2, product(a.shape.slice(axis, axis + 2)));
  return make("reshape", { shape }, [a]);
};

/** A product in which each axis of the operands goes its own way: kept, summed or shared. */
const multiply: Grow = (a, b, next) => {
  const labels = "abcdefgh";
  const lhs = labels.slice(0, a.shape.length);
  const rhs = [...labels.slice(a.shape.length, a.shape.length + b.shape.length)]
    .map((own) => next() < 0.6 && lhs !== "" ? pick([...lhs], next) : own).join("");
  const kept = [...new Set(lhs + rhs)].filter((label) =>
    !(lhs.includes(label) && rhs.includes(label)) || next() < 0.3
  );
  const out = next() < 0.5 ? kept : kept.toReversed();
  return make("einsum", { spec: `${lhs},${rhs}->${out.join("")}` }, [a, b]);
};

/** A reduction over some axes; its smallest element is negated twice. */
const reduce: Grow = (a, _, next) => {
  const axes = axesOf(a).filter(() => next() < 0.5);
  if (axes.length === 0) throw new RangeError("Cannot reduce over no axis");
  return make(pick(["sum", "max"], next), { axes }, [a]);
};
const sum: Grow = (a, _, next) => make("sum", { axes: [pick(axesOf(a), next)] }, [a]);
const tile: Grow = (a, _, next) =>
  make("tile", { repeats: a.shape.map(() => pick<Extent>([1, 1, n, 2], next)) }, [a]);

/** Adds up the slices of a value. */
const fold: Grow = (a, b, next) => sum(reshape(a, b, next), b, next);

/** A sum of products of two values that are repeated along each other's axes. */
const outer: Grow = (a, b, next) => {
  const shape = [...a.shape, ...b.shape];
  const own = (node: Node, from: number) =>
    make("broadcast", { shape, axes: axesOf(node).map((axis) => axis + from) }, [node]);
  return sum(make("mul", {}, [own(a, 0), own(b, a.shape.length)]), b, next);
};

/** Rows of a value, in the order of places of largest elements, or of a count that goes round. */
const gather: Grow = (a, b, next) => {
  const rows = a.shape[0] ?? 1;
  const axis = axesOf(b).find((each) => sameExtent(b.shape[each] ?? NaN, rows));
  const first = spread(number(0, "u32"), [K]);
  const back = make("sub", {}, [
    make("cast", { dtype: "u32" }, [spread(make("size", { extent: rows }), [rows])]),
    make("add", {}, [make("iota", { extent: rows }), spread(number(1, "u32"), [rows])]),
  ]);
  const largest = axis === undefined ? back : make("argmax", { axis }, [b]);
  return make("gather", {}, [a, pick([largest, largest, back, first], next)]);
};

/** A value where its sigmoid is inside of some bounds, far from which float32 and float64 agree. */
const mask: Grow = (a, _, next) => {
  const level = make("sigmoid", {}, [make("mul", {}, [a, full(1e6, a.shape)])]);
  const above = make("greaterEqual", {}, [level, full(0.25, a.shape)]);
  const below = make("greater", {}, [level, full(0.75, a.shape)]);
  const chosen = pick([
    make("not", {}, [above]),
    make("and", {}, [above, below]),
    make("or", {}, [below, make("notEqual", {}, [level, level])]),
  ], next);
  return make("select", {}, [chosen, a, make("neg", {}, [a])]);
};

/** Part of an axis, more than an axis, or two beside each other. */
const stretch: Grow = (a, b, next) => {
  const axis = pick(axesOf(a), next);
  const extent = a.shape[axis] ?? 1;
  const twice = make("concatenate", { axis }, [a, pick([a, make("neg", {}, [a])], next)]);
  const step = pick([1, 2], next);
  const start = step === 1 ? pick<Extent>([0, extent], next) : 0;
  return pick<() => Node>([
    () => twice,
    () => make("concatenate", { axis }, [a, b]),
    () => make("slice", { axis, start, size: extent, step }, [twice]),
    () =>
      make("pad", { axis, before: pick<Extent>([0, extent], next), after: extent, value: 0.5 }, [
        a,
      ]),
    () => make("slice", { axis, start: 1, size: 2, step: 1 }, [numbered(a, axis, 3)]),
    () => make("pad", { axis, before: 1, after: 2, value: -1 }, [numbered(a, axis, 2)]),
  ], next)();
};

/** A new axis of a known extent after another. */
function numbered(a: Node, axis: number, extent: number): Node {
  const axes = axesOf(a).map((each) => each < axis ? each : each + 1);
  const shape = a.shape.toSpliced(axis, 0, extent);
  const count = make("cast", { dtype: "f32" }, [make("iota", { extent })]);
  return make("mul", {}, [
    make("broadcast", { shape, axes }, [a]),
    make("broadcast", { shape, axes: [axis] }, [count]),
  ]);
}

/** Windows, and what adds them up: one after the other, or a sum in between. */
const slide: Grow = (a, _, next) => {
  const axis = Math.floor(next() * (a.shape.length + 1));
  const long = numbered(a, axis, 5);
  const windows = make("window", {
    axis,
    size: pick([1, 2, 3], next),
    stride: pick([1, 2], next),
    dilation: pick([1, 2], next),
  }, [long]);
  const steps = { axis, extent: 9, stride: pick([1, 2], next), dilation: pick([1, 2], next) };
  return pick<() => Node>([
    () => make("sum", { axes: [windows.shape.length - 1] }, [windows]),
    () => make("sum", { axes: [axis] }, [windows]),
    () => make("overlapAdd", steps, [windows]),
    () => make("sum", { axes: [axis] }, [make("overlapAdd", steps, [windows])]),
    () => make("max", { axes: [axis] }, [make("overlapAdd", steps, [windows])]),
  ], next)();
};

const GROWTH: readonly Grow[] = [
  (a) => make("neg", {}, [a]),
  (a) => make("tanh", {}, [a]),
  (a, _, next) => make(pick(["sin", "cos", "erf", "sigmoid"], next), {}, [a]),
  // Away from 0 and from whole numbers, near which float32 and float64 may go different ways.
  (a) => make("abs", {}, [make("add", {}, [make("sigmoid", {}, [a]), full(0.125, a.shape)])]),
  (a) => make("floor", {}, [make("mul", {}, [full(0.5, a.shape), make("sigmoid", {}, [a])])]),
  mask,
  (a) => make("stopGradient", {}, [a]),
  (a, b) => make("add", {}, [a, b]),
  (a, b) => make("mul", {}, [a, b]),
  (a) => make("mul", {}, [a, a]),
  (a, _, next) =>
    make(pick(["add", "sub", "mul", "div"], next), {}, [a, full(pick([1, 2], next), a.shape)]),
  (a, _, next) => make(pick(["add", "sub", "maximum"], next), {}, [a, full(0, a.shape)]),
  (a) => make("mul", {}, [spread(make("size", { extent: n }), a.shape), a]),
  (a, _, next) => make("transpose", { permutation: axesOf(a).toSorted(() => next() - 0.5) }, [a]),
  sum,
  sum,
  reduce,
  tile,
  fold,
  (a, b, next) => fold(tile(a, b, next), b, next),
  (a, b, next) => fold(multiply(a, b, next), b, next),
  (a, b, next) => multiply(tile(a, b, next), b, next),
  outer,
  stretch,
  stretch,
  slide,
  gather,
  gather,
  widen,
  reshape,
  reshape,
  multiply,
  multiply,
];

/** A value that some random steps made; the last few of them, at least, are in it. */
export function randomGraph(next: Random, steps: number): Node {
  const values: Node[] = LEAVES.map((shape, i) =>
    make("input", { name: `x${i}`, role: "input", shape, dtype: "f32" })
  );
  for (let step = 0; step < steps; step++) {
    const recent = next() < 0.7 ? values.slice(-3) : values;
    try {
      const value = pick(GROWTH, next)(pick(recent, next), pick(values, next), next);
      if (value.shape.length <= 4) values.push(value);
    } catch (error) {
      // Shapes that do not fit make no program; another step will.
      if (!(error instanceof DeclarationError || error instanceof RangeError)) throw error;
    }
  }
  return values.at(-1) ?? full(0, []);
}
