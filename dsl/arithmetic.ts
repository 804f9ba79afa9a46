/**
 * Functions of tensors that work element by element.
 *
 * @module
 */
import type { Shape } from "./dim.ts";
import { elementwise } from "./elementwise.ts";
import { handle, type Numeric, type Operand, type Tensor } from "./handle.ts";
import type { ElementwiseKind } from "./ops.ts";
import type { Beside, Broadcast } from "./shape_types.ts";

/** An elementwise function of one tensor. */
export type Unary = <S extends Shape>(x: Tensor<S, "f32">) => Tensor<S, "f32">;
const unary = (op: ElementwiseKind): Unary => (x) => handle(elementwise(op, [x]));

/** An elementwise function of one tensor of numbers with a sign. */
export type Signed = <S extends Shape, T extends "f32" | "i32">(x: Tensor<S, T>) => Tensor<S, T>;

/** −x */
export const neg: Signed = (x) => handle(elementwise("neg", [x]));
/** eˣ */
export const exp: Unary = unary("exp");
/** The natural logarithm. */
export const log: Unary = unary("log");
/** The square root. */
export const sqrt: Unary = unary("sqrt");
/** The hyperbolic tangent. */
export const tanh: Unary = unary("tanh");
/** |x|; its slope at 0 counts as 0, and |−2³¹| as i32 is −2³¹. */
export const abs: Signed = (x) => handle(elementwise("abs", [x]));
/** ⌊x⌋, the largest whole number that is not above x; no gradient flows through it. */
export const floor: Unary = unary("floor");
/** The sine of an angle in radians. GPUs may be as far off as 2⁻¹¹, and more beyond ±π. */
export const sin: Unary = unary("sin");
/** The cosine of an angle in radians, as exact as {@linkcode sin}. */
export const cos: Unary = unary("cos");

/**
 * The error function, `2/√π · ∫₀ˣ e^(−t²) dt`; devices compute it to about 3e-7.
 *
 * With it the exact GELU is `x · ½ · (1 + erf(x / √2))` (D. Hendrycks, K. Gimpel: Gaussian Error Linear
 * Units, 2016):
 *
 * ```ts
 * import { dim } from "./dim.ts";
 * import { add, div, erf, input, mul } from "./tensor.ts";
 * const x = input("x", [dim("B")]);
 * const gelu = mul(mul(x, 0.5), add(erf(div(x, Math.SQRT2)), 1));
 * if (gelu.shape.length !== 1) throw new Error();
 * ```
 */
export const erf: Unary = unary("erf");

/**
 * The logistic function 1 / (1 + e⁻ˣ), exact also for large |x|, where e⁻ˣ would overflow or vanish.
 *
 * ```ts
 * import { dim } from "./dim.ts";
 * import { input, mul, sigmoid } from "./tensor.ts";
 * const x = input("x", [dim("B")]);
 * const silu = mul(x, sigmoid(x));
 * if (silu.shape.length !== 1) throw new Error();
 * ```
 */
export const sigmoid: Unary = unary("sigmoid");

/**
 * 1 / √x
 *
 * ```ts
 * import { dim } from "./dim.ts";
 * import { add, input, rsqrt } from "./tensor.ts";
 * const scale = rsqrt(add(input("variance", [dim("B")]), 1e-5));
 * if (scale.shape.length !== 1) throw new Error();
 * ```
 */
export function rsqrt<S extends Shape>(x: Tensor<S, "f32">): Tensor<S, "f32"> {
  return div(1, sqrt(x));
}

/** A second operand of an elementwise op broadcasts to the first from the last axis backwards. */
export type Binary = {
  <S extends Shape, T extends Numeric>(
    a: Tensor<S, T>,
    b: Tensor<NoInfer<S>, NoInfer<T>>,
  ): Tensor<S, T>;
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
/** a / b; of whole numbers cut off at the point, and a whole number divided by 0 is itself. */
export const div: Binary = binary("div");
/** The larger of a and b. */
export const maximum: Binary = binary("maximum");
/** The smaller of a and b. */
export const minimum: Binary = binary("minimum");
/**
 * aᵇ, for a ≥ 0, and for any a where b is one of the numbers 0, 1, 2, 3 and 4. Where b is 0 its slope along a
 * counts as 0, and where a is 0 its slope along b.
 */
export const pow: Binary = binary("pow");

/** A comparison of tensors, element by element. */
export type Comparison = {
  <S extends Shape, T extends Numeric>(
    a: Tensor<S, T>,
    b: Tensor<NoInfer<S>, NoInfer<T>>,
  ): Tensor<S, "bool">;
  <A extends Shape, B extends Shape, T extends Numeric>(
    a: Tensor<A, T>,
    b: Tensor<B, NoInfer<T>> & Beside<A, B>,
  ): Tensor<Broadcast<A, B>, "bool">;
  <A extends Shape>(a: Tensor<A, Numeric>, b: number): Tensor<A, "bool">;
};
const comparison = (op: ElementwiseKind): Comparison => (a: Tensor, b: Operand) =>
  handle<never, never>(elementwise(op, [a, b]));
/** The same comparison, read from right to left. */
const exchanged = (op: ElementwiseKind): Comparison => (a: Tensor, b: Operand) =>
  handle<never, never>(elementwise(op, [b, a]));

/** a > b */
export const greater: Comparison = comparison("greater");
/** a ≥ b */
export const greaterEqual: Comparison = comparison("greaterEqual");
/** a < b */
export const less: Comparison = exchanged("greater");
/** a ≤ b */
export const lessEqual: Comparison = exchanged("greaterEqual");
/** a = b */
export const equal: Comparison = comparison("equal");
/** a ≠ b */
export const notEqual: Comparison = comparison("notEqual");

/** A function of two bools, element by element. */
export type Logic = <A extends Shape, B extends Shape>(
  a: Tensor<A, "bool">,
  b: Tensor<B, "bool"> & Beside<A, B>,
) => Tensor<Broadcast<A, B>, "bool">;
const logic = (op: ElementwiseKind): Logic => (a, b) => handle(elementwise(op, [a, b]));

/**
 * True where both are.
 *
 * ```ts
 * import { dim } from "./dim.ts";
 * import { and, greaterEqual, input, less, not, select } from "./tensor.ts";
 * const x = input("x", [dim("B")]);
 * const inside = and(greaterEqual(x, 0), less(x, 1));
 * const outside = select(not(inside), x, 0);
 * if (outside.dtype !== "f32") throw new Error();
 * ```
 */
export const and: Logic = logic("and");
/** True where at least one is. */
export const or: Logic = logic("or");
/** True where x is not. */
export function not<S extends Shape>(x: Tensor<S, "bool">): Tensor<S, "bool"> {
  return handle(elementwise("not", [x]));
}

/** `whenTrue` where the condition holds, `whenFalse` elsewhere; all three broadcast. */
export type Select = {
  <S extends Shape, T extends Numeric = "f32">(
    condition: Tensor<S, "bool">,
    whenTrue: Operand<NoInfer<S>, T>,
    whenFalse: Operand<NoInfer<S>, NoInfer<T>>,
  ): Tensor<S, T>;
  <S extends Shape, A extends Shape, T extends Numeric>(
    condition: Tensor<S, "bool">,
    whenTrue: Tensor<A, T>,
    whenFalse: number,
  ): Tensor<Broadcast<S, A>, T>;
  <S extends Shape, B extends Shape, T extends Numeric>(
    condition: Tensor<S, "bool">,
    whenTrue: number,
    whenFalse: Tensor<B, T>,
  ): Tensor<Broadcast<S, B>, T>;
  <S extends Shape, A extends Shape, B extends Shape, T extends Numeric>(
    condition: Tensor<S, "bool">,
    whenTrue: Tensor<A, T>,
    whenFalse: Tensor<B, NoInfer<T>>,
  ): Tensor<Broadcast<Broadcast<S, A>, B>, T>;
};

/** `whenTrue` where the condition holds, `whenFalse` elsewhere. */
export const select: Select = (
  condition: Tensor,
  whenTrue: Operand,
  whenFalse: Operand,
) => handle<never, never>(elementwise("select", [condition, whenTrue, whenFalse], 1));
