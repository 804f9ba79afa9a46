/**
 * Rewriting, one rule after the other.
 *
 * @module
 */
import type { DimValues } from "../dsl/dim.ts";
import { evaluateSum } from "../codegen/documents/arithmetic.ts";
import type { Graph } from "../codegen/graph/graph.ts";
import { printGraph } from "../codegen/graph/print.ts";
import { type Firing, rewrite } from "../codegen/rewrite/engine.ts";
import type { Rule } from "../codegen/rewrite/rule.ts";
import { RULES } from "../codegen/rewrite/rules/mod.ts";

/** One rule that fired, or several that only changed the form. */
export interface RewriteStep {
  /** Names of the rules, in the order in which they fired. */
  readonly rules: readonly string[];
  /** What the last of them says. */
  readonly identity: string;
  /** Multiplications that went away and came in, for typical sizes; absent where none did or a size is unknown. */
  readonly multiplications?: { readonly before: number; readonly after: number };
  /** The whole graph afterwards. */
  readonly graph: string;
}

/**
 * The steps from a graph to the one that no rule fits.
 *
 * @param each true to have every firing by itself; else those that save nothing are told together with the next
 */
export function rewriteSteps(
  source: Graph,
  typical: DimValues,
  each: boolean,
): readonly RewriteStep[] {
  const { firings } = rewrite(source, RULES);
  const steps: RewriteStep[] = [];
  let quiet: string[] = [];
  let graph = source;
  for (const [index, firing] of firings.entries()) {
    const multiplications = savedBy(firing, typical);
    quiet.push(firing.rule.name);
    graph = afterOne(graph);
    const isLast = index === firings.length - 1;
    if (!each && multiplications === undefined && !isLast) continue;
    steps.push({
      rules: quiet,
      identity: firing.rule.identity,
      ...(multiplications === undefined ? {} : { multiplications }),
      graph: printGraph(graph),
    });
    quiet = [];
  }
  return steps;
}

/** A graph after the next rule that fires: rules go from operands to results, so that is the one. */
function afterOne(graph: Graph): Graph {
  let hasFired = false;
  const once = RULES.map((rule): Rule => ({
    ...rule,
    apply: (node) => {
      const after = hasFired ? undefined : rule.apply(node);
      hasFired ||= after !== undefined && after !== node;
      return after;
    },
  }));
  return rewrite(graph, once).graph;
}

function savedBy(
  { multiplications: { before, after } }: Firing,
  typical: DimValues,
): RewriteStep["multiplications"] {
  const [from, to] = [evaluateSum(before, typical), evaluateSum(after, typical)];
  return from === undefined || to === undefined || from === to
    ? undefined
    : { before: from, after: to };
}
