/** Counts of arithmetic and of memory traffic, symbolic and in numbers. @module */
import {
  type DimValues,
  evaluateExtent,
  type Extent,
  extentKey,
  factors,
  showExtent,
} from "../../dsl/dim.ts";
import { type Graph, nodesOf } from "../graph/graph.ts";
import { evaluateHost } from "../kernel/host_expr.ts";
import type { HostExpr } from "../kernel/kernel.ts";
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
  return products.every((each) => isKnown(each, dims))
    ? products.reduce<number>((sum, each) => sum + evaluateExtent(each, dims), 0)
    : undefined;
}

/** The number that a count of a kernel's work comes to, or `undefined` if a dim has no number. */
export function evaluateCount(count: HostExpr, dims: DimValues): number | undefined {
  return extentsIn(count).every((each) => isKnown(each, dims))
    ? evaluateHost(count, dims, {})
    : undefined;
}

function isKnown(extent: Extent, dims: DimValues): boolean {
  return factors(extent).symbols.every((symbol) => dims[symbol] !== undefined);
}

function extentsIn(expression: HostExpr): readonly Extent[] {
  if (expression.kind === "extent") return [expression.extent];
  return expression.kind === "apply" ? expression.args.flatMap(extentsIn) : [];
}

/** Millions of floating-point operations: a multiplication and an addition each. */
export function showMegaFlop(multiplications: number): string {
  const millions = 2 * multiplications / 1e6;
  return `${millions >= 10 ? Math.round(millions) : Number(millions.toPrecision(2))} MFLOP`;
}
