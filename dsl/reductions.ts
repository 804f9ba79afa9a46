/**
 * Reductions: functions of tensors that make one element of many.
 *
 * @module
 */
import { type Extent, product, type Shape } from "./dim.ts";
import { DeclarationError, showValue } from "./errors.ts";
import { handle, nodeOf, type Tensor } from "./handle.ts";
import { broadcastTo } from "./elementwise.ts";
import { make } from "./intern.ts";
import type { Node } from "./ops.ts";
import { checkAxis, describe } from "./shape_checks.ts";
import type { ReducedShape } from "./shape_types.ts";

/** Which axes a reduction runs over. */
export interface ReduceOptions<A extends number | readonly number[], K extends boolean = false> {
  /** Its position, 0 for the outermost; or a list of several. */
  readonly axis: A;
  /** True to keep the axes, with an extent of 1, so that the result can stand beside the operand. */
  readonly keep?: K;
}

/** The axes as a union, for types. */
type AxesOf<A extends number | readonly number[]> = A extends readonly number[] ? A[number] : A;

/** A reduction over one axis or several. */
export type Reduction = <
  S extends Shape,
  const A extends number | readonly number[],
  K extends boolean = false,
>(
  x: Tensor<S, "f32">,
  options: ReduceOptions<A, K>,
) => Tensor<ReducedShape<S, AxesOf<A>, K>, "f32">;

/** What a reduction is given, checked: specs run unchecked. */
interface Given {
  readonly node: Node;
  /** Ascending. */
  readonly axes: readonly number[];
  readonly keep: boolean;
}

function given(op: string, x: unknown, options: unknown, most: number): Given {
  const node = nodeOf(`apply ${op} to`, x);
  const axis = typeof options === "object" && options !== null && "axis" in options
    ? options.axis
    : undefined;
  const axes: readonly unknown[] = Array.isArray(axis) && most > 1 ? axis : [axis];
  const numbers = axes.filter((each) => typeof each === "number");
  if (numbers.length < axes.length || new Set(numbers).size < axes.length) {
    const example = typeof options === "number" ? options : 0;
    throw new DeclarationError(
      `Cannot apply ${op} to ${describe(node)}: wanted the axis by name, got ${
        showValue(options)
      }; write ${op}(x, { axis: ${example} })`,
    );
  }
  const keep = typeof options === "object" && options !== null && "keep" in options &&
    options.keep === true;
  return { node, axes: numbers.toSorted((a, b) => a - b), keep };
}

/** Puts reduced axes back with an extent of 1, where they are to be kept. */
function kept(result: Node, { node, axes, keep }: Given): Node {
  if (!keep) return result;
  const shape = node.shape.map((extent, axis) => axes.includes(axis) ? 1 : extent);
  return make("reshape", { shape }, [result]);
}

function reduction(op: "sum" | "max"): Reduction {
  return (x, options) => {
    const all = given(op, x, options, Infinity);
    return handle(kept(make(op, { axes: all.axes }, [all.node]), all));
  };
}

/**
 * The sum over one axis or several, which disappear.
 *
 * ```ts
 * import { dim } from "./dim.ts";
 * import { div, input, sum } from "./tensor.ts";
 * const x = input("x", [dim("B"), dim("K")]);
 * const shares = div(x, sum(x, { axis: 1, keep: true }));
 * if (sum(x, { axis: [0, 1] }).shape.length !== 0 || shares.shape.length !== 2) throw new Error();
 * ```
 */
export const sum: Reduction = reduction("sum");

/** The largest element along one axis or several, which disappear. The axes must not be empty. */
export const max: Reduction = reduction("max");

/** The smallest element along one axis or several, `−max(−x)`. The axes must not be empty. */
export const min: Reduction = (x, options) => {
  const all = given("min", x, options, Infinity);
  const turned = make("max", { axes: all.axes }, [make("neg", {}, [all.node])]);
  return handle(kept(make("neg", {}, [turned]), all));
};

/**
 * The mean over one axis or several: their sum divided by the number of elements.
 *
 * ```ts
 * import { dim } from "./dim.ts";
 * import { input, mean, mul, rsqrt, sub } from "./tensor.ts";
 * const x = input("x", [dim("B"), dim("K")]);
 * const centred = sub(x, mean(x, { axis: 1, keep: true }));
 * const normal = mul(centred, rsqrt(mean(mul(centred, centred), { axis: 1, keep: true })));
 * if (normal.shape[1].name !== "K") throw new Error();
 * ```
 */
export const mean: Reduction = (x, options) => {
  const all = given("mean", x, options, Infinity);
  const { node, axes } = all;
  for (const axis of axes) checkAxis("sum", node, axis);
  const total = make("sum", { axes }, [node]);
  const count = countOf(axes.map((axis) => node.shape[axis] ?? 1));
  return handle(kept(make("div", {}, [total, broadcastTo(count, total.shape)]), all));
};

/** A number of elements, as a value. */
function countOf(extents: readonly Extent[]): Node {
  const extent = product(extents);
  return typeof extent === "number"
    ? make("constant", { value: extent, dtype: "f32" })
    : make("size", { extent });
}

/** What an argmax or argmin keeps of a shape. */
export type Position = <
  S extends Shape,
  const A extends number | readonly number[],
  K extends boolean = false,
>(
  x: Tensor<S, "f32">,
  options: ReduceOptions<A, K>,
) => Tensor<ReducedShape<S, AxesOf<A>, K>, "u32">;

/**
 * The position of the largest element along an axis (the first one of equals); along several axes, the
 * position in row-major order.
 *
 * ```ts
 * import { dim } from "./dim.ts";
 * import { argmax, input } from "./tensor.ts";
 * const brightest = argmax(input("image", [dim("B"), 28, 28]), { axis: [1, 2] });
 * if (brightest.dtype !== "u32" || brightest.shape.length !== 1) throw new Error();
 * ```
 */
export const argmax: Position = (x, options) => {
  const all = given("argmax", x, options, Infinity);
  return handle(kept(positionOf(all), all));
};

/** The position of the smallest element, as {@linkcode argmax} counts. */
export const argmin: Position = (x, options) => {
  const all = given("argmin", x, options, Infinity);
  return handle(kept(positionOf({ ...all, node: make("neg", {}, [all.node]) }), all));
};

function positionOf({ node, axes }: Given): Node {
  for (const axis of axes) checkAxis("argmax", node, axis);
  const [axis = NaN] = axes;
  if (axes.length === 1) return make("argmax", { axis }, [node]);
  const left = node.shape.map((_, i) => i).filter((i) => !axes.includes(i));
  const last = make("transpose", { permutation: [...left, ...axes] }, [node]);
  const extents = (of: readonly number[]): Extent[] => of.map((i) => node.shape[i] ?? NaN);
  const shape = [...extents(left), product(extents(axes))];
  return make("argmax", { axis: left.length }, [make("reshape", { shape }, [last])]);
}
