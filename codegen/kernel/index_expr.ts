/**
 * Integer index arithmetic: what stands between the brackets of a load or a store.
 *
 * All values are non-negative, `div` rounds down. The constructors simplify as they build, with the
 * ranges of loop axes as their only facts: an axis runs from 0 to its extent exclusive. Of an index
 * that data decide, nothing is known but the axes that it depends on.
 *
 * @module
 */
import { divide, type Extent, product, sameExtent } from "../../dsl/dim.ts";
import { plus } from "../../dsl/extents.ts";
import type { Scalar } from "./kernel.ts";

/** A loop of a kernel: a variable that runs from 0 to `extent` exclusive. */
export interface Axis {
  readonly name: string;
  readonly extent: Extent;
}

/** An index as an expression over axes, extents and values. */
export type IndexExpr =
  | { readonly kind: "extent"; readonly extent: Extent }
  | { readonly kind: "axis"; readonly axis: Axis }
  /** A u32 that the kernel computes, in most cases a load: `x[order[b], i]`. */
  | { readonly kind: "value"; readonly scalar: Scalar }
  | { readonly kind: "add"; readonly left: IndexExpr; readonly right: IndexExpr }
  | { readonly kind: "mul"; readonly left: IndexExpr; readonly by: Extent }
  | { readonly kind: "div"; readonly left: IndexExpr; readonly by: Extent }
  | { readonly kind: "mod"; readonly left: IndexExpr; readonly by: Extent };

/** The index 0. */
export const ZERO: IndexExpr = { kind: "extent", extent: 0 };

/** A loop variable as an index. A loop of one turn is the index 0. */
export function axisIndex(axis: Axis): IndexExpr {
  return axis.extent === 1 ? ZERO : { kind: "axis", axis };
}

/** A u32 as an index: an index again where it was one, else a value. */
export function indexOf(scalar: Scalar): IndexExpr {
  if (scalar.kind === "index") return scalar.index;
  if (scalar.kind === "constant") return { kind: "extent", extent: scalar.value };
  return { kind: "value", scalar };
}

function isExtent(index: IndexExpr, value: number): boolean {
  return index.kind === "extent" && index.extent === value;
}

/** `left + right`; a quotient and a remainder of one index are put together again. */
export function add(left: IndexExpr, right: IndexExpr): IndexExpr {
  if (isExtent(left, 0)) return right;
  if (isExtent(right, 0)) return left;
  return joined(left, right) ?? { kind: "add", left, right };
}

/** The sum of two sums of which one holds `(e div n)·n·s` and the other `(e mod n)·s`, with `e·s`. */
function joined(left: IndexExpr, right: IndexExpr): IndexExpr | undefined {
  for (const high of terms(left)) {
    for (const low of terms(right)) {
      const whole = wholeOf(high, low);
      if (whole === undefined) continue;
      const rest = [...terms(left), ...terms(right)].filter((each) =>
        each !== high && each !== low
      );
      return [...rest, whole].reduce(add);
    }
  }
  return undefined;
}

/** `e·s` for `(e div n)·n·s` and `(e mod n)·s`; `(e mod k·n)·s` for `((e div n) mod k)·n·s` and the same. */
function wholeOf(high: IndexExpr, low: IndexExpr): IndexExpr | undefined {
  const [quotient, step] = factorOf(high);
  const [remainder, unit] = factorOf(low);
  if (remainder.kind !== "mod" || !sameExtent(step, product([remainder.by, unit]))) {
    return undefined;
  }
  const part = quotient.kind === "mod" ? quotient.left : quotient;
  if (part.kind !== "div" || !sameExtent(part.by, remainder.by)) return undefined;
  if (!isSame(part.left, remainder.left)) return undefined;
  const whole = quotient.kind === "mod"
    ? mod(part.left, product([quotient.by, remainder.by]))
    : part.left;
  return mul(whole, unit);
}

/** True for indices that are the same expression. */
function isSame(left: IndexExpr, right: IndexExpr): boolean {
  if (left.kind === "axis" && right.kind === "axis") return left.axis.name === right.axis.name;
  return left.kind === right.kind && JSON.stringify(left) === JSON.stringify(right);
}

/** A term as an index and what it is multiplied by. */
function factorOf(term: IndexExpr): readonly [IndexExpr, Extent] {
  return term.kind === "mul" ? [term.left, term.by] : [term, 1];
}

/** `left · by`. */
export function mul(left: IndexExpr, by: Extent): IndexExpr {
  if (by === 1 || isExtent(left, 0)) return left;
  switch (left.kind) {
    case "extent":
      return { kind: "extent", extent: product([left.extent, by]) };
    case "mul":
      return { kind: "mul", left: left.left, by: product([left.by, by]) };
    case "add":
      return add(mul(left.left, by), mul(left.right, by));
    default:
      return { kind: "mul", left, by };
  }
}

/** An extent that the index never reaches, if one is known: the index is below it. */
export function upperBound(index: IndexExpr): Extent | undefined {
  switch (index.kind) {
    case "extent":
      return typeof index.extent === "number" ? index.extent + 1 : undefined;
    case "axis":
      return index.axis.extent;
    case "value":
      return boundOfValue(index.scalar);
    case "mod":
      return index.by;
    case "mul": {
      const bound = upperBound(index.left);
      if (bound === undefined) return undefined;
      return typeof bound === "number" && typeof index.by === "number" && bound > 0
        ? (bound - 1) * index.by + 1
        : product([bound, index.by]);
    }
    case "div": {
      const bound = upperBound(index.left);
      return bound === undefined ? undefined : divide(bound, index.by);
    }
    case "add":
      return boundOfSum(index.left, index.right);
  }
}

/** `g·K + k` with `k < K` and `g < n` is below `n·K`. */
function boundOfSum(left: IndexExpr, right: IndexExpr): Extent | undefined {
  const high = upperBound(left);
  if (right.kind === "extent" && high !== undefined) return plus(high, right.extent);
  const low = upperBound(right);
  if (low === undefined || high === undefined) return undefined;
  if (typeof low === "number" && typeof high === "number") return low + high - 1;
  if (left.kind !== "mul" || !fits(low, left.by)) return undefined;
  const count = upperBound(left.left);
  return count === undefined ? undefined : product([count, left.by]);
}

/** `min(…, c)` is below `c + 1`, and `min(…, K − 1)` below `K`; of other values nothing is known. */
function boundOfValue(scalar: Scalar): Extent | undefined {
  if (scalar.kind === "index") return upperBound(scalar.index);
  if (scalar.kind === "constant") return scalar.value + 1;
  if (scalar.kind !== "apply") return undefined;
  const [left, right] = scalar.args;
  if (left === undefined || right === undefined) return undefined;
  if (scalar.op === "minimum") return boundOfValue(right) ?? boundOfValue(left);
  const isLast = scalar.op === "sub" && right.kind === "constant" && right.value === 1 &&
    left.kind === "index" && left.index.kind === "extent";
  return isLast ? left.index.extent : undefined;
}

/** True when a value below `bound` is certainly below `limit`. */
function fits(bound: Extent, limit: Extent): boolean {
  if (sameExtent(bound, limit)) return true;
  const ratio = divide(limit, bound);
  if (ratio !== undefined) return true;
  return typeof bound === "number" && typeof limit === "number" && bound <= limit;
}

/** The terms of a sum, outermost first. */
export function terms(index: IndexExpr): readonly IndexExpr[] {
  return index.kind === "add" ? [...terms(index.left), ...terms(index.right)] : [index];
}

/** Splits a sum into the part that is a multiple of `by` (already divided) and the rest. */
function splitMultiples(index: IndexExpr, by: Extent): { quotient: IndexExpr; rest: IndexExpr } {
  let quotient = ZERO;
  let rest = ZERO;
  for (const term of terms(index)) {
    const divided = divideTerm(term, by);
    if (divided === undefined) rest = add(rest, term);
    else quotient = add(quotient, divided);
  }
  return { quotient, rest };
}

function divideTerm(term: IndexExpr, by: Extent): IndexExpr | undefined {
  if (term.kind === "extent") {
    const exact = divide(term.extent, by);
    return exact === undefined ? undefined : { kind: "extent", extent: exact };
  }
  if (term.kind !== "mul") return undefined;
  const factor = divide(term.by, by);
  return factor === undefined ? undefined : mul(term.left, factor);
}

/** `⌊left / by⌋`; `(g·K + k) / K` is `g`, and `(g·K + k) / n·K` is `g / n`, when `k < K`. */
export function div(left: IndexExpr, by: Extent): IndexExpr {
  if (by === 1) return left;
  const { quotient, rest } = splitMultiples(left, by);
  const bound = upperBound(rest);
  if (bound !== undefined && fits(bound, by)) return quotient;
  const steps = inSteps(rest, by);
  if (steps !== undefined) return add(quotient, div(steps.quotient, steps.by));
  if (left.kind === "div") return div(left.left, product([left.by, by]));
  return add(quotient, { kind: "div", left: rest, by });
}

/** `left mod by`; `(g·K + k) mod K` is `k`, and `(g·K + k) mod n·K` is `(g mod n)·K + k`, when `k < K`. */
export function mod(left: IndexExpr, by: Extent): IndexExpr {
  if (by === 1) return ZERO;
  const { rest } = splitMultiples(left, by);
  const bound = upperBound(rest);
  if (bound !== undefined && fits(bound, by)) return rest;
  const steps = inSteps(rest, by);
  if (steps !== undefined) {
    return add(mul(mod(steps.quotient, steps.by), steps.step), steps.rest);
  }
  return { kind: "mod", left: rest, by };
}

/** An index as `quotient·step + rest` with `rest < step`, where `step` divides another extent. */
interface Steps {
  readonly step: Extent;
  readonly quotient: IndexExpr;
  readonly rest: IndexExpr;
  /** How many steps there are in that extent. */
  readonly by: Extent;
}

/** Finds a step that some term of an index makes, that divides `by`, and that the other terms fill. */
function inSteps(index: IndexExpr, by: Extent): Steps | undefined {
  for (const term of terms(index)) {
    const [, step] = factorOf(term);
    const count = step === 1 ? undefined : divide(by, step);
    if (count === undefined) continue;
    const { quotient, rest } = splitMultiples(index, step);
    const bound = upperBound(rest);
    if (bound !== undefined && fits(bound, step)) return { step, quotient, rest, by: count };
  }
  return undefined;
}

/** The row-major position of a multi-index in a tensor of this shape. */
export function flatten(index: readonly IndexExpr[], shape: readonly Extent[]): IndexExpr {
  let position = ZERO;
  let stride: Extent = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    position = add(mul(index[axis] ?? ZERO, stride), position);
    stride = product([shape[axis] ?? 1, stride]);
  }
  return position;
}

/** The multi-index of a row-major position; the inverse of {@linkcode flatten}. */
export function unflatten(position: IndexExpr, shape: readonly Extent[]): readonly IndexExpr[] {
  const index: IndexExpr[] = [];
  let stride: Extent = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    const extent = shape[axis] ?? 1;
    const outer = div(position, stride);
    index.unshift(axis === 0 ? outer : mod(outer, extent));
    stride = product([extent, stride]);
  }
  return index;
}

/** An index with its leaves (extents, axes and values) changed. */
function mapLeaves(index: IndexExpr, change: (leaf: IndexExpr) => IndexExpr): IndexExpr {
  switch (index.kind) {
    case "extent":
    case "axis":
    case "value":
      return change(index);
    case "add":
      return add(mapLeaves(index.left, change), mapLeaves(index.right, change));
    case "mul":
      return mul(mapLeaves(index.left, change), index.by);
    case "div":
      return div(mapLeaves(index.left, change), index.by);
    case "mod":
      return mod(mapLeaves(index.left, change), index.by);
  }
}

/** Replaces loop variables, those that values depend on included. */
export function replaceAxes(
  index: IndexExpr,
  by: (axis: Axis) => IndexExpr | undefined,
): IndexExpr {
  return mapLeaves(index, (leaf) => {
    if (leaf.kind === "axis") return by(leaf.axis) ?? leaf;
    if (leaf.kind !== "value") return leaf;
    return { kind: "value", scalar: mapIndices(leaf.scalar, (each) => replaceAxes(each, by)) };
  });
}

/** Changes the values that an index is made from. */
export function mapValues(index: IndexExpr, change: (scalar: Scalar) => Scalar): IndexExpr {
  return mapLeaves(
    index,
    (leaf) => leaf.kind === "value" ? { kind: "value", scalar: change(leaf.scalar) } : leaf,
  );
}

/** Changes every index of a scalar expression; those inside of values are left to `change`. */
export function mapIndices(scalar: Scalar, change: (index: IndexExpr) => IndexExpr): Scalar {
  switch (scalar.kind) {
    case "load":
      return { ...scalar, index: scalar.index.map(change) };
    case "index":
      return { ...scalar, index: change(scalar.index) };
    case "apply":
      return { ...scalar, args: scalar.args.map((arg) => mapIndices(arg, change)) };
    default:
      return scalar;
  }
}

/** The values that stand in an index. */
export function valuesIn(index: IndexExpr): readonly Scalar[] {
  switch (index.kind) {
    case "extent":
    case "axis":
      return [];
    case "value":
      return [index.scalar];
    case "add":
      return [...valuesIn(index.left), ...valuesIn(index.right)];
    default:
      return valuesIn(index.left);
  }
}

/** The axes that an index uses, those of its values included. */
export function axesOf(index: IndexExpr): readonly Axis[] {
  switch (index.kind) {
    case "extent":
      return [];
    case "axis":
      return [index.axis];
    case "value":
      return axesOfScalar(index.scalar);
    case "add":
      return [...axesOf(index.left), ...axesOf(index.right)];
    default:
      return axesOf(index.left);
  }
}

function axesOfScalar(scalar: Scalar): readonly Axis[] {
  switch (scalar.kind) {
    case "load":
      return scalar.index.flatMap(axesOf);
    case "index":
      return axesOf(scalar.index);
    case "apply":
      return scalar.args.flatMap(axesOfScalar);
    default:
      return [];
  }
}

/** True if an index depends on one of these axes. */
export function dependsOnAxis(index: IndexExpr, axes: ReadonlySet<string>): boolean {
  return axesOf(index).some((axis) => axes.has(axis.name));
}

/** An index that is a sum of axes times constant strides: what vector loads and tiles need. */
export interface AffineIndex {
  /** The stride of each axis that occurs, by axis name. */
  readonly strides: ReadonlyMap<string, Extent>;
  /** Constants that are added; none of them is 0. */
  readonly offsets: readonly Extent[];
}

/** The strides of an index, or `undefined` if it divides, takes remainders or holds values. */
export function affine(index: IndexExpr): AffineIndex | undefined {
  const strides = new Map<string, Extent>();
  const offsets: Extent[] = [];
  for (const term of terms(index)) {
    const [base, stride] = factorOf(term);
    if (base.kind === "extent") {
      if (base.extent !== 0) offsets.push(product([base.extent, stride]));
      continue;
    }
    if (base.kind !== "axis" || strides.has(base.axis.name)) return undefined;
    strides.set(base.axis.name, stride);
  }
  return { strides, offsets };
}
