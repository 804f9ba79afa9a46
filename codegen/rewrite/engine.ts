/** Applies rewrite rules until none fits, and records what it did. @module */
import { type Extent, product } from "../../dsl/dim.ts";
import { hintOf } from "../../dsl/hints.ts";
import { make } from "../../dsl/intern.ts";
import type { Node } from "../../dsl/ops.ts";
import { copyProvenance, replaceProvenance } from "../../dsl/provenance.ts";
import { einsumExtents } from "../graph/build.ts";
import { type Graph, topologicalOrder } from "../graph/graph.ts";
import type { Rule } from "./rule.ts";

/** One application of a rule. */
export interface Firing {
  readonly rule: Rule;
  readonly before: Node;
  readonly after: Node;
  /** Multiplications that only the left side needs, and those that only the right side needs. */
  readonly multiplications: {
    readonly before: readonly Extent[];
    readonly after: readonly Extent[];
  };
}

/** A rewritten graph, and how it came about. */
export interface Rewritten {
  readonly graph: Graph;
  readonly firings: readonly Firing[];
}

/** More applications than any program needs; rules that bring forth ever more work end here. */
const MOST_FIRINGS = 100_000;

/** The longest chain of rules that set each other off; a loop ends here, before the stack does. */
const LONGEST_CHAIN = 500;

/**
 * Rewrites every node of a graph, operands first, to a form in which no rule fits.
 *
 * @throws {Error} naming the rules that keep firing, if rewriting does not end.
 */
export function rewrite(graph: Graph, rules: readonly Rule[]): Rewritten {
  const done = new Map<Node, Node>();
  const names = new Map(graph.names);
  const firings: Firing[] = [];
  let chain = 0;

  const settle = (node: Node): Node => {
    const known = done.get(node);
    if (known !== undefined) return known;
    const inputs = node.inputs.map(settle);
    const rebuilt = inputs.every((input, i) => input === node.inputs[i])
      ? node
      : make(node.op, node.attrs, inputs);
    copyProvenance(node, rebuilt);
    const result = step(rebuilt);
    done.set(node, result);
    done.set(rebuilt, result);
    const name = graph.names.get(node) ?? hintOf(node);
    if (name !== undefined && !names.has(result)) names.set(result, name);
    return result;
  };
  const step = (node: Node): Node => {
    for (const rule of rules) {
      const after = rule.apply(node);
      if (after === undefined || after === node) continue;
      const change = difference(node, after);
      replaceProvenance(change.gone, change.come);
      firings.push({ rule, before: node, after, multiplications: multiplied(change) });
      chain++;
      if (firings.length > MOST_FIRINGS || chain > LONGEST_CHAIN) {
        const last = new Set(firings.slice(-10).map((firing) => firing.rule.name));
        throw new Error(`Rewriting does not end; the last rules were ${[...last].join(", ")}`);
      }
      const settled = settle(after);
      chain--;
      return settled;
    }
    return node;
  };

  const results = graph.results.map((result) => ({ ...result, node: settle(result.node) }));
  return { graph: { ...graph, results, names }, firings };
}

/** What a rule took away, and what it brought instead, with all that they are computed from. */
interface Difference {
  readonly gone: readonly Node[];
  readonly come: readonly Node[];
}

function difference(before: Node, after: Node): Difference {
  const left = new Set(topologicalOrder([before]));
  const right = new Set(topologicalOrder([after]));
  return {
    gone: [...left].filter((node) => !right.has(node)),
    come: [...right].filter((node) => !left.has(node)),
  };
}

const multiplied = ({ gone, come }: Difference): Firing["multiplications"] => ({
  before: gone.flatMap(multiplications),
  after: come.flatMap(multiplications),
});

/** The multiplications of a contraction; other ops count for nothing beside it. */
export function multiplications(node: Node): readonly Extent[] {
  return node.op === "einsum" ? [product(einsumExtents(node))] : [];
}
