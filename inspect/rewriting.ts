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

/** A graph with the names that its author gave, and apart from them what was made up for printing. */
interface Numbered {
  readonly graph: Graph;
  /** Of values without a name, and of those whose name another value has: `t31`, `relu1_2`. */
  readonly numbers: ReadonlyMap<Node, string>;
  /** The largest number of a value without a name. */
  readonly last: number;
}

/** A graph with the names and numbers with which it is printed. */
function withNumbers(graph: Graph): Numbered {
  const name = nameNodes(graph.results.map(({ node }) => node), graph.names, "hidden");
  const names = new Map<Node, string>();
  const numbers = new Map<Node, string>();
  let last = 0;
  for (const node of nodesOf(graph).filter(hasLine)) {
    const own = graph.names.get(node) ?? hintOf(node);
    if (own === undefined) last++;
    else names.set(node, own);
    if (name(node) !== own) numbers.set(node, name(node));
  }
  return { graph: { ...graph, names }, numbers, last };
}

/**
 * The graph with a name for every value. A number gives way to a name, as a value that has a number may turn
 * out to be one that has a name; of values with one name the first has it alone, and the next one once the
 * first is gone.
 */
function printable({ graph, numbers }: Numbered): Graph {
  const names = new Map(numbers);
  const others: { readonly node: Node; readonly own: string; readonly number: string }[] = [];
  const taken = new Set<string>();
  for (const node of nodesOf(graph).filter(hasLine)) {
    const [own, number] = [graph.names.get(node), numbers.get(node)];
    if (own === undefined) continue;
    if (number?.startsWith(`${own}_`)) others.push({ node, own, number });
    else {
      names.set(node, own);
      taken.add(own);
    }
  }
  const inOrder = others.toSorted((a, b) =>
    a.number.localeCompare(b.number, "en", { numeric: true })
  );
  for (const { node, own } of inOrder) {
    if (taken.has(own)) continue;
    names.set(node, own);
    taken.add(own);
  }
  return { ...graph, names };
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
