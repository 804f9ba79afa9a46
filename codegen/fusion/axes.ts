/** Names for the axes of a kernel. @module */
import { type Extent, showExtent } from "../../dsl/dim.ts";
import type { Axis } from "../kernel/index_expr.ts";

const LETTERS = ["i", "j", "k", "l", "p", "q", "r", "s", "t"];

/**
 * Names axes after their dims, in lower case (`B` → `b`), and the others i, j, k …; a name that
 * belongs to a tensor is never used.
 */
export function nameAxes(extents: readonly Extent[], taken: ReadonlySet<string>): readonly Axis[] {
  const used = new Set(taken);
  return extents.map((extent) => {
    const wanted = /^[A-Za-z]$/.test(showExtent(extent)) ? showExtent(extent).toLowerCase() : "";
    const free = LETTERS.find((letter) => !used.has(letter)) ?? `i${used.size}`;
    const name = wanted !== "" && !used.has(wanted) ? wanted : free;
    used.add(name);
    return { name, extent };
  });
}
