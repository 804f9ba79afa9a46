/**
 * The optimizer of a model as one of PyTorch's: its declared rule, whatever that is, with its schedule of rates.
 *
 * @module
 */
import { make } from "../../../dsl/intern.ts";
import type { ModelDeclaration } from "../../../dsl/model.ts";
import type { Node } from "../../../dsl/ops.ts";
import { topologicalOrder } from "../../graph/graph.ts";
import { leafName } from "../../programs/programs.ts";
import { Body, noNeeds } from "./body.ts";
import { type FunctionText, head, identifiersFor, isScalar } from "./signature.ts";
import { rewrittenGraph } from "./joint_graph.ts";
import { docstring, indent } from "./language.ts";
import { ownTensor } from "./own_tensors.ts";

/** The update of one parameter, and which parameters are updated so. */
interface UpdateRule {
  /** Lines of a function that is called like `name` stands in them. */
  readonly lines: (name: string) => readonly string[];
  readonly others: FunctionText["others"];
  readonly states: readonly string[];
  readonly params: readonly Node[];
}

/** The optimizer's class, and the functions that it calls. */
export function optimizerText(model: ModelDeclaration, name: string): readonly FunctionText[] {
  const trained = model.params.filter((each) => !model.frozen.has(each));
  const rules = rulesOf(model, trained);
  const names = rules.map((_, at) => at === 0 ? "_update" : `_update_${at + 1}`);
  const prepared = model.optimizer.prepare === undefined ? [] : [prepareText(model, trained)];
  return [
    ...rules.map((rule, at) => ({ lines: rule.lines(names[at] ?? ""), others: rule.others })),
    ...prepared,
    classText(model, name, rules, names, prepared.length > 0),
  ];
}

/** Parameters of different ranks may be updated differently; what is written alike is one rule. */
function rulesOf(model: ModelDeclaration, trained: readonly Node[]): readonly UpdateRule[] {
  const all = trained.map((parameter) => ruleOf(model, parameter));
  const byText = Map.groupBy(all, ({ lines }) => lines("").join("\n"));
  return [...byText.values()].flatMap((alike) => {
    const [first] = alike;
    return first === undefined ? [] : [{ ...first, params: alike.flatMap(({ params }) => params) }];
  });
}

function ruleOf({ optimizer }: ModelDeclaration, parameter: Node): UpdateRule {
  const path = leafName(parameter);
  const gradient = make("input", {
    name: `${path}.gradient`,
    role: "input",
    shape: parameter.shape,
    dtype: "f32",
  });
  const updates = optimizer.updates(parameter, gradient);
  const results = updates.map(({ target, value }) => ({
    name: `${leafName(target)}_next`,
    node: value,
  }));
  const graph = rewrittenGraph({ name: "step", layer: path, results, names: new Map() });
  const states = updates.slice(1).map(({ target }) => target);
  const stateNames = states.map((state) => leafName(state).slice(path.length + 1));
  const ids = identifiersFor(graph.results.map(({ node }) => node));
  const order = topologicalOrder(graph.results.map(({ node }) => node));
  const named = [
    [parameter, "w"],
    [gradient, "g"],
    ...states.map((state, at) => [state, stateNames[at]]),
  ];
  // Each of them is a leaf and a name.
  const given = new Map(
    (named as [Node, string][]).map(([leaf, each]) => [leaf, ids.of(leaf, each)]),
  );
  for (const leaf of order.filter(isScalar)) given.set(leaf, ids.of(leaf, leafName(leaf)));
  const needs = noNeeds();
  const body = new Body({ order, given, named: new Set(), names: new Map(), ids, needs });
  const lines = body.lines(order, 4).map((line) => line.replace(/ {2}# \[.*\]$/, ""));
  const values = graph.results.map(({ node }) => body.valueOf(node).text);
  const parameters = ["w", "g", ...stateNames, "step"];
  return {
    others: needs.others,
    states: stateNames,
    params: [parameter],
    lines: (name) => [
      ...head(`def ${name}`, parameters, ":", 0),
      ...indent([
        docstring("New values of a parameter and of what is kept for it, after a step."),
        ...(needs.others.has("dtype") ? ["dtype = w.dtype"] : []),
        ...(needs.others.has("device") ? ["device = w.device"] : []),
        ...lines,
        `return ${values.length === 1 ? `(${values[0]},)` : values.join(", ")}`,
      ]),
    ],
  };
}

/** What becomes of all gradients before the updates. */
function prepareText(
  { optimizer, name }: ModelDeclaration,
  trained: readonly Node[],
): FunctionText {
  const ids = identifiersFor(trained);
  const gradients = trained.map((parameter) =>
    make("input", {
      name: `g_${leafName(parameter)}`,
      role: "input",
      shape: parameter.shape,
      dtype: "f32",
    })
  );
  const prepared = optimizer.prepare?.(gradients) ?? gradients;
  const results = prepared.map((node, at) => ({ name: `clipped_${at}`, node }));
  const graph = rewrittenGraph({ name: "prepare", layer: name, results, names: new Map() });
  const given = new Map(gradients.map((leaf) => [leaf, ids.of(leaf, leafName(leaf))]));
  const needs = noNeeds();
  const order = topologicalOrder(graph.results.map(({ node }) => node));
  const body = new Body({ order, given, named: new Set(), names: new Map(), ids, needs });
  const lines = body.lines(order, 4);
  const [first = ""] = given.values();
  const values = graph.results.map(({ node }) => body.valueOf(node).text);
  return {
    others: needs.others,
    lines: [
      ...head("def _prepare", [...given.values()], ":", 0),
      ...indent([
        docstring("What becomes of all gradients before the updates."),
        ...(needs.others.has("dtype") ? [`dtype = ${first}.dtype`] : []),
        ...(needs.others.has("device") ? [`device = ${first}.device`] : []),
        ...lines,
        ...head("return ", values, "", 1),
      ]),
    ],
  };
}

function classText(
  { optimizer }: ModelDeclaration,
  name: string,
  rules: readonly UpdateRule[],
  names: readonly string[],
  isPrepared: boolean,
): FunctionText {
  const model = (leaf: Node): string => ownTensor(leaf).replace(/^self/, "model");
  const groups = rules.map(({ params }, at) => ({ params: params.map(model), at }));
  const states = [...new Set(rules.flatMap((rule) => rule.states))];
  return {
    others: new Set(),
    lines: [
      `class ${name}Optimizer(torch.optim.Optimizer):`,
      ...indent([
        docstring(optimizer.doc === "" ? optimizer.name : optimizer.doc),
        "",
        `updates = (${names.join(", ")}${names.length === 1 ? "," : ""})`,
        `states = (${states.map((each) => `"${each}"`).join(", ")}${
          states.length === 1 ? "," : ""
        })`,
        "",
        `def __init__(self, model: ${name}) -> None:`,
        ...indent([
          "groups = [",
          ...groups.flatMap(({ params, at }) => [
            "    {",
            `        "update": ${at},`,
            '        "params": [',
            ...params.map((each) => `            ${each},`),
            "        ],",
            "    },",
          ]),
          "]",
          "super().__init__(groups, {})",
        ]),
        "",
        ...stepMethod(isPrepared),
      ]),
    ],
  };
}

/** The method that changes everything, in lines. */
function stepMethod(isPrepared: boolean): readonly string[] {
  return [
    "@torch.no_grad()",
    "def step(self, closure=None):",
    ...indent([
      docstring("Changes every parameter that has a gradient."),
      "loss = None",
      "if closure is not None:",
      "    with torch.enable_grad():",
      "        loss = closure()",
      'parameters = [w for group in self.param_groups for w in group["params"]]',
      isPrepared
        ? "gradients = dict(zip(parameters, _prepare(*(w.grad for w in parameters))))"
        : "gradients = {w: w.grad for w in parameters}",
      "for group in self.param_groups:",
      '    update = self.updates[group["update"]]',
      '    for w in group["params"]:',
      "        if gradients[w] is None:",
      "            continue",
      "        state = self.state[w]",
      "        if not state:",
      '            state["step"] = 0',
      "            state.update({name: torch.zeros_like(w) for name in self.states})",
      '        state["step"] += 1',
      "        kept = [state[name] for name in self.states]",
      '        new = update(w, gradients[w], *kept, state["step"])',
      "        for tensor, value in zip((w, *kept), new):",
      "            tensor.copy_(value)",
      "return loss",
    ]),
  ];
}
