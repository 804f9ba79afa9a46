/** Rules about repeated elements: compute before repeating, and count instead of summing copies. @module */
import { type Extent, product, sameExtent, sameShape } from "../../../dsl/dim.ts";
import { make } from "../../../dsl/intern.ts";
import { isElementwise, type Node } from "../../../dsl/ops.ts";
import { reshapeTo, spread, sumOver } from "../../graph/build.ts";
import type { Rule } from "../rule.ts";

/** `count` copies of x added up. */
function times(x: Node, count: Extent): Node {
  return make("mul", {}, [x, spread(make("size", { extent: count }), x.shape)]);
}

const computeBeforeRepeating: Rule = {
  name: "compute-before-repeating",
  identity: "op(tile(x), c) = tile(op(x, c)), and the same for a broadcast, where c is one number",
  terminates: "the op runs on fewer elements",
  apply: (node) => {
    if (!isElementwise(node)) return undefined;
    const isScalar = (each: Node) => each.op === "broadcast" && each.inputs[0]?.shape.length === 0;
    const moved = node.inputs.filter((input) => !isScalar(input));
    const [only] = moved;
    const [x] = only?.inputs ?? [];
    if (moved.length !== 1 || only === undefined || x === undefined) return undefined;
    if (only.op !== "tile" && only.op !== "broadcast") return undefined;
    const inner = node.inputs.map((input) => {
      const [scalar] = input.inputs;
      return isScalar(input) && scalar !== undefined ? spread(scalar, x.shape) : x;
    });
    return make(only.op, only.attrs, [make(node.op, node.attrs, inner)]);
  },
};

const reshapeLast: Rule = {
  name: "reshape-last",
  identity:
    "op(reshape(x), reshape(y), c) = reshape(op(x, y, c)), for x and y of one shape and a number c",
  terminates: "a reshape has fewer ops between it and the result",
  apply: (node) => {
    if (!isElementwise(node)) return undefined;
    const sources = node.inputs.map(({ op, inputs: [x] }) => op === "reshape" ? x : undefined);
    const shape = sources.find((x) => x !== undefined)?.shape;
    if (shape === undefined) return undefined;
    const inner = node.inputs.map((input, i) => {
      const x = sources[i];
      if (x !== undefined) return sameShape(x.shape, shape) ? x : undefined;
      const [scalar] = input.inputs;
      const isNumber = input.op === "broadcast" && scalar?.shape.length === 0;
      return isNumber && scalar !== undefined ? spread(scalar, shape) : undefined;
    });
    const all = inner.filter((each) => each !== undefined);
    if (all.length < inner.length) return undefined;
    return make("reshape", { shape: node.shape }, [make(node.op, node.attrs, all)]);
  },
};

const sumOfBroadcast: Rule = {
  name: "sum-of-broadcast",
  identity: "Σ over a repeated axis of extent n = n · x",
  terminates: "the sum runs over fewer elements",
  apply: (node) => {
    const [repeated] = node.inputs;
    const [x] = repeated?.inputs ?? [];
    if (node.op !== "sum" || repeated?.op !== "broadcast" || x === undefined) return undefined;
    const { axes } = repeated.attrs;
    const copies = node.attrs.axes.filter((axis) => !axes.includes(axis));
    if (copies.length === 0) return undefined;
    const count = product(copies.map((axis) => repeated.shape[axis] ?? 1));
    const own = node.attrs.axes.flatMap((axis) => axes.includes(axis) ? [axes.indexOf(axis)] : []);
    const reduced = times(sumOver(x, own), count);
    const left = repeated.shape.map((_, axis) => axis).filter((axis) =>
      !node.attrs.axes.includes(axis)
    );
    const places = axes.filter((axis) => !node.attrs.axes.includes(axis)).map((axis) =>
      left.indexOf(axis)
    );
    return make("broadcast", { shape: node.shape, axes: places }, [reduced]);
  },
};

const foldOfTile: Rule = {
  name: "fold-of-tile",
  identity: "Σ_g tile(x, n)[g·K + k] = n · x[k]",
  terminates: "the tile and the sum disappear",
  apply: (node) => {
    const [split] = node.inputs;
    const tile = split?.inputs[0];
    const [x] = tile?.inputs ?? [];
    if (node.op !== "sum" || split?.op !== "reshape" || tile?.op !== "tile" || x === undefined) {
      return undefined;
    }
    const axis = tile.attrs.repeats.findIndex((count) => count !== 1);
    const count = tile.attrs.repeats[axis] ?? 1;
    const wanted = x.shape.toSpliced(axis, 0, count);
    const matches = tile.attrs.repeats.filter((each) => each !== 1).length === 1 &&
      node.attrs.axes.length === 1 && node.attrs.axes[0] === axis &&
      wanted.length === split.shape.length &&
      wanted.every((extent, i) => sameExtent(extent, split.shape[i] ?? NaN));
    return matches ? reshapeTo(times(x, count), node.shape) : undefined;
  },
};

/** The rules of this file, in the order in which they are tried. */
export const MOVEMENT_RULES: readonly Rule[] = [
  computeBeforeRepeating,
  reshapeLast,
  sumOfBroadcast,
  foldOfTile,
];
