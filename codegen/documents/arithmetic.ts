/** Counts of multiplications, symbolic and in numbers. @module */
import {
  type DimValues,
  evaluateExtent,
  type Extent,
  extentKey,
  factors,
  showExtent,
} from "../../dsl/dim.ts";
import { type Graph, nodesOf } from "../graph/graph.ts";
import { multiplications } from "../rewrite/engine.ts";

/** The multiplications of all contractions of a graph. */
export function graphMultiplications(graph: Graph): readonly Extent[] {
  return nodesOf(graph).flatMap(multiplications);
}

/** Products added up, equal ones counted: `2·B·K·O + B·n·K`; `0` for none. */
export function showSum(products: readonly Extent[]): string {
  const counts = new Map<string, { readonly extent: Extent; count: number }>();
  for (const extent of products) {
    const entry = counts.get(extentKey(extent)) ?? { extent, count: 0 };
    entry.count++;
    counts.set(extentKey(extent), entry);
  }
  const terms = [...counts.values()].map(({ extent, count }) =>
    count === 1 ? showExtent(extent) : `${count} × ${showExtent(extent)}`
  );
  return terms.join(" + ") || "0";
}

/** The number that products add up to, or `undefined` if a dim has no number. */
export function evaluateSum(products: readonly Extent[], dims: DimValues): number | undefined {
  const known = products.every((each) =>
    factors(each).symbols.every((symbol) => dims[symbol] !== undefined)
  );
  return known
    ? products.reduce<number>((sum, each) => sum + evaluateExtent(each, dims), 0)
    : undefined;
}

/** Millions of floating-point operations: a multiplication and an addition each. */
export function showMegaFlop(multiplications: number): string {
  const millions = 2 * multiplications / 1e6;
  return `${millions >= 10 ? Math.round(millions) : Number(millions.toPrecision(2))} MFLOP`;
}
