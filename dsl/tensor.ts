/**
 * Tensors: typed, immutable handles on values, and the functions that make new ones.
 *
 * A tensor's type holds its shape, so a product over different inner dims is an error in the editor;
 * the same rule is checked again when the declaration runs, with a fuller message.
 *
 * @module
 */
import { type Extent, sameExtent, type Shape, type Times } from "./dim.ts";
import { formatEinsum } from "./einsum.ts";
import { DeclarationError } from "./errors.ts";
import { make } from "./intern.ts";
import type { ElementType, ElementwiseKind, Node } from "./ops.ts";
import { describe } from "./shape_rules.ts";

/** A value of the language: an element type and a shape, one extent per axis. */
export interface Tensor<S extends Shape = Shape, T extends ElementType = ElementType> {
  readonly node: Node;
  readonly shape: S;
  readonly dtype: T;
}

/** A handle on a node. The caller states the shape's type, which the node's shape rule has proved. */
export function handle<S extends Shape, T extends ElementType>(node: Node): Tensor<S, T> {
  // Boundary between shapes in types and shapes in values: SHAPE_RULES computed this very shape.
  return Object.freeze({ node, shape: node.shape as S, dtype: node.dtype as T });
}

type Vector = readonly [Extent];
type Matrix = readonly [Extent, Extent];
type Numeric = "f32" | "u32";

/** The shape with one axis taken out. */
export type WithoutAxis<S extends Shape, A extends number> = number extends A ? Shape
  : S extends readonly [infer H extends Extent, ...infer R extends Shape]
    ? A extends 0 ? readonly [...R]
    : readonly [H, ...WithoutAxis<R, Minus1<A>>]
  : Shape;
type Minus1<A extends number> = A extends 1 ? 0
  : A extends 2 ? 1
  : A extends 3 ? 2
  : A extends 4 ? 3
  : number;

/** The shape of an elementwise result: from the last axis backwards, an extent of 1 gives way. */
export type Broadcast<A extends Shape, B extends Shape> = A extends readonly [] ? B
  : B extends readonly [] ? A
  : A extends readonly [...infer RA extends Shape, infer X extends Extent]
    ? B extends readonly [...infer RB extends Shape, infer Y extends Extent]
      ? readonly [...Broadcast<RA, RB>, X extends 1 ? Y : X]
    : Shape
  : Shape;

/** A second operand: a tensor, or a number. */
export type Operand<S extends Shape = Shape, T extends ElementType = ElementType> =
  | Tensor<S, T>
  | number;

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
    a.node,
    b.node,
  ]));
}

/** Exchanges the two axes of a matrix. */
export function transpose<A extends Extent, B extends Extent, T extends ElementType>(
  x: Tensor<readonly [A, B], T>,
): Tensor<readonly [B, A], T> {
  return handle(make("transpose", { permutation: [1, 0] }, [x.node]));
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
  return handle(make("tile", { repeats }, [x.node]));
}
type Tiled<R extends Extent, E extends Extent> = R extends 1 ? E : Times<R, E>;

/**
 * The same elements, in row-major order, under another shape.
 *
 * @throws {DeclarationError} if the number of elements differs.
 */
export function reshape<const S extends Shape, T extends ElementType>(
  x: Tensor<Shape, T>,
  shape: S,
): Tensor<S, T> {
  return handle(make("reshape", { shape }, [x.node]));
}

/** Which axis a reduction runs over, and whether it stays as an axis of extent 1. */
export interface ReduceOptions<A extends number> {
  readonly axis: A;
}

/** The sum over one axis, which disappears. */
export function sum<S extends Shape, const A extends number>(
  x: Tensor<S, "f32">,
  { axis }: ReduceOptions<A>,
): Tensor<WithoutAxis<S, A>, "f32"> {
  return handle(make("sum", { axes: [axis] }, [x.node]));
}

/** The largest element along one axis, which disappears. The axis must not be empty. */
export function max<S extends Shape, const A extends number>(
  x: Tensor<S, "f32">,
  { axis }: ReduceOptions<A>,
): Tensor<WithoutAxis<S, A>, "f32"> {
  return handle(make("max", { axes: [axis] }, [x.node]));
}

/** The position of the largest element along one axis (the first one of equals). */
export function argmax<S extends Shape, const A extends number>(
  x: Tensor<S, "f32">,
  { axis }: ReduceOptions<A>,
): Tensor<WithoutAxis<S, A>, "u32"> {
  return handle(make("argmax", { axis }, [x.node]));
}

/** Adds an axis of extent 1 at the end, so that a value per row can stand beside the row. */
export function column<S extends Vector, T extends ElementType>(
  x: Tensor<S, T>,
): Tensor<readonly [S[0], 1], T> {
  return handle(make("reshape", { shape: [...x.shape, 1] }, [x.node]));
}

/** Repeats a node to a shape whose last axes are its own, or where its extent is 1. */
export function broadcastTo(node: Node, shape: Shape): Node {
  const offset = shape.length - node.shape.length;
  const fits = offset >= 0 && node.shape.every((extent, axis) => {
    const wanted = shape[axis + offset] ?? NaN;
    return sameExtent(extent, wanted) || extent === 1;
  });
  if (!fits) {
    throw new DeclarationError(
      `Cannot broadcast ${describe(node)} to [${
        shape.map((e) => typeof e === "number" ? e : e.name).join(", ")
      }]: from the last axis backwards, extents must be equal or 1`,
    );
  }
  const kept = node.shape.map((_, axis) => axis).filter((axis) =>
    sameExtent(node.shape[axis] ?? NaN, shape[axis + offset] ?? NaN)
  );
  if (kept.length === shape.length) return node;
  const squeezed = kept.length === node.shape.length
    ? node
    : make("reshape", { shape: kept.map((axis) => node.shape[axis] ?? NaN) }, [node]);
  return make("broadcast", { shape, axes: kept.map((axis) => axis + offset) }, [squeezed]);
}

function lift(value: Operand, beside: readonly Operand[]): Node {
  if (typeof value !== "number") return value.node;
  const dtype = beside.find((other) => typeof other !== "number")?.dtype;
  return make("constant", { value, dtype: dtype === "u32" ? "u32" : "f32" });
}

/** An elementwise op over operands of any fitting shapes. */
export function elementwise(
  op: ElementwiseKind,
  operands: readonly Operand[],
  branchFrom = 0,
): Node {
  const nodes = operands.map((operand) => lift(operand, operands.slice(branchFrom)));
  const rank = Math.max(...nodes.map((node) => node.shape.length));
  const shape = Array.from({ length: rank }, (_, axis): Extent => {
    const extents = nodes.map((node) => node.shape[axis - rank + node.shape.length]);
    return extents.find((extent) => extent !== undefined && extent !== 1) ?? 1;
  });
  // Ops without attributes only: `cast` has a function of its own.
  return make(op as Exclude<ElementwiseKind, "cast">, {}, nodes.map((n) => broadcastTo(n, shape)));
}

type Unary = <S extends Shape>(x: Tensor<S, "f32">) => Tensor<S, "f32">;
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
type Binary = {
  <A extends Shape, B extends Shape, T extends Numeric>(
    a: Tensor<A, T>,
    b: Tensor<B, NoInfer<T>>,
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

type Comparison = {
  <A extends Shape, B extends Shape, T extends Numeric>(
    a: Tensor<A, T>,
    b: Tensor<B, NoInfer<T>>,
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
  return handle(make("cast", { dtype }, [x.node]));
}

/** x itself, but constant for the purpose of gradients. */
export function stopGradient<S extends Shape, T extends ElementType>(
  x: Tensor<S, T>,
): Tensor<S, T> {
  return handle(make("stopGradient", {}, [x.node]));
}

/** A named leaf outside of any layer: for experiments and tests. */
export function input<const S extends Shape>(name: string, shape: S): Tensor<S, "f32"> {
  return handle(make("input", { name, role: "input", shape, dtype: "f32" }));
}
