/** Einstein's notation in types: the shape of a product from its text. @module */
import type { Extent, Shape } from "./dim.ts";
import type { ExtentName, MayMatch } from "./shape_types.ts";

type Shapes = readonly Shape[];

/** The parts of a text between commas. */
type Parts<S extends string> = S extends `${infer H},${infer R}` ? readonly [H, ...Parts<R>]
  : readonly [S];

/** The extent of a label in one operand, or never. */
type ExtentIn<L extends string, Labels extends string, S extends Shape> = Labels extends
  `${infer H}${infer R}`
  ? S extends readonly [infer E extends Extent, ...infer T extends Shape]
    ? H extends L ? E : ExtentIn<L, R, T>
  : Extent
  : never;

/** The extent of a label in the first operand that has it. */
type FirstExtent<L extends string, Ops extends readonly string[], S extends Shapes> = Ops extends
  readonly [infer O extends string, ...infer RO extends readonly string[]]
  ? S extends readonly [infer A extends Shape, ...infer RS extends Shapes]
    ? [ExtentIn<L, O, A>] extends [never] ? FirstExtent<L, RO, RS> : ExtentIn<L, O, A>
  : Extent
  : Extent;

type ShapeOf<Out extends string, Ops extends readonly string[], S extends Shapes> = Out extends
  `${infer H}${infer R}` ? readonly [FirstExtent<H, Ops, S>, ...ShapeOf<R, Ops, S>] : readonly [];

/** The shape of a product; any shape where its text is not known. */
export type EinsumShape<Spec extends string, S extends Shapes> = string extends Spec ? Shape
  : Spec extends `${infer Ops}->${infer Out}` ? ShapeOf<Out, Parts<Ops>, S>
  : Shape;

/** A text that is no specification where a label of an operand surely has two extents. */
type Clash<
  Labels extends string,
  A extends Shape,
  Ops extends readonly string[],
  S extends Shapes,
> = Labels extends `${infer H}${infer R}`
  ? A extends readonly [infer E extends Extent, ...infer T extends Shape]
    ? MayMatch<ExtentName<E>, ExtentName<FirstExtent<H, Ops, S>>> extends false
      ? `${H} is ${ExtentName<FirstExtent<H, Ops, S>>} and ${ExtentName<E>}`
    : Clash<R, T, Ops, S>
  : unknown
  : unknown;

type Clashes<
  Rest extends readonly string[],
  RestShapes extends Shapes,
  Ops extends readonly string[],
  S extends Shapes,
> = Rest extends readonly [infer O extends string, ...infer RO extends readonly string[]]
  ? RestShapes extends readonly [infer A extends Shape, ...infer RS extends Shapes]
    ? Clash<O, A, Ops, S> & Clashes<RO, RS, Ops, S>
  : unknown
  : unknown;

/** What a specification must also be for operands of these shapes: anything, unless extents clash. */
export type EinsumFits<Spec extends string, S extends Shapes> = string extends Spec ? unknown
  : Spec extends `${infer Ops}->${string}` ? Clashes<Parts<Ops>, S, Parts<Ops>, S>
  : unknown;
