/**
 * Compares gradients with finite differences, in float64.
 *
 * For a random gy, the scalar s = Σ gy · y is a function of the leaves. Its slope along a direction d
 * of one leaf is Σ g · d by the gradient, and (s(x + εd) − s(x − εd)) / 2ε by differences, up to
 * O(ε²) and rounding of about 1e-16 / ε.
 *
 * @module
 */
import type { DimValues } from "../../dsl/dim.ts";
import { make } from "../../dsl/intern.ts";
import type { Node } from "../../dsl/ops.ts";
import { gradients } from "../autodiff/gradient.ts";
import { interpret, tabulate, type Value } from "../graph/interpret.ts";
import { leavesOf, type Random, randomLeaves, type Range } from "./random_values.ts";

type Leaf = Extract<Node, { op: "input" }>;

/** The leaf that stands for the gradient of a scalar with respect to y. */
export function outputGradient(y: Node): Leaf {
  return make("input", { name: "gy", role: "input", shape: y.shape, dtype: "f32" });
}

/** How to check. */
export interface GradientCheck {
  readonly dims: DimValues;
  readonly next: Random;
  readonly range?: Range;
  /** The gradient of a leaf to check; the derived one unless given. It may depend on `gy`. */
  readonly gradientOf?: (leaf: Node, derived: Node) => Node;
}

/** How far a gradient is from finite differences, relative to the slope. */
export interface GradientError {
  readonly leaf: string;
  readonly relative: number;
}

/** The step along a direction whose elements lie between 1/2 and 1. */
const STEP = 1e-5;

/** Larger errors mean a wrong gradient; smaller ones are the error of the differences. */
export const TOLERANCE = 1e-7;

/** The error of the gradient of `y` with respect to each of its leaves of f32. */
export function checkGradients(y: Node, check: GradientCheck): readonly GradientError[] {
  const gy = outputGradient(y);
  const leaves = leavesOf([y, gy]);
  const values = randomLeaves(leaves, check.dims, check.next, check.range);
  const wrt = leaves.filter((leaf) => leaf.dtype === "f32" && leaf !== gy);
  const derived = gradients(y, gy, wrt).gradients;
  return wrt.map((leaf, i) => {
    const own = derived[i] ?? leaf;
    const [gradient = NOTHING] = interpret([check.gradientOf?.(leaf, own) ?? own], {
      dims: check.dims,
      leaves: values,
    });
    const slope = (direction: Value) => differences(y, leaf, direction, values, check.dims);
    return { leaf: leaf.attrs.name, relative: error(gradient, slope, check.next) };
  });
}

const NOTHING: Value = { shape: [], data: new Float64Array(0) };

/** The larger error along two directions: one of random signs, one in which no terms cancel. */
function error(gradient: Value, slope: (direction: Value) => number, next: Random): number {
  const size = () => 0.5 + next() / 2;
  let at = 0;
  const uphill = tabulate(gradient.shape, () => (gradient.data[at++] ?? 0) < 0 ? -size() : size());
  const anywhere = tabulate(gradient.shape, () => next() < 0.5 ? -size() : size());
  const steepness = dot(gradient, uphill);
  return Math.max(
    ...[uphill, anywhere].map((direction) =>
      Math.abs(dot(gradient, direction) - slope(direction)) / Math.max(steepness, 1e-3)
    ),
  );
}

function differences(
  y: Node,
  leaf: Leaf,
  direction: Value,
  values: ReadonlyMap<string, Value>,
  dims: DimValues,
): number {
  const at = (step: number): number => {
    const x = values.get(leaf.attrs.name) ?? NOTHING;
    const moved = x.data.map((element, i) => element + step * (direction.data[i] ?? NaN));
    const leaves = new Map(values).set(leaf.attrs.name, { shape: x.shape, data: moved });
    const [result = NOTHING] = interpret([y], { dims, leaves });
    return dot(result, values.get("gy") ?? NOTHING);
  };
  return (at(STEP) - at(-STEP)) / (2 * STEP);
}

function dot(a: Value, b: Value): number {
  return a.data.reduce((total, element, i) => total + element * (b.data[i] ?? NaN), 0);
}
