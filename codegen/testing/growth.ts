/**
 * How each op of the language comes into a random program. A new op is an entry here: it makes a node of
 * that op from values of the draft, or nothing where none fits.
 *
 * @module
 */
import { divide, type Extent, product, sameExtent, sameShape, type Shape } from "../../dsl/dim.ts";
import { formatEinsum } from "../../dsl/einsum.ts";
import { make } from "../../dsl/intern.ts";
import type { Node, NodeOf, OpKind } from "../../dsl/ops.ts";
import { full, number, spread } from "../graph/build.ts";
import { B, type Draft, K, N, type Some } from "./draft.ts";

/** Makes a value with an op, or nothing where the op does not fit. */
export type Grow<Op extends OpKind> = (draft: Draft) => (NodeOf<Op> & Node) | undefined;

/** Shapes of leaves: dims and numbers, ones, primes, and multiples of four. */
const SHAPES: Some<Shape> = [
  [B, K],
  [K],
  [B, 5],
  [B, N, K],
  [K, B],
  [],
  [B, product([N, K])],
  [4, 6],
  [B, 3, 4],
  [20, K],
  [12, 20],
  [N],
  [1, K],
  [B, product([2, K])],
  [B, 7, 4],
];
const EXTENTS: Some<Extent> = [2, K, N, 3, B, 1, 5];

const axesOf = (node: Node): readonly number[] => node.shape.map((_, axis) => axis);

/** A value of f32 that is away from 0 on the positive side, or, where values happen to be, any value. */
export function positive(d: Draft, x: Node): Node {
  const size = () => make("abs", {}, [x]);
  return d.pick<() => Node>([
    () => make("add", {}, [size(), full(0.5, x.shape)]),
    () => make("exp", {}, [x]),
    () => make("add", {}, [make("mul", {}, [x, x]), full(0.25, x.shape)]),
    () => x,
  ])();
}

/** Two values of one type and shape. */
function pair(d: Draft, a: Node): readonly [Node, Node] {
  const b = d.like(a);
  return d.below(4) === 3 ? [b, a] : [a, b];
}

/** An axis whose extent is a number of at least so many elements, if there is one. */
function numbered(d: Draft, node: Node, least: number): readonly [number, number] | undefined {
  const axes = axesOf(node).flatMap((axis): readonly (readonly [number, number])[] => {
    const extent = node.shape[axis];
    return typeof extent === "number" && extent >= least ? [[axis, extent]] : [];
  });
  return d.pick(axes);
}

/** Whole numbers that are rows of a table of so many. */
export function rowsOf(d: Draft, rows: Extent): Node {
  const indices = d.whole();
  const isCount = indices.op === "iota" && sameExtent(indices.attrs.extent, rows);
  const ownAxis = indices.op === "argmax"
    ? indices.inputs[0]?.shape[indices.attrs.axis]
    : undefined;
  if (isCount || (ownAxis !== undefined && sameExtent(ownAxis, rows))) return indices;
  const count = typeof rows === "number"
    ? number(rows, "u32")
    : make("cast", { dtype: "u32" }, [make("size", { extent: rows })]);
  const counts = spread(count, indices.shape);
  // The remainder: indices − ⌊indices / rows⌋ · rows.
  const whole = make("mul", {}, [make("div", {}, [indices, counts]), counts]);
  return make("sub", {}, [indices, whole]);
}

/** The shapes that a value can take with an axis more or less. */
function reshapes({ shape }: Node): readonly Shape[] {
  const splits = shape.flatMap((extent, axis) =>
    [K, N, 2, 3, 4].flatMap((inner): readonly Shape[] => {
      const outer = divide(extent, inner);
      if (outer === undefined) return [];
      return [shape.toSpliced(axis, 1, outer, inner), shape.toSpliced(axis, 1, inner, outer)];
    })
  );
  const merged = shape.slice(1).map((_, axis) =>
    shape.toSpliced(axis, 2, product(shape.slice(axis, axis + 2)))
  );
  const ones = [0, ...shape.map((_, axis) => axis + 1)].map((axis) => shape.toSpliced(axis, 0, 1));
  const flat = [product(shape)];
  return [...merged, ...splits, flat, ...ones].filter((each) => !sameShape(each, shape));
}

/** The orders of axes that exchange two, and those that turn all. */
function permutations({ shape: { length } }: Node): readonly (readonly number[])[] {
  const all = Array.from({ length }, (_, axis) => axis);
  const swaps = all.flatMap((a) => all.filter((b) => b > a).map((b) => all.with(a, b).with(b, a)));
  return length > 2 ? [...swaps, [...all.slice(1), 0], [length - 1, ...all.slice(0, -1)]] : swaps;
}

/** A product in which each axis of the operands goes its own way: kept, summed or shared. */
function product2(d: Draft, a: Node, b: Node): NodeOf<"einsum"> & Node {
  const labels = "abcdefghijk";
  const lhs = labels.slice(0, a.shape.length);
  let rhs = "";
  b.shape.forEach((extent, axis) => {
    const partners = [...lhs].filter((label, i) =>
      sameExtent(a.shape[i] ?? NaN, extent) && !rhs.includes(label)
    );
    const own = labels[a.shape.length + axis] ?? "";
    rhs += d.pick<string>([...partners, own]) ?? own;
  });
  const kept = [...new Set(lhs + rhs)].filter((label) =>
    !(lhs.includes(label) && rhs.includes(label)) || d.below(4) === 3
  );
  const turn = d.below(kept.length);
  const out = [...kept.slice(turn), ...kept.slice(0, turn)].join("");
  return make("einsum", { spec: formatEinsum({ lhs, rhs, out }) }, [a, b]);
}

const slice: Grow<"slice"> = (d) => {
  const node = d.any(1);
  const found = numbered(d, node, 2);
  if (found !== undefined) {
    const [axis, extent] = found;
    const step = 1 + d.below(Math.min(3, extent - 1));
    const size = 1 + d.below(Math.floor((extent - 1) / step) + 1);
    const start = d.below(extent - (size - 1) * step);
    return make("slice", { axis, start, size, step }, [node]);
  }
  const axis = d.axis(node);
  const size = divide(node.shape[axis] ?? 1, 2) ?? node.shape[axis] ?? 1;
  const [start, step] = d.pick<readonly [Extent, number]>([[0, 1], [size, 1], [0, 2]]);
  return make("slice", { axis, start, size, step }, [node]);
};

const pad: Grow<"pad"> = (d) => {
  const node = d.numeric(1);
  const axis = d.axis(node);
  const extent = node.shape[axis] ?? 1;
  const parts: Some<Extent> = typeof extent === "number" ? [1, 0, 2] : [extent, 0];
  const value = d.pick(node.dtype === "u32" ? [0, 1] : [0, 0.5, -3e38] as const);
  return make("pad", { axis, before: d.pick(parts), after: d.pick(parts), value }, [node]);
};

const concatenate: Grow<"concatenate"> = (d) => {
  const first = d.any(1);
  const axis = d.axis(first);
  const second = d.like(first);
  const parts = d.pick([[first, second], [second, first], [first, second, first], [first, first]]);
  return make("concatenate", { axis }, parts ?? [first]);
};

const windows: Grow<"window"> = (d) => {
  const node = d.any(1);
  const found = numbered(d, node, 2);
  if (found === undefined) return undefined;
  const [axis, extent] = found;
  const size = 1 + d.below(Math.min(3, extent));
  const dilation = size > 1 ? 1 + d.below(Math.floor((extent - 1) / (size - 1))) : 1;
  return make("window", { axis, size, stride: 1 + d.below(3), dilation }, [node]);
};

const overlapAdd: Grow<"overlapAdd"> = (d) => {
  const node = d.real(2);
  const size = node.shape.at(-1);
  if (typeof size !== "number" || node.shape.length < 2) return undefined;
  const axis = d.below(node.shape.length - 1);
  const count = node.shape[axis] ?? 1;
  if (typeof count === "number") {
    const [stride, dilation] = [1 + d.below(3), 1 + d.below(2)];
    const least = (count - 1) * stride + (size - 1) * dilation + 1;
    return make("overlapAdd", { axis, extent: least + d.below(3), stride, dilation }, [node]);
  }
  const stride = size + d.below(2);
  return make("overlapAdd", { axis, extent: product([count, stride]), stride, dilation: 1 }, [
    node,
  ]);
};

/** Every op. */
export const GROWTH: { readonly [Op in OpKind]: Grow<Op> } = {
  input: (d) => {
    const shape = d.pick(SHAPES);
    const kind = d.pick(
      [{}, { role: "parameter" }, { dtype: "u32" }, { sparse: true }] as const,
    );
    return d.leaf(shape, kind);
  },
  constant: (d) => make("constant", { value: d.pick([0.5, -2, 3, 0.1]), dtype: "f32" }),
  size: (d) => make("size", { extent: d.pick<Extent>([K, N, B, product([N, K])]) }),
  iota: (d) => make("iota", { extent: d.pick(EXTENTS) }),
  neg: (d) => make("neg", {}, [d.real(0)]),
  exp: (d) => make("exp", {}, [d.real(0)]),
  log: (d) => make("log", {}, [positive(d, d.real(0))]),
  sqrt: (d) => make("sqrt", {}, [positive(d, d.real(0))]),
  tanh: (d) => make("tanh", {}, [d.real(0)]),
  abs: (d) => make("abs", {}, [d.real(0)]),
  floor: (d) => {
    const x = d.real(0);
    return make("floor", {}, [d.below(2) === 0 ? make("mul", {}, [x, full(4, x.shape)]) : x]);
  },
  sin: (d) => make("sin", {}, [d.real(0)]),
  cos: (d) => make("cos", {}, [d.real(0)]),
  erf: (d) => make("erf", {}, [d.real(0)]),
  sigmoid: (d) => make("sigmoid", {}, [d.real(0)]),
  cast: (d) => {
    const x = d.any();
    const toReal = x.dtype !== "f32" && d.below(3) < 2;
    const scaled = x.dtype === "f32" ? make("mul", {}, [x, full(3, x.shape)]) : x;
    return make("cast", { dtype: toReal ? "f32" : "u32" }, [scaled]);
  },
  randomBits: (d) => {
    const extent = d.pick(EXTENTS);
    const count = make("iota", { extent });
    const fixed = (value: number): Node => spread(number(value, "u32"), [extent]);
    return make("randomBits", {}, [count, fixed(d.below(3)), fixed(d.below(1000))]);
  },
  // Programs hold the values of such functions only: their gradients are taken before.
  custom: () => undefined,
  stopGradient: (d) => make("stopGradient", {}, [d.any()]),
  add: (d) => make("add", {}, pair(d, d.numeric())),
  sub: (d) => make("sub", {}, pair(d, d.numeric())),
  mul: (d) => make("mul", {}, pair(d, d.numeric())),
  div: (d) => {
    const x = d.numeric();
    const other = d.like(x);
    return make("div", {}, [x, x.dtype === "f32" ? positive(d, other) : other]);
  },
  maximum: (d) => make("maximum", {}, pair(d, d.numeric())),
  minimum: (d) => make("minimum", {}, pair(d, d.numeric())),
  pow: (d) => {
    const x = d.real(0);
    const power = d.pick<() => Node>([
      () => full(d.pick([2, 0.5, 3, -1, 1.5, 0]), x.shape),
      () => d.like(x),
    ])();
    return make("pow", {}, [positive(d, x), power]);
  },
  greater: (d) => make("greater", {}, pair(d, d.numeric())),
  greaterEqual: (d) => make("greaterEqual", {}, pair(d, d.numeric())),
  equal: (d) => make("equal", {}, pair(d, d.any())),
  notEqual: (d) => make("notEqual", {}, pair(d, d.any())),
  and: (d) => make("and", {}, pair(d, d.bool())),
  or: (d) => make("or", {}, pair(d, d.bool())),
  not: (d) => make("not", {}, [d.bool()]),
  select: (d) => {
    const condition = d.bool();
    const dtype = d.pick(["f32", "f32", "f32", "u32"] as const);
    const branch = () => d.like({ shape: condition.shape, dtype });
    return make("select", {}, [condition, branch(), branch()]);
  },
  sum: (d) => {
    const x = d.real(1);
    return make("sum", { axes: d.axes(x) }, [x]);
  },
  max: (d) => {
    const x = d.real(1);
    return make("max", { axes: d.axes(x) }, [x]);
  },
  argmax: (d) => {
    const x = d.real(1);
    return make("argmax", { axis: d.axis(x) }, [x]);
  },
  reshape: (d) => {
    const x = d.any();
    const shape = d.pick(reshapes(x));
    return shape === undefined ? undefined : make("reshape", { shape }, [x]);
  },
  transpose: (d) => {
    const x = d.any(2);
    const permutation = d.pick(permutations(x));
    return permutation === undefined ? undefined : make("transpose", { permutation }, [x]);
  },
  broadcast: (d) => {
    const x = d.any();
    const at = d.below(x.shape.length + 1);
    const shape = x.shape.toSpliced(at, 0, d.pick(EXTENTS));
    const axes = axesOf(x).map((axis) => axis < at ? axis : axis + 1);
    return make("broadcast", { shape, axes }, [x]);
  },
  tile: (d) => {
    const x = d.any(1);
    const axis = d.axis(x);
    const repeats = x.shape.map((): Extent => 1).with(axis, d.pick<Extent>([N, 2, 3]));
    return make("tile", { repeats }, [x]);
  },
  slice,
  pad,
  concatenate,
  window: windows,
  overlapAdd,
  gather: (d) => {
    const table = d.any(1);
    return make("gather", {}, [table, rowsOf(d, table.shape[0] ?? 1)]);
  },
  einsum: (d) => product2(d, d.real(0), d.real(0)),
};
