/** Rules that drop what does nothing, fold constants and merge neighbours. @module */
import { make } from "../../../dsl/intern.ts";
import { type ElementwiseKind, isElementwise, type Node } from "../../../dsl/ops.ts";
import { full, number, permute, reshapeTo, spread, sumOver } from "../../graph/build.ts";
import { interpret } from "../../graph/interpret.ts";
import type { Rule } from "../rule.ts";

const fewerNodes = "the result has fewer nodes";

/** The number that a node holds everywhere, if it is one. */
export function everywhere(node: Node | undefined): number | undefined {
  if (node?.op === "constant") return node.attrs.value;
  return node?.op === "broadcast" ? everywhere(node.inputs[0]) : undefined;
}

/** An op with a number that changes nothing. */
interface Neutral {
  readonly name: string;
  readonly identity: string;
  readonly op: ElementwiseKind;
  readonly value: number;
  /** Whether the number may stand on the left too. */
  readonly commutes: boolean;
}

function neutral({ name, identity, op, value, commutes }: Neutral): Rule {
  return {
    name,
    identity,
    terminates: fewerNodes,
    apply: (node) => {
      if (node.op !== op) return undefined;
      const [a, b] = node.inputs;
      if (everywhere(b) === value) return a;
      return commutes && everywhere(a) === value ? b : undefined;
    },
  };
}

/** The largest exponent that is written as products. */
const MOST_FACTORS = 4;

const wholePower: Rule = {
  name: "whole-power",
  identity: "x⁰ = 1, x¹ = x, x² = x · x, up to x⁴",
  terminates: "a power disappears",
  apply: (node) => {
    const [x, exponent] = node.inputs;
    const count = everywhere(exponent);
    if (node.op !== "pow" || x === undefined || count === undefined) return undefined;
    if (!Number.isInteger(count) || count < 0 || count > MOST_FACTORS) return undefined;
    if (count === 0) return full(1, node.shape);
    // Squares first: x⁴ is (x²)².
    const square = make("mul", {}, [x, x]);
    return [x, square, make("mul", {}, [square, x]), make("mul", {}, [square, square])][count - 1];
  },
};

const dropStopGradient: Rule = {
  name: "drop-stop-gradient",
  identity: "stopGradient(x) = x, once gradients have been taken",
  terminates: fewerNodes,
  apply: (node) => node.op === "stopGradient" ? node.inputs[0] : undefined,
};

const doubleNegation: Rule = {
  name: "double-negation",
  identity: "−(−x) = x",
  terminates: fewerNodes,
  apply: (node) =>
    node.op === "neg" && node.inputs[0]?.op === "neg" ? node.inputs[0].inputs[0] : undefined,
};

const mergeReshapes: Rule = {
  name: "merge-reshapes",
  identity: "reshape(reshape(x, s), t) = reshape(x, t), and reshape(x, shape of x) = x",
  terminates: fewerNodes,
  apply: (node) => {
    const [x] = node.inputs;
    if (node.op !== "reshape" || x === undefined) return undefined;
    if (x.op === "reshape" && x.inputs[0] !== undefined) return reshapeTo(x.inputs[0], node.shape);
    const same = reshapeTo(x, node.shape);
    return same === x ? x : undefined;
  },
};

const mergeTransposes: Rule = {
  name: "merge-transposes",
  identity: "transpose(transpose(x, p), q) = transpose(x, p∘q)",
  terminates: fewerNodes,
  apply: (node) => {
    const [x] = node.inputs;
    if (node.op !== "transpose" || x === undefined) return undefined;
    const { permutation } = node.attrs;
    if (permutation.every((axis, i) => axis === i)) return x;
    if (x.op !== "transpose" || x.inputs[0] === undefined) return undefined;
    const inner = x.attrs.permutation;
    return permute(x.inputs[0], permutation.map((axis) => inner[axis] ?? axis));
  },
};

const mergeBroadcasts: Rule = {
  name: "merge-broadcasts",
  identity: "broadcast(broadcast(x)) is one broadcast, and one that adds no axis is x",
  terminates: fewerNodes,
  apply: (node) => {
    const [x] = node.inputs;
    if (node.op !== "broadcast" || x === undefined) return undefined;
    const { shape, axes } = node.attrs;
    if (axes.length === shape.length) return x;
    if (x.op !== "broadcast" || x.inputs[0] === undefined) return undefined;
    return make("broadcast", { shape, axes: x.attrs.axes.map((axis) => axes[axis] ?? axis) }, [
      x.inputs[0],
    ]);
  },
};

const tileOnce: Rule = {
  name: "tile-once",
  identity: "tile(x, (1, …, 1)) = x",
  terminates: fewerNodes,
  apply: (node) =>
    node.op === "tile" && node.attrs.repeats.every((count) => count === 1)
      ? node.inputs[0]
      : undefined,
};

const mergeSums: Rule = {
  name: "merge-sums",
  identity: "Σ_a Σ_b x = Σ_ab x, and a sum over no axis is x",
  terminates: fewerNodes,
  apply: (node) => {
    const [x] = node.inputs;
    if (node.op !== "sum" || x === undefined) return undefined;
    if (node.attrs.axes.length === 0) return x;
    if (x.op !== "sum" || x.inputs[0] === undefined) return undefined;
    const inner = x.attrs.axes;
    const left = x.inputs[0].shape.map((_, i) => i).filter((i) => !inner.includes(i));
    return sumOver(x.inputs[0], [...inner, ...node.attrs.axes.map((axis) => left[axis] ?? axis)]);
  },
};

const reduceOfOne: Rule = {
  name: "reduce-of-one",
  identity: "Σ x and max x over an axis of one element are x without the axis",
  terminates: "the reduction has fewer axes",
  apply: (node) => {
    const [x] = node.inputs;
    if ((node.op !== "sum" && node.op !== "max") || x === undefined) return undefined;
    const long = node.attrs.axes.filter((axis) => x.shape[axis] !== 1);
    if (long.length === node.attrs.axes.length) return undefined;
    return reshapeTo(long.length === 0 ? x : make(node.op, { axes: long }, [x]), node.shape);
  },
};

const foldConstants: Rule = {
  name: "fold-constants",
  identity: "op(c₁, c₂) is a number",
  terminates: fewerNodes,
  apply: (node) => {
    const folds = isElementwise(node) && node.shape.length === 0 && node.dtype !== "bool" &&
      node.inputs.every((input) => input.op === "constant");
    if (!folds) return undefined;
    const value = interpret([node], { dims: {}, leaves: new Map() })[0]?.data[0];
    return value === undefined || !Number.isFinite(Math.fround(value))
      ? undefined
      : number(value, node.dtype);
  },
};

const computeBeforeSpreading: Rule = {
  name: "compute-before-spreading",
  identity: "op(spread(a), spread(b)) = spread(op(a, b)), for a and b without axes",
  terminates: "the op runs on one element instead of many",
  apply: (node) => {
    if (!isElementwise(node) || node.shape.length === 0) return undefined;
    const scalars = node.inputs.map((input) =>
      input.op === "broadcast" && input.inputs[0]?.shape.length === 0 ? input.inputs[0] : undefined
    );
    const known = scalars.filter((scalar) => scalar !== undefined);
    if (known.length < scalars.length) return undefined;
    return spread(make(node.op, node.attrs, known), node.shape);
  },
};

/** The rules of this file, in the order in which they are tried. */
export const IDENTITY_RULES: readonly Rule[] = [
  dropStopGradient,
  neutral({ name: "add-zero", identity: "x + 0 = x", op: "add", value: 0, commutes: true }),
  neutral({ name: "subtract-zero", identity: "x − 0 = x", op: "sub", value: 0, commutes: false }),
  neutral({ name: "multiply-by-one", identity: "x · 1 = x", op: "mul", value: 1, commutes: true }),
  neutral({ name: "divide-by-one", identity: "x / 1 = x", op: "div", value: 1, commutes: false }),
  wholePower,
  doubleNegation,
  mergeReshapes,
  mergeTransposes,
  mergeBroadcasts,
  tileOnce,
  mergeSums,
  reduceOfOne,
  foldConstants,
  computeBeforeSpreading,
];
