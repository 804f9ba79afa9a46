/**
 * An `autograd.Function` with the generated forward and backward passes of a declaration.
 *
 * @module
 */
import type { Node } from "../../../dsl/ops.ts";
import { topologicalOrder } from "../../graph/graph.ts";
import { Body, LINE, noNeeds } from "./body.ts";
import type { Joint } from "./joint_graph.ts";
import { docstring, type Identifiers, indent } from "./language.ts";
import { returned, returnLines } from "./returns.ts";
import {
  annotated,
  type FunctionText,
  head,
  identifiersFor,
  isScalar,
  nameLeaves,
  type Parameters,
  preamble,
} from "./signature.ts";
import { expanded, type Value } from "./value.ts";

/** The class, named as given. */
export function functionClass(
  name: string,
  doc: string,
  joint: Joint,
  parameters: Parameters,
): FunctionText {
  const { kept } = forwardText(joint, parameters, []);
  const backward = backwardText(joint, parameters, kept);
  const forward = forwardText(joint, parameters, backward.unknown);
  return {
    lines: [
      `class ${name}(torch.autograd.Function):`,
      ...indent([
        docstring(doc),
        "",
        "@staticmethod",
        ...forward.lines,
        "",
        "@staticmethod",
        "@once_differentiable",
        ...backward.lines,
      ]),
    ],
    others: new Set([...forward.others, ...backward.others]),
  };
}

const identifiersOf = ({ forward, backward }: Joint, { leaves }: Parameters) =>
  identifiersFor([...[...forward, ...backward].map(({ node }) => node), ...leaves]);

/** @param dims those that the gradients need and no tensor tells them */
function forwardText(
  joint: Joint,
  parameters: Parameters,
  dims: readonly string[],
): FunctionText & { readonly kept: readonly Value[] } {
  const ids = identifiersOf(joint, parameters);
  const given = nameLeaves(ids, parameters.leaves);
  const needs = noNeeds();
  const results = joint.forward.map(({ node }) => node);
  for (const { name, node } of joint.forward) if (node.op !== "input") ids.of(node, name);
  const named = new Set([...results, ...joint.kept]);
  const body = new Body({
    order: joint.forwardNodes,
    given,
    named,
    names: joint.graph.names,
    ids,
    needs,
  });
  const lines = body.lines(joint.forwardNodes, 8);
  for (const dim of dims) needs.dims.add(dim);
  const all = [
    ...[...given].map(([leaf, text]) => annotated(leaf, text)),
    ...parameters.dims.map((dim) => `${dim}: int`),
  ];
  // What is kept is a tensor, as small as it is.
  const kept = joint.kept.map((node) => {
    const value = body.valueOf(node);
    return value.kind === "tensor" ? value : expanded(node, body.surroundings);
  });
  const values = results.map((node) => returned(body, node));
  const whole = joint.forward.filter(({ seed }) => seed === undefined).map(({ node }) =>
    body.valueOf(node).text
  );
  const type = results.length === 1 ? "Tensor" : "tuple[Tensor, ...]";
  return {
    kept,
    lines: [
      ...head("def forward", ["ctx", ...all], ` -> ${type}:`, 1),
      ...indent([
        ...preamble(given, needs, parameters.dims).lines,
        ...lines,
        ...(kept.length === 0
          ? []
          : head("ctx.save_for_backward", kept.map(({ text }) => text), "", 2)),
        ...keptNumbers(joint, parameters, given),
        ...dims.map((dim) => `ctx.${dim} = ${dim}`),
        ...(whole.length === 0 ? [] : head("ctx.mark_non_differentiable", whole, "", 2)),
        ...returnLines(values),
      ]),
    ],
    others: needs.others,
  };
}

/** Numbers that the gradients need, which are no tensors. */
function numbersOf(joint: Joint, { leaves }: Parameters): readonly Node[] {
  const used = new Set(joint.backwardNodes.flatMap(({ inputs }) => inputs));
  return leaves.filter((leaf) => isScalar(leaf) && used.has(leaf));
}

function keptNumbers(
  joint: Joint,
  parameters: Parameters,
  given: ReadonlyMap<Node, string>,
): readonly string[] {
  const names = [
    ...numbersOf(joint, parameters).map((leaf) => given.get(leaf) ?? ""),
    ...parameters.dims,
  ];
  return names.map((name) => `ctx.${name} = ${name}`);
}

/** @param values that the forward pass keeps, as it calls them */
function backwardText(
  joint: Joint,
  parameters: Parameters,
  values: readonly Value[],
): FunctionText & { readonly unknown: readonly string[] } {
  const ids = identifiersOf(joint, parameters);
  const leaves = nameLeaves(ids, parameters.leaves);
  const seeds = joint.forward.flatMap(({ seed }) => seed === undefined ? [] : [seed]);
  const seedNames = nameLeaves(ids, seeds);
  const gradients = new Map(joint.backward.map(({ leaf, node, name }) => {
    ids.of(node, name);
    return [leaf, node] as const;
  }));
  const needs = noNeeds();
  const kept = joint.kept.map((node, at) => {
    const isNamed = /^\w+$/.test(values[at]?.text ?? "");
    return [node, ids.of(node, isNamed ? values[at]?.text ?? "t" : "t")] as const;
  });
  const numbers = numbersOf(joint, parameters)
    .map((leaf) => [leaf, leaves.get(leaf) ?? ""] as const);
  const given = new Map([...kept, ...seedNames, ...numbers]);
  const body = new Body({
    order: joint.backwardNodes,
    given,
    small: new Map(joint.kept.flatMap((node, at) => {
      const value = values[at];
      return value === undefined ? [] : [[node, value] as const];
    })),
    named: new Set(gradients.values()),
    names: joint.graph.names,
    ids,
    needs,
  });
  const lines = gradientLines(joint, parameters, gradients, body, ids);
  const saved = kept.map(([, name]) => name);
  // A value that is repeated has axes of one element.
  const isSmall = new Set(joint.kept.filter((_, at) => values[at]?.thin.includes(true)));
  const whole = new Map([...given].filter(([node]) => !isSmall.has(node)));
  const { lines: sizes, unknown } = preamble(whole, needs, parameters.dims);
  return {
    unknown,
    lines: [
      ...head("def backward", ["ctx", ...gradientNames(joint, seedNames)], ":", 1),
      ...indent([
        ...(saved.length === 0 ? [] : unpacked(saved)),
        ...[...numbers.map(([, name]) => name), ...parameters.dims, ...unknown]
          .map((name) => `${name} = ctx.${name}`),
        ...sizes,
        ...lines,
      ]),
    ],
    others: needs.others,
  };
}

/** The gradients of all results, as they are given; those of states are of no use. */
function gradientNames(
  { forward }: Joint,
  seeds: ReadonlyMap<Node, string>,
): readonly string[] {
  return forward.map(({ seed, name }) => {
    const known = seed === undefined ? undefined : seeds.get(seed);
    return known ?? `_${name.replaceAll(/\W/g, "_")}`;
  });
}

function unpacked(names: readonly string[]): readonly string[] {
  if (names.length === 1) return [`(${names[0]},) = ctx.saved_tensors`];
  const line = `${names.join(", ")} = ctx.saved_tensors`;
  if (line.length + 8 <= LINE) return [line];
  return ["(", ...indent(names.map((name) => `${name},`)), ") = ctx.saved_tensors"];
}

/** What several gradients need, then each of them where it is asked for; and all that is returned. */
function gradientLines(
  { backwardNodes }: Joint,
  parameters: Parameters,
  gradients: ReadonlyMap<Node, Node>,
  body: Body,
  ids: Identifiers,
): readonly string[] {
  const below = new Map(
    [...gradients].map(([leaf, node]) => [leaf, new Set(topologicalOrder([node]))]),
  );
  const users = (node: Node): number => [...below.values()].filter((all) => all.has(node)).length;
  const shared = backwardNodes.filter((node) => users(node) > 1);
  const lines = [...body.lines(shared, 8)];
  const names: string[] = [];
  const blocks: string[] = [];
  parameters.leaves.forEach((leaf, at) => {
    const node = gradients.get(leaf);
    if (node === undefined) {
      names.push("None");
      return;
    }
    const name = ids.of(node, "");
    names.push(name);
    const isBlock = gradients.size > 1 && !shared.includes(node);
    const own = body.lines(
      backwardNodes.filter((each) => below.get(leaf)?.has(each)),
      isBlock ? 12 : 8,
    );
    const whole = expanded(node, body.surroundings).text;
    const all = [...own, ...(whole === name ? [] : [`${name} = ${whole}`])];
    if (!isBlock) lines.push(...all);
    else blocks.push(`if ctx.needs_input_grad[${at}]:`, ...indent(all));
  });
  const asked = parameters.leaves.flatMap((leaf) => {
    const node = gradients.get(leaf);
    return node === undefined || shared.includes(node) ? [] : [ids.of(node, "")];
  });
  const results = [...names, ...parameters.dims.map(() => "None")];
  return [
    ...lines,
    ...(gradients.size === 1 ? [] : unset(asked)),
    ...blocks,
    ...returnLines(results),
  ];
}

/** Gradients that are not asked for are None; as many on a line as it has room for. */
function unset(names: readonly string[]): readonly string[] {
  const lines: string[][] = [];
  for (const name of names) {
    const last = lines.at(-1);
    if (last !== undefined && [...last, name, "None"].join(" = ").length + 8 <= LINE) {
      last.push(name);
    } else lines.push([name]);
  }
  return lines.map((line) => `${line.join(" = ")} = None`);
}
