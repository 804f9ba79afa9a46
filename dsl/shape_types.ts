/** Shapes as types: what an op does to the extents that the type checker knows. @module */
import type { Dim, Extent, Shape, Times } from "./dim.ts";

/** The shape of a vector. */
export type Vector = readonly [Extent];
/** The shape of a matrix. */
export type Matrix = readonly [Extent, Extent];

/** The shape with one axis taken out. */
export type WithoutAxis<S extends Shape, A extends number> = number extends A ? Shape
  : S extends readonly [infer H extends Extent, ...infer R extends Shape]
    ? A extends 0 ? readonly [...R]
    : readonly [H, ...WithoutAxis<R, Minus1<A>>]
  : Shape;
/** One less, for the axes that occur. */
export type Minus1<A extends number> = A extends 1 ? 0
  : A extends 2 ? 1
  : A extends 3 ? 2
  : A extends 4 ? 3
  : A extends 5 ? 4
  : A extends 6 ? 5
  : number;

/** An extent repeated `R` times. */
export type Tiled<R extends Extent, E extends Extent> = R extends 1 ? E : Times<R, E>;

/** Each extent repeated by its own count. */
export type TiledShape<S extends Shape, R extends Shape> = number extends S["length"] ? Shape
  : { readonly [I in keyof S]: I extends keyof R ? Tiled<R[I] & Extent, S[I]> : never };

/** The shape with its axes in another order. */
export type Permuted<S extends Shape, P extends readonly number[]> = number extends
  S["length"] | P["length"] ? Shape
  : { readonly [I in keyof P]: S[P[I]] extends Extent ? S[P[I]] : never };

/** The shape with some extent in place of −1. */
export type Inferred<S extends Shape> = {
  readonly [I in keyof S]: S[I] extends -1 ? Extent : S[I];
};

/** The shape of an elementwise result: from the last axis backwards, an extent of 1 gives way. */
export type Broadcast<A extends Shape, B extends Shape> = A extends readonly [] ? B
  : B extends readonly [] ? A
  : A extends readonly [...infer RA extends Shape, infer X extends Extent]
    ? B extends readonly [...infer RB extends Shape, infer Y extends Extent]
      ? readonly [...Broadcast<RA, RB>, X extends 1 ? Y : X]
    : Shape
  : Shape;

/**
 * What an operand of shape `B` must also be to stand beside one of shape `A`: anything where their
 * extents are equal or 1 from the last axis backwards, or not all known; else a text that no tensor is.
 */
export type Beside<A extends Shape, B extends Shape> = [A, B] extends [
  readonly [...infer RA extends Shape, infer X extends Extent],
  readonly [...infer RB extends Shape, infer Y extends Extent],
]
  ? MayMatch<ExtentName<X>, ExtentName<Y>> extends false
    ? `${ExtentName<X>} does not broadcast with ${ExtentName<Y>}`
  : Beside<RA, RB>
  : unknown;

/** An extent as a text; any text where only its kind is known. */
export type ExtentName<E extends Extent> = E extends Dim<infer N> ? N
  : E extends number ? number extends E ? string : `${E}`
  : string;

/** False where two names are surely different sizes. Factors of a product may come in any order. */
export type MayMatch<X extends string, Y extends string> = X extends Y | "1" | ProductName ? true
  : Y extends X | "1" | ProductName ? true
  : false;
/** The name of a product. */
export type ProductName = `${string}·${string}`;

/** The shape with another extent at one axis. */
export type WithExtent<S extends Shape, A extends number, E extends Extent> = number extends A
  ? Shape
  : S extends readonly [infer H extends Extent, ...infer R extends Shape]
    ? A extends 0 ? readonly [E, ...R]
    : readonly [H, ...WithExtent<R, Minus1<A>, E>]
  : Shape;

/** The shape with an axis longer or shorter by what types do not count: a number stays one, a dim too. */
export type Stretched<S extends Shape, A extends number> = WithExtent<S, A, Inexact<S[A]>>;
type Inexact<E extends Extent> = E extends number ? number : E extends Dim ? Dim : Extent;

/** The shape without some axes, or with an extent of 1 in their places. `I` counts the axes so far. */
export type ReducedShape<
  S extends Shape,
  A extends number,
  Keep extends boolean,
  I extends readonly unknown[] = readonly [],
> = number extends A ? Shape
  : S extends readonly [] ? readonly []
  : S extends readonly [infer H extends Extent, ...infer R extends Shape] ? readonly [
      ...(I["length"] extends A ? (Keep extends true ? readonly [1] : readonly []) : readonly [H]),
      ...ReducedShape<R, A, Keep, readonly [...I, unknown]>,
    ]
  : Shape;
