/** Extents as TypeScript. @module */
import { type Extent, factors } from "../../dsl/dim.ts";

/** An extent over an object of dims: `d.n * d.K`. */
export function printExtent(extent: Extent, dims: string): string {
  const { coefficient, symbols } = factors(extent);
  const parts = symbols.map((symbol) => `${dims}.${symbol}`);
  return coefficient === 1 && parts.length > 0
    ? parts.join(" * ")
    : [coefficient, ...parts].join(" * ");
}
