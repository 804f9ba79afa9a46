/**
 * Functions of tensors that cut, lengthen and join axes, and that lay windows over them.
 *
 * Each works on one axis; several axes take several calls. An extent is a product of dims and a number,
 * so a result whose extent would be another sum, `T + 2`, is an error that says so: there, use numbers
 * for the dims.
 *
 * @module
 */
import { type Extent, product, type Shape, type Times } from "./dim.ts";
import { DeclarationError, showValue } from "./errors.ts";
import { handle, nodeOf, type Numeric, type Tensor } from "./handle.ts";
import { make } from "./intern.ts";
import type { ElementType, Node } from "./ops.ts";
import { checkAxis, describe } from "./shape_checks.ts";
import type { Stretched, WithExtent } from "./shape_types.ts";

/** Checks what an unchecked spec gives as options: the axis at least has to be named. */
function checkOptions(action: string, node: Node, options: unknown, example: string): void {
  const named = typeof options === "object" && options !== null && "axis" in options &&
    typeof options.axis === "number";
  if (named) return;
  throw new DeclarationError(
    `Cannot ${action} ${describe(node)}: wanted the axis by name, got ${
      showValue(options)
    }; write ${example}`,
  );
}

/** What {@linkcode slice} takes out of which axis. */
export interface SliceOptions<A extends number, N extends Extent> {
  /** The axis, 0 for the outermost. */
  readonly axis: A;
  /** How many elements to take. */
  readonly size: N;
  /** The first element; 0 if left out. */
  readonly start?: Extent;
  /** The distance from each element to the next; 1 if left out. */
  readonly step?: number;
}

/**
 * Some elements of an axis: `y[i] = x[start + i·step]` for i below `size`.
 *
 * ```ts
 * import { dim, times } from "./dim.ts";
 * import { input, reshape, slice } from "./tensor.ts";
 * const B = dim("B"), K = dim("K");
 * const x = input("x", [B, times(2, K)]);
 * const half = slice(x, { axis: 1, start: K, size: K });
 * const odd = slice(reshape(x, [B, K, 2]), { axis: 2, start: 1, size: 1 });
 * if (half.shape[1].name !== "K" || odd.shape[2] !== 1) throw new Error();
 * ```
 *
 * @throws {DeclarationError} if the axis is not certain to have these elements
 */
export function slice<
  S extends Shape,
  T extends ElementType,
  const A extends number,
  const N extends Extent,
>(x: Tensor<S, T>, options: SliceOptions<A, N>): Tensor<WithExtent<S, A, N>, T> {
  const node = nodeOf("slice", x);
  checkOptions("slice", node, options, "slice(x, { axis: 1, start: 2, size: 3 })");
  const { axis, start = 0, size, step = 1 } = options;
  return handle(make("slice", { axis, start, size, step }, [node]));
}

/** How {@linkcode pad} lengthens which axis. */
export interface PadOptions<A extends number> {
  /** The axis, 0 for the outermost. */
  readonly axis: A;
  /** How many elements to add before the first; 0 if left out. */
  readonly before?: Extent;
  /** How many elements to add after the last; 0 if left out. */
  readonly after?: Extent;
  /** What the added elements are; 0 if left out. */
  readonly value?: number;
}

/**
 * An axis with elements of one value before and after its own.
 *
 * ```ts
 * import { dim } from "./dim.ts";
 * import { input, pad } from "./tensor.ts";
 * const image = input("image", [dim("B"), 28, 28]);
 * const wide = pad(pad(image, { axis: 1, before: 1, after: 1 }), { axis: 2, before: 1, after: 1 });
 * if (wide.shape[1] !== 30) throw new Error();
 * ```
 *
 * @throws {DeclarationError} if the new extent has no form
 */
export function pad<S extends Shape, T extends Numeric, const A extends number>(
  x: Tensor<S, T>,
  options: PadOptions<A>,
): Tensor<Stretched<S, A>, T> {
  const node = nodeOf("pad", x);
  checkOptions("pad", node, options, "pad(x, { axis: 1, before: 1, after: 1 })");
  const { axis, before = 0, after = 0, value = 0 } = options;
  return handle(make("pad", { axis, before, after, value }, [node]));
}

/** Which axis something happens along. */
export interface AxisOption<A extends number> {
  /** The axis, 0 for the outermost. */
  readonly axis: A;
}

/**
 * Tensors one after the other along an axis; their other extents are equal.
 *
 * ```ts
 * import { dim } from "./dim.ts";
 * import { concatenate, input } from "./tensor.ts";
 * const x = input("x", [dim("B"), 3]), z = input("z", [dim("B"), 4]);
 * if (concatenate([x, z, x], { axis: 1 }).shape[1] !== 10) throw new Error();
 * ```
 *
 * @throws {DeclarationError} if other extents differ, or if the new one has no form
 */
export function concatenate<S extends Shape, T extends ElementType, const A extends number>(
  tensors: readonly [
    Tensor<S, T>,
    ...(readonly Tensor<WithExtent<NoInfer<S>, NoInfer<A>, Extent>, NoInfer<T>>[]),
  ],
  options: AxisOption<A>,
): Tensor<Stretched<S, A>, T> {
  const given: unknown = tensors;
  if (!Array.isArray(given) || given.length === 0) {
    throw new DeclarationError(
      `Cannot concatenate ${showValue(given)}: wanted a list of tensors; ` +
        `write concatenate([x, z], { axis: 1 })`,
    );
  }
  const nodes = tensors.map((each) => nodeOf("concatenate", each));
  const [first = nodeOf("concatenate", undefined)] = nodes;
  checkOptions("concatenate", first, options, "concatenate([x, z], { axis: 1 })");
  return handle(make("concatenate", { axis: options.axis }, nodes));
}

/** How often {@linkcode repeat} repeats the elements of which axis. */
export interface RepeatOptions<A extends number, N extends Extent> {
  /** The axis, 0 for the outermost. */
  readonly axis: A;
  /** How often each element occurs, one beside the other. */
  readonly times: N;
}

/**
 * Each element of an axis several times in a row: `y[i·times + r] = x[i]`. (`tile` repeats the whole axis.)
 *
 * ```ts
 * import { dim } from "./dim.ts";
 * import { input, repeat } from "./tensor.ts";
 * const heads = input("heads", [dim("B"), dim("H")]);
 * if (repeat(heads, { axis: 1, times: 4 }).shape[1].name !== "4·H") throw new Error();
 * ```
 */
export function repeat<
  S extends Shape,
  T extends ElementType,
  const A extends number,
  const N extends Extent,
>(x: Tensor<S, T>, options: RepeatOptions<A, N>): Tensor<WithExtent<S, A, Times<S[A], N>>, T> {
  const node = nodeOf("repeat", x);
  checkOptions("repeat", node, options, "repeat(x, { axis: 1, times: 2 })");
  const { axis, times } = options;
  checkAxis("broadcast", node, axis);
  const axes = node.shape.map((_, i) => i <= axis ? i : i + 1);
  const copies = make("broadcast", { shape: node.shape.toSpliced(axis + 1, 0, times), axes }, [
    node,
  ]);
  const extent = product([node.shape[axis] ?? 1, times]);
  return handle(make("reshape", { shape: node.shape.with(axis, extent) }, [copies]));
}

/** How windows lie along which axis. */
export interface WindowOptions<A extends number, N extends number> {
  /** The axis, 0 for the outermost. */
  readonly axis: A;
  /** How many elements a window has. */
  readonly size: N;
  /** The distance from each window to the next; 1 if left out. */
  readonly stride?: number;
  /** The distance from each element of a window to the next; 1 if left out. */
  readonly dilation?: number;
}

/**
 * Windows of an axis: `y[…, i, …, k] = x[…, i·stride + k·dilation, …]`, for each i with all its elements
 * in x. The elements of a window are a new last axis. Nothing is copied: a window is only another index.
 *
 * With windows over two axes a convolution is a sum of products, and a pooling is a reduction:
 *
 * ```ts
 * import { dim } from "./dim.ts";
 * import { input, max, window } from "./tensor.ts";
 * const image = input("image", [dim("B"), 28, 28]);
 * const squares = window(window(image, { axis: 1, size: 2, stride: 2 }), {
 *   axis: 2,
 *   size: 2,
 *   stride: 2,
 * });
 * const pooled = max(max(squares, { axis: 4 }), { axis: 3 });
 * if (pooled.shape[1] !== 14 || pooled.shape[2] !== 14) throw new Error();
 * ```
 *
 * @throws {DeclarationError} if there is no room for a window, or if their number has no form
 */
export function window<
  S extends Shape,
  T extends ElementType,
  const A extends number,
  const N extends number,
>(
  x: Tensor<S, T>,
  options: WindowOptions<A, N>,
): Tensor<readonly [...Stretched<S, A>, N], T> {
  const node = nodeOf("take windows of", x);
  checkOptions("take windows of", node, options, "window(x, { axis: 1, size: 3 })");
  const { axis, size, stride = 1, dilation = 1 } = options;
  return handle(make("window", { axis, size, stride, dilation }, [node]));
}

/** How windows lie along which axis of the result of {@linkcode overlapAdd}. */
export interface OverlapOptions<A extends number, N extends Extent> {
  /** The axis, 0 for the outermost. */
  readonly axis: A;
  /** The extent of the result. */
  readonly extent: N;
  /** The distance from each window to the next; 1 if left out. */
  readonly stride?: number;
  /** The distance from each element of a window to the next; 1 if left out. */
  readonly dilation?: number;
}

/**
 * Adds windows up where they lie over each other, the adjoint of {@linkcode window}:
 * `y[…, n, …] = Σ x[…, i, …, k]` over all `i·stride + k·dilation = n`. The last axis of x holds the elements
 * of each window. So a transposed convolution is a product followed by this.
 *
 * ```ts
 * import { dim } from "./dim.ts";
 * import { input, overlapAdd } from "./tensor.ts";
 * const windows = input("windows", [dim("B"), 7, 4]);
 * const signal = overlapAdd(windows, { axis: 1, extent: 16, stride: 2 });
 * if (signal.shape[1] !== 16) throw new Error();
 * ```
 *
 * @throws {DeclarationError} if the windows are not certain to lie within the extent
 */
export function overlapAdd<
  S extends Shape,
  const A extends number,
  const N extends Extent,
>(
  x: Tensor<readonly [...S, number], "f32">,
  options: OverlapOptions<A, N>,
): Tensor<WithExtent<S, A, N>, "f32"> {
  const node = nodeOf("overlapAdd", x);
  checkOptions("overlapAdd", node, options, "overlapAdd(x, { axis: 1, extent: 16 })");
  const { axis, extent, stride = 1, dilation = 1 } = options;
  return handle(make("overlapAdd", { axis, extent, stride, dilation }, [node]));
}
