/**
 * Integer index arithmetic: what stands between the brackets of a load or a store.
 *
 * All values are non-negative, `div` rounds down. The constructors simplify as they build, with the
 * ranges of loop axes as their only facts: an axis runs from 0 to its extent exclusive.
 *
 * @module
 */
import { divide, type Extent, product, sameExtent, showExtent } from "../../dsl/dim.ts";

/** A loop of a kernel: a variable that runs from 0 to `extent` exclusive. */
export interface Axis {
  readonly name: string;
  readonly extent: Extent;
}

/** An index as an expression over axes and extents. */
export type IndexExpr =
  | { readonly kind: "extent"; readonly extent: Extent }
  | { readonly kind: "axis"; readonly axis: Axis }
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

function isExtent(index: IndexExpr, value: number): boolean {
  return index.kind === "extent" && index.extent === value;
}

/** `left + right`. */
export function add(left: IndexExpr, right: IndexExpr): IndexExpr {
  if (isExtent(left, 0)) return right;
  if (isExtent(right, 0)) return left;
  return { kind: "add", left, right };
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
    case "mod":
      return index.by;
    case "mul": {
      const bound = upperBound(index.left);
      return bound === undefined ? undefined : product([bound, index.by]);
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
  const low = upperBound(right);
  const high = upperBound(left);
  if (low === undefined || high === undefined) return undefined;
  const step = commonFactor(left);
  if (step !== undefined && fits(low, step)) return high;
  return typeof low === "number" && typeof high === "number" ? low + high - 1 : undefined;
}

/** An extent that every value of the index is a multiple of. */
function commonFactor(index: IndexExpr): Extent | undefined {
  return index.kind === "mul" ? index.by : undefined;
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

/** `⌊left / by⌋`; `(g·K + k) / K` is `g` when `k < K`. */
export function div(left: IndexExpr, by: Extent): IndexExpr {
  if (by === 1) return left;
  const { quotient, rest } = splitMultiples(left, by);
  const bound = upperBound(rest);
  if (bound !== undefined && fits(bound, by)) return quotient;
  if (left.kind === "div") return div(left.left, product([left.by, by]));
  return add(quotient, { kind: "div", left: rest, by });
}

/** `left mod by`; `(g·K + k) mod K` is `k` when `k < K`. */
export function mod(left: IndexExpr, by: Extent): IndexExpr {
  if (by === 1) return ZERO;
  const { rest } = splitMultiples(left, by);
  const bound = upperBound(rest);
  if (bound !== undefined && fits(bound, by)) return rest;
  return { kind: "mod", left: rest, by };
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

/** Replaces loop variables. */
export function replaceAxes(
  index: IndexExpr,
  by: (axis: Axis) => IndexExpr | undefined,
): IndexExpr {
  switch (index.kind) {
    case "extent":
      return index;
    case "axis":
      return by(index.axis) ?? index;
    case "add":
      return add(replaceAxes(index.left, by), replaceAxes(index.right, by));
    case "mul":
      return mul(replaceAxes(index.left, by), index.by);
    case "div":
      return div(replaceAxes(index.left, by), index.by);
    case "mod":
      return mod(replaceAxes(index.left, by), index.by);
  }
}

/** True if an index depends on one of these axes. */
export function dependsOnAxis(index: IndexExpr, axes: ReadonlySet<string>): boolean {
  switch (index.kind) {
    case "extent":
      return false;
    case "axis":
      return axes.has(index.axis.name);
    case "add":
      return dependsOnAxis(index.left, axes) || dependsOnAxis(index.right, axes);
    default:
      return dependsOnAxis(index.left, axes);
  }
}

/** An index that is a sum of axes times constant strides: what vector loads and tiles need. */
export interface AffineIndex {
  /** The stride of each axis that occurs, by axis name. */
  readonly strides: ReadonlyMap<string, Extent>;
}

/** The strides of an index, or `undefined` if it divides or takes remainders. */
export function affine(index: IndexExpr): AffineIndex | undefined {
  const strides = new Map<string, Extent>();
  for (const term of terms(index)) {
    const [base, stride]: [IndexExpr, Extent] = term.kind === "mul"
      ? [term.left, term.by]
      : [term, 1];
    if (base.kind === "extent" && base.extent === 0) continue;
    if (base.kind !== "axis" || strides.has(base.axis.name)) return undefined;
    strides.set(base.axis.name, stride);
  }
  return { strides };
}

/** An index as text: `g·K + k`, `k mod K`. */
export function showIndex(index: IndexExpr): string {
  switch (index.kind) {
    case "extent":
      return showExtent(index.extent);
    case "axis":
      return index.axis.name;
    case "add":
      return `${showIndex(index.left)} + ${showIndex(index.right)}`;
    case "mul":
      return `${showOperand(index.left)}·${showExtent(index.by)}`;
    case "div":
      return `${showOperand(index.left)} div ${showExtent(index.by)}`;
    case "mod":
      return `${showOperand(index.left)} mod ${showExtent(index.by)}`;
  }
}

function showOperand(index: IndexExpr): string {
  return index.kind === "axis" || index.kind === "extent"
    ? showIndex(index)
    : `(${showIndex(index)})`;
}

/** The number an index stands for. */
export function evaluateIndex(
  index: IndexExpr,
  axes: ReadonlyMap<string, number>,
  extent: (extent: Extent) => number,
): number {
  switch (index.kind) {
    case "extent":
      return extent(index.extent);
    case "axis":
      return axes.get(index.axis.name) ?? NaN;
    case "add":
      return evaluateIndex(index.left, axes, extent) + evaluateIndex(index.right, axes, extent);
    case "mul":
      return evaluateIndex(index.left, axes, extent) * extent(index.by);
    case "div":
      return Math.floor(evaluateIndex(index.left, axes, extent) / extent(index.by));
    case "mod":
      return evaluateIndex(index.left, axes, extent) % extent(index.by);
  }
}
