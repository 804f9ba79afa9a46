/** Names of tensors and uniforms in one module: readable, unique, and the same in every program. @module */
import { hintOf } from "../../dsl/hints.ts";
import type { Node } from "../../dsl/ops.ts";
import { type Graph, nodesOf } from "../graph/graph.ts";
import { dimNames } from "./extents.ts";
import { type Declaration, leafName } from "./programs.ts";

/** Gives out names. A value that two programs store has the same name in both. */
export class ModuleNames {
  readonly #byNode = new Map<Node, string>();
  readonly #used = new Set<string>();

  /** Keeps the names of leaves, results and dims out of the way of values' names. */
  constructor(declaration: Declaration, graphs: readonly Graph[]) {
    const leaves = [...declaration.inputs, ...declaration.params, ...declaration.state];
    for (const leaf of leaves) this.#used.add(leafName(leaf));
    for (const graph of graphs) {
      const nodes = nodesOf(graph);
      for (const node of nodes) if (node.op === "input") this.#used.add(leafName(node));
      for (const dim of dimNames(nodes)) this.#used.add(dim);
      for (const result of graph.results) this.#used.add(result.name);
    }
  }

  /** The name of a stored value of a graph. The new value of an updated tensor is `W'`. */
  tensor(node: Node, graph: Graph): string {
    const result = graph.results.find((each) => each.node === node);
    if (result !== undefined) {
      return result.target === undefined ? result.name : `${leafName(result.target)}'`;
    }
    if (node.op === "input") return node.attrs.name;
    return this.#unique(node, valueName(node, graph.names) ?? node.op);
  }

  /** The name of a host scalar: its own, where it is a scalar of the call. */
  uniform(node: Node, graph: Graph): string {
    if (node.op === "input") return node.attrs.name;
    return this.#unique(node, (valueName(node, graph.names) ?? "scalar").replace(/\W/g, "_"));
  }

  #unique(node: Node, wanted: string): string {
    const known = this.#byNode.get(node);
    if (known !== undefined) return known;
    let name = wanted;
    for (let count = 2; this.#used.has(name); count++) name = `${wanted}_${count}`;
    this.#used.add(name);
    this.#byNode.set(node, name);
    return name;
  }
}

/** A readable name of a value: its own, or one made from its operand's: `fold_x` for Σ_g x[b, g·K+k]. */
export function valueName(node: Node, names: ReadonlyMap<Node, string>): string | undefined {
  const own = node.op === "input"
    ? node.attrs.name
    : names.get(node) ?? hintOf(node)?.replace(/\W/g, "_");
  if (own !== undefined) return own;
  const [operand] = node.inputs;
  if (operand === undefined) return undefined;
  const below = (prefix: string, of: Node | undefined): string | undefined => {
    const inner = of === undefined ? undefined : valueName(of, names);
    return inner === undefined ? undefined : `${prefix}_${inner}`;
  };
  switch (node.op) {
    case "sum":
      return operand.op === "reshape" ? below("fold", operand.inputs[0]) : below("sum", operand);
    case "tile":
      return below("tile", operand);
    case "max":
      return below("max", operand);
    case "neg":
      return below("minus", operand);
    case "reshape":
    case "transpose":
      return valueName(operand, names);
    case "einsum": {
      const [left, right] = node.inputs.map((each) => valueName(each, names));
      return left === undefined || right === undefined ? undefined : `${left}_times_${right}`;
    }
    default:
      return undefined;
  }
}

/** The names of a graph, with names derived for folds, tiles and what flows into a tile. */
export function nameValues(graph: Graph, nodes: readonly Node[]): ReadonlyMap<Node, string> {
  const names = new Map(graph.names);
  for (const node of nodes) {
    const [operand] = node.inputs;
    const result = graph.results.find((each) => each.node === node)?.name;
    // What is stored is the value under its first shape.
    const own = names.get(node);
    const isBare = operand !== undefined && operand.op !== "input" && !names.has(operand) &&
      hintOf(operand) === undefined;
    if (node.op === "reshape" && own !== undefined && isBare) names.set(operand, own);
    const name = node.op === "sum" || node.op === "tile"
      ? result ?? valueName(node, names)
      : undefined;
    if (name === undefined) continue;
    if (result === undefined && !names.has(node)) names.set(node, name);
    if (node.op === "tile" && operand !== undefined && !names.has(operand)) {
      names.set(operand, `${name}_untiled`);
    }
  }
  return names;
}
