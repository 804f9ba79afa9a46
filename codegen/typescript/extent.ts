/** Extents as TypeScript. @module */
import { type Extent, factors } from "../../dsl/dim.ts";

/** The text of a dim's value. */
export type PrintDim = (name: string) => string;

/** An extent: `d.n * d.K`, where a dim is printed as `d.n`. */
export function printExtent(extent: Extent, dim: PrintDim): string {
  const { coefficient, symbols } = factors(extent);
  const parts = symbols.map(dim);
  return coefficient === 1 && parts.length > 0
    ? parts.join(" * ")
    : [coefficient, ...parts].join(" * ");
}

/** A function of the dims, `d`, which it does not take where the text that is printed uses none. */
export function functionOfDims(print: (dim: PrintDim) => string): string {
  let used = false;
  const text = print((name) => {
    used = true;
    return `d.${name}`;
  });
  return used ? `(d) => ${text}` : `() => ${text}`;
}
