/**
 * The order in which a product of many operands is computed, two at a time.
 *
 * Which labels a product of some operands has does not depend on how it came about, so the best way to
 * each set of operands is found from the best ways to its parts.
 *
 * @module
 */
import { type Extent, factors, product } from "./dim.ts";

/** A product of operands, by position: one of them, or two products. */
export type ProductTree =
  | { readonly operand: number; readonly labels: string }
  | { readonly left: ProductTree; readonly right: ProductTree; readonly labels: string };

interface Way {
  readonly tree: ProductTree;
  /** Multiplications of its steps, most first. */
  readonly costs: readonly Extent[];
}

/** Compares extents: more dims are more, then the larger number. */
export function compareExtents(a: Extent, b: Extent): number {
  const [left, right] = [factors(a), factors(b)];
  return left.symbols.length - right.symbols.length || left.coefficient - right.coefficient;
}

/** Ways are as dear as their dearest step; of equal ones the next decides. */
function compareCosts(a: readonly Extent[], b: readonly Extent[]): number {
  for (let i = 0; i < Math.max(a.length, b.length); i++) {
    const order = compareExtents(a[i] ?? 0, b[i] ?? 0);
    if (order !== 0) return order;
  }
  return 0;
}

/**
 * The cheapest way to multiply.
 *
 * @param operands the labels of each; every label is in two of them, or in one and in the result
 * @param out the labels of the result
 */
export function productTree(
  operands: readonly string[],
  out: string,
  extents: ReadonlyMap<string, Extent>,
): ProductTree {
  const all = (1 << operands.length) - 1;
  const inSet = (set: number) => operands.filter((_, i) => (set >> i & 1) === 1).join("");
  const labelsOf = (set: number): string => {
    if (set === all) return out;
    const outside = inSet(all & ~set) + out;
    return [...new Set(inSet(set))].filter((label) => outside.includes(label)).join("");
  };
  const best = new Map<number, Way>(
    operands.map((labels, operand) => [1 << operand, { tree: { operand, labels }, costs: [] }]),
  );
  for (let set = 1; set <= all; set++) {
    // Each pair of parts once: the left one has the set's lowest operand.
    for (let part = (set - 1) & set; part > 0; part = (part - 1) & set) {
      const [left, right] = [best.get(part), best.get(set & ~part)];
      if (left === undefined || right === undefined || (part & set & -set) === 0) continue;
      const labels = [...new Set(left.tree.labels + right.tree.labels)];
      const cost = product(labels.map((label) => extents.get(label) ?? 1));
      const costs = [...left.costs, ...right.costs, cost].toSorted((a, b) => compareExtents(b, a));
      const known = best.get(set);
      if (known !== undefined && compareCosts(known.costs, costs) <= 0) continue;
      best.set(set, {
        tree: { left: left.tree, right: right.tree, labels: labelsOf(set) },
        costs,
      });
    }
  }
  return best.get(all)?.tree ?? { operand: 0, labels: out };
}
