/**
 * What several ops make together, as users write it: random ops alone would hardly ever come to a softmax,
 * a convolution or a folded product.
 *
 * @module
 */
import { type Extent, product } from "../../dsl/dim.ts";
import { make } from "../../dsl/intern.ts";
import type { Node } from "../../dsl/ops.ts";
import { einsum, full, number, spread } from "../graph/build.ts";
import { type Draft, N } from "./draft.ts";
import { rowsOf } from "./growth.ts";

/** Makes a value, or nothing where the idiom does not fit. */
type Idiom = (draft: Draft) => Node | undefined;

const sumOf = (x: Node, axis: number): Node => make("sum", { axes: [axis] }, [x]);

/** Puts a reduced axis back. */
function along(reduced: Node, like: Node, axis: number): Node {
  const axes = like.shape.map((_, i) => i).filter((i) => i !== axis);
  return make("broadcast", { shape: like.shape, axes }, [reduced]);
}

function meanOf(x: Node, axis: number): Node {
  const sum = sumOf(x, axis);
  const count = make("size", { extent: x.shape[axis] ?? 1 });
  return make("div", {}, [sum, spread(count, sum.shape)]);
}

function centred(x: Node, axis: number): Node {
  return make("sub", {}, [x, along(meanOf(x, axis), x, axis)]);
}

function exponentials(x: Node, axis: number): Node {
  const largest = make("max", { axes: [axis] }, [x]);
  return make("exp", {}, [make("sub", {}, [x, along(largest, x, axis)])]);
}

function softmaxOf(x: Node, axis: number): Node {
  const e = exponentials(x, axis);
  return make("div", {}, [e, along(sumOf(e, axis), x, axis)]);
}

/** A random number from 0 to 2²⁴ − 1 for each element. */
function randomWhole(d: Draft, { shape }: Node): Node {
  const counter = make("reshape", { shape }, [make("iota", { extent: product(shape) })]);
  const fixed = () => spread(number(d.below(1000), "u32"), shape);
  const bits = make("randomBits", {}, [counter, fixed(), fixed()]);
  const upper = make("div", {}, [bits, spread(number(2 ** 8, "u32"), shape)]);
  return make("cast", { dtype: "f32" }, [upper]);
}

const LABELS = "abcdefgh";

/** A product over the last axis with new weights. */
function linearOf(d: Draft, x: Node): Node {
  const weights = d.parameter([d.pick<Extent>([4, N, 1, 20, 7]), x.shape.at(-1) ?? 1]);
  const own = LABELS.slice(0, x.shape.length);
  return einsum(own, `z${own.at(-1)}`, `${own.slice(0, -1)}z`, x, weights);
}

/** `x` beside itself along an axis, cut into its copies, which are added up. */
const fold: Idiom = (d) => {
  const x = d.real(1);
  const axis = d.axis(x);
  const extent = x.shape[axis] ?? 1;
  const long = make("tile", { repeats: x.shape.map((): Extent => 1).with(axis, N) }, [x]);
  const parts = make("reshape", { shape: x.shape.toSpliced(axis, 1, N, extent) }, [long]);
  return sumOf(parts, axis);
};

/** A product with a matrix that is repeated beside itself. */
const shared: Idiom = (d) => {
  const x = d.real(1);
  const last = x.shape.at(-1) ?? 1;
  const wide = make("tile", { repeats: x.shape.map((): Extent => 1).with(-1, N) }, [x]);
  const weights = make("tile", { repeats: [1, N] }, [
    d.parameter([d.pick<Extent>([4, 5, 1]), last]),
  ]);
  const own = LABELS.slice(0, x.shape.length);
  return einsum(own, `z${own.at(-1)}`, `${own.slice(0, -1)}z`, wide, weights);
};

/** A sum of products of two values that are repeated along each other's axes. */
const outer: Idiom = (d) => {
  const [a, b] = [d.real(1), d.real(1)];
  const shape = [...a.shape, ...b.shape];
  const own = (node: Node, from: number) =>
    make("broadcast", { shape, axes: node.shape.map((_, axis) => axis + from) }, [node]);
  const terms = make("mul", {}, [own(a, 0), own(b, a.shape.length)]);
  return make("sum", { axes: d.axes(terms) }, [terms]);
};

/** Windows of a new input, by weights. */
const convolution: Idiom = (d) => {
  const channels = d.pick<Extent>([3, 4, 1]);
  const signal = d.leaf([d.pick<Extent>([{ name: "B" }, 2]), d.pick([7, 6, 9]), channels]);
  const size = d.pick([2, 3, 1]);
  const windows = make("window", {
    axis: 1,
    size,
    stride: d.pick([1, 2]),
    dilation: d.pick([1, 2]),
  }, [signal]);
  const weights = d.parameter([d.pick<Extent>([4, 5]), size, channels]);
  return make("einsum", { spec: "abcd,edc->abe" }, [windows, weights]);
};

/** A count along a new axis, times a value. */
const counted: Idiom = (d) => {
  const x = d.real(0);
  const axis = d.below(x.shape.length + 1);
  const extent = d.pick([5, 3, 6]);
  const shape = x.shape.toSpliced(axis, 0, extent);
  const count = make("cast", { dtype: "f32" }, [make("iota", { extent })]);
  const own = x.shape.map((_, each) => each < axis ? each : each + 1);
  return make("mul", {}, [
    make("broadcast", { shape, axes: own }, [x]),
    make("broadcast", { shape, axes: [axis] }, [count]),
  ]);
};

/** The idioms by name. */
export const IDIOMS = {
  softmax: (d) => {
    const x = d.real(1);
    return softmaxOf(x, d.axis(x));
  },
  logSumExp: (d) => {
    const x = d.real(1);
    const axis = d.axis(x);
    const total = make("log", {}, [sumOf(exponentials(x, axis), axis)]);
    return make("add", {}, [total, make("max", { axes: [axis] }, [x])]);
  },
  centred: (d) => {
    const x = d.real(1);
    return centred(x, d.axis(x));
  },
  normalised: (d) => {
    const x = d.real(1);
    const axis = d.axis(x);
    const c = centred(x, axis);
    const variance = meanOf(make("mul", {}, [c, c]), axis);
    const scale = make("sqrt", {}, [make("add", {}, [variance, full(0.1, variance.shape)])]);
    return make("div", {}, [c, along(scale, x, axis)]);
  },
  /** x where it is the first maximum, else 0. */
  firstOfLargest: (d) => {
    const x = d.real(1);
    const axis = d.axis(x);
    const best = along(make("argmax", { axis }, [x]), x, axis);
    const place = make("iota", { extent: x.shape[axis] ?? 1 });
    const places = make("broadcast", { shape: x.shape, axes: [axis] }, [place]);
    const isFirst = make("equal", {}, [best, places]);
    return make("mul", {}, [x, make("cast", { dtype: "f32" }, [isFirst])]);
  },
  rectified: (d) => {
    const x = d.real(0);
    return make("maximum", {}, [x, full(0, x.shape)]);
  },
  dropped: (d) => {
    const x = d.real(0);
    const stays = make("greater", {}, [full(2 ** 23, x.shape), randomWhole(d, x)]);
    return make("select", {}, [stays, x, full(0, x.shape)]);
  },
  noisy: (d) => {
    const x = d.real(0);
    const noise = make("mul", {}, [randomWhole(d, x), full(2 ** -24, x.shape)]);
    return make("add", {}, [x, noise]);
  },
  linear: (d) => linearOf(d, d.real(1)),
  dense: (d) => {
    const y = linearOf(d, d.real(1));
    const bias = d.parameter([y.shape.at(-1) ?? 1]);
    const shifted = make("add", {}, [y, beside(bias, y)]);
    return make("maximum", {}, [shifted, full(0, y.shape)]);
  },
  attention: (d) => {
    const x = d.real(2);
    const [rows, columns] = [x.shape.length - 2, x.shape.length - 1];
    if (rows < 0) return undefined;
    const own = LABELS.slice(0, columns + 1);
    const batch = own.slice(0, -2);
    const scores = einsum(own, `${batch}z${own.at(columns)}`, `${batch}${own.at(rows)}z`, x, x);
    const weights = softmaxOf(scores, columns);
    return einsum(
      `${batch}${own.at(rows)}z`,
      `${batch}z${own.at(columns)}`,
      own,
      weights,
      x,
    );
  },
  embedding: (d) => {
    const rows = d.pick<Extent>([5, N]);
    const table = d.parameter([rows, d.pick<Extent>([4, 3])]);
    return make("gather", {}, [table, rowsOf(d, rows)]);
  },
  fold,
  shared,
  outer,
  convolution,
  counted,
} satisfies Readonly<Record<string, Idiom>>;

/** A row, repeated. */
function beside(row: Node, like: Node): Node {
  return like.shape.length === 1
    ? row
    : make("broadcast", { shape: like.shape, axes: [like.shape.length - 1] }, [row]);
}
