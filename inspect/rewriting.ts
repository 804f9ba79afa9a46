/**
 * Rewriting, one rule after the other.
 *
 * @module
 */
import type { DimValues } from "../dsl/dim.ts";
import { hintOf } from "../dsl/hints.ts";
import type { Node } from "../dsl/ops.ts";
import { evaluateSum } from "../codegen/documents/arithmetic.ts";
import { type Graph, nodesOf } from "../codegen/graph/graph.ts";
import { hasLine, nameNodes } from "../codegen/graph/print.ts";
import { type Firing, rewrite } from "../codegen/rewrite/engine.ts";
import type { Rule } from "../codegen/rewrite/rule.ts";
import { RULES } from "../codegen/rewrite/rules/mod.ts";

/** One rule that fired, or several in a row that only changed the form. */
export interface RewriteStep {
  /** The rules, in the order in which they fired. */
  readonly rules: readonly Rule[];
  /** Multiplications that went away and came in, for typical sizes; absent where none did or a size is unknown. */
  readonly multiplications?: { readonly before: number; readonly after: number };
  /** The whole graph afterwards; a value keeps its name from one step to the next. */
  readonly graph: Graph;
}

/**
 * The steps from a graph to the one that no rule fits.
 *
 * @param each true to have every firing by itself; else those in a row that save nothing are told together
 */
export function rewriteSteps(
  source: Graph,
  typical: DimValues,
  each: boolean,
): readonly RewriteStep[] {
  const steps: RewriteStep[] = [];
  let quiet: Rule[] = [];
  let numbered = withNumbers(source);
  const tellQuiet = () => {
    if (quiet.length > 0) steps.push({ rules: quiet, graph: printable(numbered) });
    quiet = [];
  };
  for (const firing of rewrite(source, RULES).firings) {
    const multiplications = savedBy(firing, typical);
    if (multiplications !== undefined) tellQuiet();
    numbered = next(numbered);
    if (multiplications === undefined) quiet.push(firing.rule);
    else steps.push({ rules: [firing.rule], multiplications, graph: printable(numbered) });
    if (each) tellQuiet();
  }
  tellQuiet();
  return steps;
}

/** A graph in which values without a name have a number instead. */
interface Numbered {
  readonly graph: Graph;
  readonly numbers: ReadonlyMap<Node, string>;
  /** The largest number. */
  readonly last: number;
}

/** What values without a name are called. */
const NUMBER = /^t\d+$/;

/** A graph with the names and numbers with which it is printed. */
function withNumbers(graph: Graph): Numbered {
  const name = nameNodes(graph.results.map(({ node }) => node), graph.names, "hidden");
  const all = nodesOf(graph).filter(hasLine).map((node) => [node, name(node)] as const);
  const names = new Map(all.filter(([, name]) => !NUMBER.test(name)));
  const numbers = new Map(all.filter(([, name]) => NUMBER.test(name)));
  return { graph: { ...graph, names }, numbers, last: numbers.size };
}

/** Numbers give way to names, as a value that has a number may turn out to be one that has a name. */
function printable({ graph, numbers }: Numbered): Graph {
  return { ...graph, names: new Map([...numbers, ...graph.names]) };
}

/** After one more rule; values keep their numbers, new ones have numbers that no value had before. */
function next({ graph: before, numbers: old, last }: Numbered): Numbered {
  const graph = afterOne(before);
  const numbers = new Map(afterOne({ ...before, names: old }).names);
  let count = last;
  for (const node of nodesOf(graph)) {
    const hasName = graph.names.has(node) || numbers.has(node) || hintOf(node) !== undefined;
    if (hasLine(node) && !hasName) numbers.set(node, `t${++count}`);
  }
  return { graph, numbers, last: count };
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
