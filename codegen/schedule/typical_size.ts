/** Numbers to count with where a dim has none yet. @module */
import { type DimValues, evaluateExtent, type Extent, factors } from "../../dsl/dim.ts";

/** The size of a dim that nothing is known about. */
const UNKNOWN = 100;

/** The number that an extent stands for, by the sizes that a declaration calls typical. */
export function typicalSize(extent: Extent, typical: DimValues): number {
  const dims = Object.fromEntries(
    factors(extent).symbols.map((name) => [name, typical[name] ?? UNKNOWN]),
  );
  return evaluateExtent(extent, dims);
}
