/** Graphs as text, in A-normal form. @module */
import { showExtent, showShape } from "../../dsl/dim.ts";
import { hintOf } from "../../dsl/hints.ts";
import { consult, type ElementType, type Node, type OpTable, type Windows } from "../../dsl/ops.ts";
import { shortestFloat } from "../number_text.ts";
import { type Graph, topologicalOrder } from "./graph.ts";

type Name = (node: Node) => string;

const call = (node: Node, name: Name, ...more: readonly string[]): string =>
  `${node.op}(${[...node.inputs.map(name), ...more].join(", ")})`;

const infix = (sign: string) => (node: Node, name: Name): string =>
  node.inputs.map(name).join(` ${sign} `);

const axes = (list: readonly number[]): string => `axes ${list.join(", ") || "none"}`;

const steps = ({ stride, dilation }: Windows): readonly string[] => [
  ...(stride === 1 ? [] : [`stride ${stride}`]),
  ...(dilation === 1 ? [] : [`dilation ${dilation}`]),
];

/** Whole numbers have more digits than floats. */
const shownNumber = (value: number, type: ElementType): string =>
  type === "f32" ? shortestFloat(value) : String(value);

const TEXT: OpTable<[Name], string> = {
  input: (node) => node.attrs.name,
  constant: ({ attrs: { value, dtype } }) => shownNumber(value, dtype),
  size: ({ attrs }) => `size(${showExtent(attrs.extent)})`,
  iota: ({ attrs }) => `iota(${showExtent(attrs.extent)})`,
  neg: (node, name) => `-${name(node.inputs[0] ?? node)}`,
  exp: call,
  log: call,
  sqrt: call,
  tanh: call,
  abs: call,
  floor: call,
  sin: call,
  cos: call,
  erf: call,
  sigmoid: call,
  randomBits: call,
  cast: (node, name) => call(node, name, node.attrs.dtype),
  stopGradient: call,
  custom: call,
  add: infix("+"),
  sub: infix("-"),
  mul: infix("*"),
  div: infix("/"),
  maximum: call,
  minimum: call,
  pow: call,
  greater: infix(">"),
  greaterEqual: infix(">="),
  equal: infix("=="),
  notEqual: infix("!="),
  and: infix("&"),
  or: infix("|"),
  not: (node, name) => `!${name(node.inputs[0] ?? node)}`,
  select: call,
  sum: (node, name) => call(node, name, axes(node.attrs.axes)),
  max: (node, name) => call(node, name, axes(node.attrs.axes)),
  argmax: (node, name) => call(node, name, axes([node.attrs.axis])),
  reshape: (node, name) => call(node, name, showShape(node.attrs.shape)),
  transpose: (node, name) => call(node, name, axes(node.attrs.permutation)),
  broadcast: (node, name) =>
    node.attrs.axes.length === 0
      ? call(node, name, showShape(node.attrs.shape))
      : call(node, name, showShape(node.attrs.shape), axes(node.attrs.axes)),
  tile: (node, name) => call(node, name, showShape(node.attrs.repeats)),
  slice: (node, name) => {
    const { axis, start, size, step } = node.attrs;
    const stride = step === 1 ? [] : [`step ${step}`];
    return call(
      node,
      name,
      axes([axis]),
      `${showExtent(size)} from ${showExtent(start)}`,
      ...stride,
    );
  },
  pad: (node, name) => {
    const { axis, before, after, value } = node.attrs;
    const counts = `${showExtent(before)} before, ${showExtent(after)} after`;
    return call(node, name, axes([axis]), counts, `of ${shownNumber(value, node.dtype)}`);
  },
  concatenate: (node, name) => call(node, name, axes([node.attrs.axis])),
  window: (node, name) =>
    call(node, name, axes([node.attrs.axis]), `of ${node.attrs.size}`, ...steps(node.attrs)),
  overlapAdd: (node, name) =>
    call(
      node,
      name,
      axes([node.attrs.axis]),
      `to ${showExtent(node.attrs.extent)}`,
      ...steps(node.attrs),
    ),
  gather: call,
  einsum: (node, name) => call(node, name, `"${node.attrs.spec}"`),
};

/** Leaves and numbers stand in an expression themselves; every other node gets a line. */
function isAtom(node: Node): boolean {
  return node.op === "input" || node.op === "constant" || node.op === "size";
}

/** One number at every index: a graph writes it as the number. */
function isSpread(node: Node): boolean {
  return node.op === "broadcast" && node.inputs[0]?.shape.length === 0;
}

/** True for what is computed on a line of its own, unless it is a result. */
export function hasLine(node: Node): boolean {
  return !isAtom(node) && !isSpread(node);
}

/**
 * Names the nodes under some roots: given names where there are any, else t1, t2, …
 *
 * @param spreads whether a number repeated to a shape has a name of its own, or that of the number.
 */
export function nameNodes(
  roots: readonly Node[],
  given: ReadonlyMap<Node, string>,
  spreads: "shown" | "hidden" = "shown",
): (node: Node) => string {
  const names = new Map<Node, string>();
  const order = topologicalOrder(roots);
  // Leaves keep their names; a value that would be called the same gets a number.
  const taken = new Set(order.flatMap((node) => node.op === "input" ? [node.attrs.name] : []));
  let count = 0;
  for (const node of order) {
    if (isAtom(node)) {
      names.set(node, consult(TEXT, node, () => ""));
      continue;
    }
    const [operand] = node.inputs;
    if (spreads === "hidden" && isSpread(node) && operand !== undefined) {
      names.set(node, names.get(operand) ?? "");
      continue;
    }
    const wanted = given.get(node) ?? hintOf(node) ?? `t${++count}`;
    let name = wanted;
    for (let use = 2; taken.has(name); use++) name = `${wanted}_${use}`;
    taken.add(name);
    names.set(node, name);
  }
  return (node) => names.get(node) ?? `#${node.id}`;
}

/** One line of A-normal form: `t1[B, O] = einsum(x, W, "ab,cb->ac")`. */
export function printNode(node: Node, name: Name): string {
  return `${name(node)}${showShape(node.shape)} = ${consult(TEXT, node, name)}`;
}

/** The lines that compute some nodes, with names for them. */
export function printNodes(roots: readonly Node[], names: ReadonlyMap<Node, string>): string {
  const name = nameNodes(roots, names);
  return topologicalOrder(roots).filter((node) => !isAtom(node))
    .map((node) => printNode(node, name)).join("\n");
}

/** A graph as text: its lines, then what it returns and overwrites. */
export function printGraph(graph: Graph): string {
  const roots = graph.results.map((result) => result.node);
  const name = nameNodes(roots, graph.names, "hidden");
  const shown = new Set(roots);
  const lines = topologicalOrder(roots)
    .filter((node) => hasLine(node) || (isSpread(node) && shown.has(node)))
    .map((node) => printNode(node, name));
  // A leaf that is only overwritten is no part of the graph.
  const targetName = (leaf: Node): string => leaf.op === "input" ? leaf.attrs.name : name(leaf);
  const ends = graph.results.map(({ name: result, node, target }) =>
    target === undefined
      ? `return ${result} = ${name(node)}`
      : `update ${targetName(target)} <- ${name(node)}`
  );
  return [...lines, ...ends].join("\n");
}

/** A node as one formula, written out down to `depth` ops below it. */
export function printFormula(node: Node, depth: number, names: ReadonlyMap<Node, string>): string {
  const name = (below: Node): string => {
    const [operand] = below.inputs;
    if (isSpread(below) && operand !== undefined) return name(operand);
    if (isAtom(below)) return consult(TEXT, below, () => "");
    const known = names.get(below);
    if (known !== undefined) return known;
    if (depth <= 1) return "…";
    const inner = printFormula(below, depth - 1, names);
    return / ([-+*/>&|]|[>=!]=) /.test(inner) ? `(${inner})` : inner;
  };
  return consult(TEXT, node, name);
}
