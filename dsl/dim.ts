/**
 * Dims: the named sizes of tensors, and products of them.
 *
 * A dim is a name. Numbers are bound to names when a layer is used in a model or when a compiled
 * layer is loaded, never in a declaration. A product such as `n·K` is a dim too: its name lists its
 * factors, so two products are the same size exactly when their factors are the same multiset.
 *
 * @module
 */
import { DeclarationError, showValue } from "./errors.ts";

/** A named size. `Dim<"n·K">` is the product of `n` and `K`, `n` outermost. */
export interface Dim<Name extends string = string> {
  /** An identifier, or the factors of a product joined by `·`. */
  readonly name: Name;
}

/** The size of one axis: a dim, or a number known in the declaration. */
export type Extent = Dim | number;

/** A shape: one extent per axis, outermost first. */
export type Shape = readonly Extent[];

/** Numbers for dim names. */
export type DimValues = Readonly<Record<string, number>>;

/** The sign between factors in a product's name. */
const TIMES = "·";

/**
 * Declares a dim.
 *
 * ```ts
 * import { dim } from "./dim.ts";
 * const B = dim("B");
 * if (B.name !== "B") throw new Error();
 * ```
 *
 * @throws {DeclarationError} if the name is not an identifier.
 */
export function dim<const Name extends string>(name: Name): Dim<Name> {
  if (typeof name !== "string" || !/^[A-Za-z][A-Za-z0-9_]*$/.test(name)) {
    throw new DeclarationError(
      `Cannot declare a dim named ${
        showValue(name)
      }: use a letter followed by letters, digits or "_"`,
    );
  }
  return { name };
}

/** True for a dim or a whole number that can count elements. */
export function isExtent(value: unknown): value is Extent {
  if (typeof value === "number") return Number.isSafeInteger(value) && value >= 0;
  return typeof value === "object" && value !== null && "name" in value &&
    typeof value.name === "string";
}

/**
 * Checks that each part of a shape is an extent, whatever an unchecked spec has put there.
 *
 * @param action what cannot be done otherwise, given the shape as a text
 */
export function checkExtents(shape: readonly unknown[], action: (shown: string) => string): void {
  const wrong = shape.find((each) => !isExtent(each));
  // `find` also gives undefined where an extent is undefined.
  if (wrong === undefined && !shape.includes(undefined)) return;
  const shown = shape.map((each) => isExtent(each) ? showExtent(each) : showValue(each));
  const wanted = typeof wrong === "number"
    ? `an extent must be a whole number, got ${wrong}`
    : `an extent is a dim or a whole number, got ${showValue(wrong)}` +
      (typeof wrong === "string" ? `; write dim(${showValue(wrong)})` : "");
  throw new DeclarationError(`Cannot ${action(`[${shown.join(", ")}]`)}: ${wanted}`);
}

/** The type of {@linkcode times}: named factors are joined, and two numbers stay a number. */
export type Times<A extends Extent, B extends Extent> = A extends 1 ? B
  : B extends 1 ? A
  : A extends Dim<infer X>
    ? B extends Dim<infer Y> ? Dim<`${X}·${Y}`> : B extends number ? Dim<`${B}·${X}`> : never
  : A extends number ? (B extends Dim<infer Y> ? Dim<`${A}·${Y}`> : number)
  : never;

/**
 * The product of two extents; in an index, `a` is the outer factor.
 *
 * ```ts
 * import { dim, times } from "./dim.ts";
 * if (times(dim("n"), dim("K")).name !== "n·K") throw new Error();
 * if (times(10, 100) !== 1000) throw new Error();
 * ```
 */
export function times<A extends Extent, B extends Extent>(a: A, b: B): Times<A, B> {
  checkExtents([a, b], (shown) => `multiply the extents ${shown}`);
  // The type is computed from the same two arguments; TypeScript cannot follow it through `product`.
  return product([a, b]) as Times<A, B>;
}

/** An extent taken apart: `coefficient` times the product of `symbols`. */
export interface Factors {
  /** The product of the factors that are numbers. */
  readonly coefficient: number;
  /** Symbol names as written, outermost first; a symbol may occur twice. */
  readonly symbols: readonly string[];
}

/** Takes an extent apart into its number and its symbols. */
export function factors(extent: Extent): Factors {
  if (typeof extent === "number") return { coefficient: extent, symbols: [] };
  let coefficient = 1;
  const symbols: string[] = [];
  for (const part of extent.name.split(TIMES)) {
    if (/^\d/.test(part)) coefficient *= Number(part);
    else symbols.push(part);
  }
  return { coefficient, symbols };
}

/** Puts an extent together again; without symbols it is a number. */
export function fromFactors({ coefficient, symbols }: Factors): Extent {
  if (symbols.length === 0 || coefficient === 0) return coefficient;
  const parts = coefficient === 1 ? symbols : [String(coefficient), ...symbols];
  return { name: parts.join(TIMES) };
}

/** The product of any number of extents; the empty product is 1. */
export function product(extents: Shape): Extent {
  let coefficient = 1;
  const symbols: string[] = [];
  for (const extent of extents) {
    const part = factors(extent);
    coefficient *= part.coefficient;
    symbols.push(...part.symbols);
  }
  return fromFactors({ coefficient, symbols });
}

/**
 * The quotient of two extents where it is exact, `undefined` where it is not.
 *
 * ```ts
 * import { dim, divide, showExtent, times } from "./dim.ts";
 * const quotient = divide(times(dim("n"), dim("K")), dim("K"));
 * if (quotient === undefined || showExtent(quotient) !== "n") throw new Error();
 * if (divide(10, 3) !== undefined) throw new Error();
 * ```
 */
export function divide(a: Extent, b: Extent): Extent | undefined {
  const left = factors(a);
  const right = factors(b);
  if (right.coefficient === 0 || left.coefficient % right.coefficient !== 0) return undefined;
  const symbols = [...left.symbols];
  for (const symbol of right.symbols) {
    const at = symbols.lastIndexOf(symbol);
    if (at < 0) return undefined;
    symbols.splice(at, 1);
  }
  return fromFactors({ coefficient: left.coefficient / right.coefficient, symbols });
}

/** A text that is equal for equal sizes: factors in alphabetical order. */
export function extentKey(extent: Extent): string {
  const { coefficient, symbols } = factors(extent);
  return [String(coefficient), ...[...symbols].sort()].join(TIMES);
}

/** True when two extents are the same size for every choice of numbers. */
export function sameExtent(a: Extent, b: Extent): boolean {
  return a === b || extentKey(a) === extentKey(b);
}

/** True when two shapes have the same rank and the same extents. */
export function sameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((extent, axis) => sameExtent(extent, b[axis] ?? NaN));
}

/** An extent as a person writes it: `n·K`, `784`. */
export function showExtent(extent: Extent): string {
  return typeof extent === "number" ? String(extent) : extent.name;
}

/** A shape as a person writes it: `[B, n·K]`. */
export function showShape(shape: Shape): string {
  return `[${shape.map(showExtent).join(", ")}]`;
}

/** Sizes as a person writes them: `B = 8, K = 3`. */
export function showDimValues(values: DimValues): string {
  return Object.entries(values).map(([dim, size]) => `${dim} = ${size}`).join(", ");
}

/** Replaces symbols by other extents. */
export function substitute(extent: Extent, by: ReadonlyMap<string, Extent>): Extent {
  const { coefficient, symbols } = factors(extent);
  return product([coefficient, ...symbols.map((symbol) => by.get(symbol) ?? { name: symbol })]);
}

/**
 * The number an extent stands for.
 *
 * @throws {DeclarationError} if a symbol has no number.
 */
export function evaluateExtent(extent: Extent, values: DimValues): number {
  const { coefficient, symbols } = factors(extent);
  return symbols.reduce((result, symbol) => {
    // A dim may be named like a method of every object.
    const value = Object.hasOwn(values, symbol) ? values[symbol] : undefined;
    if (value === undefined) {
      throw new DeclarationError(
        `Cannot compute the size ${
          showExtent(extent)
        }: dim "${symbol}" has no number; numbers are given for { ${
          Object.keys(values).join(", ")
        } }`,
      );
    }
    return result * value;
  }, coefficient);
}
