/**
 * The words of the language: functions that make tensors from tensors.
 *
 * A tensor's type holds its shape, so a product over different inner dims is an error in the editor;
 * the same rule is checked again when the declaration runs, with a fuller message.
 *
 * @module
 */
import type { Extent, Shape } from "./dim.ts";
import { elementwise } from "./elementwise.ts";
import { handle, nodeOf, type Numeric, type Tensor } from "./handle.ts";
import { make } from "./intern.ts";
import type { ElementType } from "./ops.ts";

export * from "./arithmetic.ts";
export * from "./movement.ts";
export type * from "./einsum_types.ts";
export * from "./products.ts";
export * from "./reductions.ts";
export * from "./stretches.ts";
export { handle, type Numeric, type Operand, type Tensor } from "./handle.ts";
export { broadcastTo } from "./elementwise.ts";
export type * from "./shape_types.ts";

/** A number as a tensor of shape []. */
export function constant(value: number): Tensor<readonly [], "f32"> {
  return handle(make("constant", { value, dtype: "f32" }));
}

/** An extent as an f32 of shape []; `size(B)` is the number of samples of a batch. */
export function size(extent: Extent): Tensor<readonly [], "f32"> {
  return handle(make("size", { extent }));
}

/** The numbers 0, 1, 2, … of an axis as u32. */
export function iota<E extends Extent>(extent: E): Tensor<readonly [E], "u32"> {
  return handle(make("iota", { extent }));
}

/**
 * Rows of a table, chosen by indices: `y[i…, r…] = table[indices[i…], r…]`.
 *
 * Every index is to be below the table's first extent. The reference interpreter refuses others; on a
 * device the row of such an index holds any numbers.
 *
 * ```ts
 * import { dim } from "./dim.ts";
 * import { cast, gather, input } from "./tensor.ts";
 * const words = cast(input("words", [dim("B"), dim("T")]), "u32");
 * const table = input("table", [dim("V"), dim("E")]);
 * if (gather(table, words).shape.map((d) => d.name).join() !== "B,T,E") throw new Error();
 * ```
 *
 * @throws {DeclarationError} if the table has no axes, or if the indices are not u32
 */
export function gather<
  N extends Extent,
  R extends Shape,
  I extends Shape,
  T extends ElementType,
>(
  table: Tensor<readonly [N, ...R], T>,
  indices: Tensor<I, "u32">,
): Tensor<readonly [...I, ...R], T> {
  return handle(make("gather", {}, [
    nodeOf("gather rows of", table),
    nodeOf("gather rows by", indices),
  ]));
}

/**
 * 1 at the place that a label names, 0 elsewhere, along a new last axis: `y[i…, c] = (labels[i…] = c)`.
 *
 * ```ts
 * import { cast, dim, input, oneHot } from "./mod.ts";
 * const classes = oneHot(cast(input("label", [dim("B")]), "u32"), 10);
 * if (classes.shape[1] !== 10) throw new Error();
 * ```
 */
export function oneHot<S extends Shape, C extends Extent>(
  labels: Tensor<S, "u32">,
  classes: C,
): Tensor<readonly [...S, C], "f32"> {
  const node = nodeOf("make one-hot rows of", labels);
  const own = make("reshape", { shape: [...node.shape, 1] }, [node]);
  const hits = elementwise("equal", [handle(own), iota(classes)]);
  return handle(make("cast", { dtype: "f32" }, [hits]));
}

/**
 * The same values as another element type; a bool becomes 0 or 1. A float becomes its whole part, cut off at
 * the ends of the type: 4294967295 for 1e10 as u32, 0 for −1; what is no number becomes 0. Between u32 and i32
 * the bits stay. No gradient flows through it, but from f32 to f32.
 */
export function cast<S extends Shape, T extends Numeric>(
  x: Tensor<S, ElementType>,
  dtype: T,
): Tensor<S, T> {
  return handle(make("cast", { dtype }, [nodeOf("cast", x)]));
}

/** x itself, but constant for the purpose of gradients. */
export function stopGradient<S extends Shape, T extends ElementType>(
  x: Tensor<S, T>,
): Tensor<S, T> {
  return handle(make("stopGradient", {}, [nodeOf("apply stopGradient to", x)]));
}

/** A named leaf outside of any layer: for experiments and tests. */
export function input<const S extends Shape>(name: string, shape: S): Tensor<S, "f32"> {
  return handle(make("input", { name, role: "input", shape, dtype: "f32" }));
}
