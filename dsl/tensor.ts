/**
 * The words of the language: functions that make tensors from tensors.
 *
 * A tensor's type holds its shape, so a product over different inner dims is an error in the editor;
 * the same rule is checked again when the declaration runs, with a fuller message.
 *
 * @module
 */
import type { Extent, Shape } from "./dim.ts";
import { formatEinsum } from "./einsum.ts";
import { elementwise } from "./elementwise.ts";
import { DeclarationError, showValue } from "./errors.ts";
import { handle, nodeOf, type Numeric, type Operand, type Tensor } from "./handle.ts";
import { make } from "./intern.ts";
import type { ElementType, ElementwiseKind, Node } from "./ops.ts";
import { describe } from "./shape_rules.ts";
import type { Beside, Broadcast, Matrix, Tiled, Vector, WithoutAxis } from "./shape_types.ts";

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
 * The product of two matrices, `y[m,n] = Σ_k a[m,k] · b[k,n]`.
 *
 * ```ts
 * import { dim } from "./dim.ts";
 * import { input, matmul } from "./tensor.ts";
 * const x = input("x", [dim("B"), dim("K")]);
 * const W = input("W", [dim("K"), dim("O")]);
 * if (matmul(x, W).shape.map((d) => d.name).join() !== "B,O") throw new Error();
 * ```
 *
 * @throws {DeclarationError} if the inner dims differ.
 */
export function matmul<M extends Extent, K extends Extent, N extends Extent>(
  a: Tensor<readonly [M, K], "f32">,
  b: Tensor<readonly [NoInfer<K>, N], "f32">,
): Tensor<readonly [M, N], "f32"> {
  return handle(make("einsum", { spec: formatEinsum({ lhs: "mk", rhs: "kn", out: "mn" }) }, [
    nodeOf("multiply", a),
    nodeOf("multiply by", b),
  ]));
}

/** Exchanges the two axes of a matrix. */
export function transpose<A extends Extent, B extends Extent, T extends ElementType>(
  x: Tensor<readonly [A, B], T>,
): Tensor<readonly [B, A], T> {
  return handle(make("transpose", { permutation: [1, 0] }, [nodeOf("transpose", x)]));
}

/** Repeats a whole tensor `repeats[i]` times along axis i: `tile(W, [1, n])` is W beside itself n times. */
export function tile<
  A extends Extent,
  B extends Extent,
  const R extends Matrix,
  T extends Numeric,
>(
  x: Tensor<readonly [A, B], T>,
  repeats: R,
): Tensor<readonly [Tiled<R[0], A>, Tiled<R[1], B>], T> {
  const node = nodeOf("tile", x);
  checkList(repeats, `tile ${describe(node)} by`, "tile(x, [1, n])");
  return handle(make("tile", { repeats }, [node]));
}

/**
 * The same elements, in row-major order, under another shape.
 *
 * @throws {DeclarationError} if the number of elements differs.
 */
export function reshape<const S extends Shape, T extends ElementType>(
  x: Tensor<Shape, T>,
  shape: S,
): Tensor<S, T> {
  const node = nodeOf("reshape", x);
  checkList(shape, `reshape ${describe(node)} to`, "reshape(x, [n, K])");
  return handle(make("reshape", { shape }, [node]));
}

function checkList(value: unknown, action: string, example: string): void {
  if (!Array.isArray(value)) {
    throw new DeclarationError(
      `Cannot ${action} ${showValue(value)}: wanted a list, one part per axis; write ${example}`,
    );
  }
}

/** Which axis a reduction runs over. */
export interface ReduceOptions<A extends number> {
  /** Its position, 0 for the outermost. */
  readonly axis: A;
}

/** The operand and the axis of a reduction. */
function reduced(op: string, x: unknown, options: unknown): readonly [Node, number] {
  const node = nodeOf(`apply ${op} to`, x);
  const axis = typeof options === "object" && options !== null && "axis" in options
    ? options.axis
    : undefined;
  if (typeof axis !== "number") {
    const example = typeof options === "number" ? options : 0;
    throw new DeclarationError(
      `Cannot apply ${op} to ${describe(node)}: wanted the axis by name, got ${
        showValue(options)
      }; write ${op}(x, { axis: ${example} })`,
    );
  }
  return [node, axis];
}

/** The sum over one axis, which disappears. */
export function sum<S extends Shape, const A extends number>(
  x: Tensor<S, "f32">,
  options: ReduceOptions<A>,
): Tensor<WithoutAxis<S, A>, "f32"> {
  const [node, axis] = reduced("sum", x, options);
  return handle(make("sum", { axes: [axis] }, [node]));
}

/** The largest element along one axis, which disappears. The axis must not be empty. */
export function max<S extends Shape, const A extends number>(
  x: Tensor<S, "f32">,
  options: ReduceOptions<A>,
): Tensor<WithoutAxis<S, A>, "f32"> {
  const [node, axis] = reduced("max", x, options);
  return handle(make("max", { axes: [axis] }, [node]));
}

/** The position of the largest element along one axis (the first one of equals). */
export function argmax<S extends Shape, const A extends number>(
  x: Tensor<S, "f32">,
  options: ReduceOptions<A>,
): Tensor<WithoutAxis<S, A>, "u32"> {
  const [node, axis] = reduced("argmax", x, options);
  return handle(make("argmax", { axis }, [node]));
}

/** Adds an axis of extent 1 at the end, so that a value per row can stand beside the row. */
export function column<S extends Vector, T extends ElementType>(
  x: Tensor<S, T>,
): Tensor<readonly [S[0], 1], T> {
  const node = nodeOf("make a column of", x);
  return handle(make("reshape", { shape: [...node.shape, 1] }, [node]));
}

/** An elementwise function of one tensor. */
export type Unary = <S extends Shape>(x: Tensor<S, "f32">) => Tensor<S, "f32">;
const unary = (op: ElementwiseKind): Unary => (x) => handle(elementwise(op, [x]));

/** −x */
export const neg: Unary = unary("neg");
/** eˣ */
export const exp: Unary = unary("exp");
/** The natural logarithm. */
export const log: Unary = unary("log");
/** The square root. */
export const sqrt: Unary = unary("sqrt");
/** The hyperbolic tangent. */
export const tanh: Unary = unary("tanh");

/** A second operand of an elementwise op broadcasts to the first from the last axis backwards. */
export type Binary = {
  <A extends Shape, B extends Shape, T extends Numeric>(
    a: Tensor<A, T>,
    b: Tensor<B, NoInfer<T>> & Beside<A, B>,
  ): Tensor<Broadcast<A, B>, T>;
  <A extends Shape, T extends Numeric>(a: Tensor<A, T>, b: number): Tensor<A, T>;
  <B extends Shape, T extends Numeric>(a: number, b: Tensor<B, T>): Tensor<B, T>;
};
const binary = (op: ElementwiseKind): Binary => (a: Operand, b: Operand) =>
  handle<never, never>(elementwise(op, [a, b]));

/** a + b */
export const add: Binary = binary("add");
/** a − b */
export const sub: Binary = binary("sub");
/** a · b, element by element */
export const mul: Binary = binary("mul");
/** a / b */
export const div: Binary = binary("div");
/** The larger of a and b. */
export const maximum: Binary = binary("maximum");
/** The smaller of a and b. */
export const minimum: Binary = binary("minimum");
/** aᵇ, for a ≥ 0. */
export const pow: Binary = binary("pow");

/** A comparison of tensors, element by element. */
export type Comparison = {
  <A extends Shape, B extends Shape, T extends Numeric>(
    a: Tensor<A, T>,
    b: Tensor<B, NoInfer<T>> & Beside<A, B>,
  ): Tensor<Broadcast<A, B>, "bool">;
  <A extends Shape>(a: Tensor<A, Numeric>, b: number): Tensor<A, "bool">;
};
const comparison = (op: ElementwiseKind): Comparison => (a: Tensor, b: Operand) =>
  handle<never, never>(elementwise(op, [a, b]));

/** a > b */
export const greater: Comparison = comparison("greater");
/** a = b */
export const equal: Comparison = comparison("equal");

/** `whenTrue` where the condition holds, `whenFalse` elsewhere. */
export function select<S extends Shape>(
  condition: Tensor<S, "bool">,
  whenTrue: Operand<Shape, "f32">,
  whenFalse: Operand<Shape, "f32">,
): Tensor<S, "f32"> {
  return handle(elementwise("select", [condition, whenTrue, whenFalse], 1));
}

/** The same values as another element type; a bool becomes 0 or 1. */
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
