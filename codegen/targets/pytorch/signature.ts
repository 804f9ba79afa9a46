/**
 * What functions of Python are given, and how they begin.
 *
 * @module
 */
import type { Node } from "../../../dsl/ops.ts";
import { topologicalOrder } from "../../graph/graph.ts";
import { dimNames } from "../../programs/extents.ts";
import { leafName } from "../../programs/programs.ts";
import { LINE, type Needs } from "./body.ts";
import { Identifiers, indent } from "./language.ts";
import { bindDims, dimName, factorsOf } from "./sizes.ts";

/** A function of Python with what it asks of its module. */
export interface FunctionText {
  readonly lines: readonly string[];
  readonly others: Needs["others"];
}

/** What a function is given. */
export interface Parameters {
  /** Leaves in the order in which they are given: tensors, then numbers. */
  readonly leaves: readonly Node[];
  /** Dims that no shape tells; they are given after the leaves. */
  readonly dims: readonly string[];
}

/** True for a number that is given with each call. */
export const isScalar = (node: Node): boolean =>
  node.op === "input" && node.attrs.role === "scalar";

/** What functions that compute some values are given: tensors, then numbers, then dims that no shape tells. */
export function parametersOf(tensors: readonly Node[], roots: readonly Node[]): Parameters {
  const order = topologicalOrder(roots);
  const shaped = tensors.map((leaf) => ({ name: leafName(leaf), shape: leaf.shape }));
  const dims = new Set(dimNames(order).map(dimName));
  return {
    leaves: [...tensors, ...order.filter(isScalar)],
    dims: bindDims(shaped, dims).unknown,
  };
}

/** Names for what a function computes from such nodes: none of them is that of a dim. */
export function identifiersFor(nodes: readonly Node[]): Identifiers {
  return new Identifiers(dimNames(topologicalOrder(nodes)).map(dimName));
}

/** The names of parameters, which are those of leaves wherever Python has no other use for them. */
export function nameLeaves(ids: Identifiers, leaves: readonly Node[]): ReadonlyMap<Node, string> {
  return new Map(leaves.map((leaf) => [leaf, ids.of(leaf, leafName(leaf))]));
}

/** A leaf and its type, as Python writes it. */
export function annotated(leaf: Node, name: string): string {
  if (!isScalar(leaf)) return `${name}: Tensor`;
  return `${name}: ${leaf.dtype === "f32" ? "float" : "int"}`;
}

/** The head of a function, on several lines where it is too long for one. */
export function head(
  start: string,
  parameters: readonly string[],
  end: string,
  depth: number,
): readonly string[] {
  const line = `${start}(${parameters.join(", ")})${end}`;
  if (line.length + 4 * depth <= LINE) return [line];
  const inside = parameters.join(", ");
  if (inside.length + 4 * (depth + 1) <= LINE) return [`${start}(`, `    ${inside}`, `)${end}`];
  return [`${start}(`, ...indent(parameters.map((each) => `${each},`)), `)${end}`];
}

/** Lines that a body begins with: sizes, and the type and device of its tensors. */
export function preamble(
  given: ReadonlyMap<Node, string>,
  needs: Needs,
  known: readonly string[],
): { readonly lines: readonly string[]; readonly unknown: readonly string[] } {
  const tensors = [...given].filter(([leaf]) => !isScalar(leaf));
  const shaped = tensors.map(([{ shape }, name]) => ({ name, shape }));
  const all = new Set([...needs.dims].filter((dim) => !known.includes(dim)));
  // What is divided by has to be known before.
  for (const { shape } of shaped) {
    for (const dim of shape.flatMap((extent) => factorsOf(extent).symbols)) {
      if (!known.includes(dim)) all.add(dim);
    }
  }
  const { lines, unknown } = bindDims(shaped, all);
  const used = neededLines(lines, needs.dims);
  const [float] = tensors.filter(([leaf]) => leaf.dtype === "f32").map(([, name]) => name);
  const [any] = tensors.map(([, name]) => name);
  return {
    lines: [
      ...used,
      ...(needs.others.has("dtype")
        ? [`dtype = ${float === undefined ? "torch.get_default_dtype()" : `${float}.dtype`}`]
        : []),
      ...(needs.others.has("device")
        ? [`device = ${any === undefined ? "None" : `${any}.device`}`]
        : []),
    ],
    unknown: unknown.filter((dim) => needs.dims.has(dim)),
  };
}

/** Of lines that bind dims, those that are needed, and those that they need. */
function neededLines(
  lines: ReturnType<typeof bindDims>["lines"],
  dims: ReadonlySet<string>,
): readonly string[] {
  const needed = new Set(dims);
  const kept: string[] = [];
  for (const { dims: bound, text } of [...lines].reverse()) {
    if (!bound.some((dim) => needed.has(dim))) continue;
    kept.unshift(text);
    const [, right = ""] = text.split(" // ");
    for (const dim of right.match(/[A-Za-z_]\w*/g) ?? []) needed.add(dim);
  }
  return kept;
}
