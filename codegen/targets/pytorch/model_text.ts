/**
 * A model as a module of PyTorch: its losses and metrics with gradients, its prediction, and its optimizer.
 *
 * @module
 */
import { make } from "../../../dsl/intern.ts";
import type { ModelDeclaration } from "../../../dsl/model.ts";
import type { Node } from "../../../dsl/ops.ts";
import { gradients } from "../../autodiff/gradient.ts";
import { topologicalOrder } from "../../graph/graph.ts";
import { dependsOnMode } from "../../programs/mode.ts";
import { inMode, leafName } from "../../programs/programs.ts";
import { functionClass } from "./function_text.ts";
import { type Joint, jointGraph } from "./joint_graph.ts";
import { className, docstring, indent, legalName } from "./language.ts";
import { moduleText } from "./module_text.ts";
import { optimizerText } from "./optimizer_text.ts";
import { ownMethods, ownSize, ownTensor } from "./own_tensors.ts";
import { plainFunction } from "./plain_function.ts";
import { annotated, type FunctionText, head, type Parameters, parametersOf } from "./signature.ts";

/** The text of a model's file. */
export function modelText(model: ModelDeclaration): string {
  const name = className(model.name);
  const trained = inMode("training", model), used = inMode("inference", model);
  const joint = jointLosses(trained);
  const tensors = [...model.inputs, ...model.params, ...model.state];
  const roots = [...joint.forward, ...joint.backward].map(({ node }) => node);
  const parameters = parametersOf(tensors, roots);
  const about = "The loss and the metrics of each sample";
  const predicted = [...used.outputs].map(([output, node]) => ({ name: output, node }));
  const predictedBy = usedParameters(tensors, predicted.map(({ node }) => node));
  const judged = judgedValues(used);
  const differs = dependsOnMode([model.loss, ...model.metrics.values()]) || model.updates.size > 0;
  const evaluatedBy = usedParameters(tensors, judged.map(({ node }) => node));
  const functions: readonly FunctionText[] = [
    functionClass(`${name}Function`, `${about}; the loss has a gradient.`, joint, parameters),
    ...(differs
      ? [plainFunction("_evaluate", `${about}, in use.`, judged, evaluatedBy, used.names)]
      : []),
    plainFunction(
      "_predict",
      "What the network makes of a batch, in use.",
      predicted,
      predictedBy,
      used.names,
    ),
  ];
  const calls = { parameters, predictedBy, ...(differs ? { evaluatedBy } : {}) };
  return moduleText({
    name: model.name,
    doc: model.doc,
    functions,
    classes: [moduleClass(model, name, joint, calls), ...optimizerText(model, name)],
  });
}

const judgedValues = ({ loss, metrics }: ModelDeclaration) => [
  { name: "loss", node: loss },
  ...[...metrics].map(([name, node]) => ({ name, node })),
];

/** The losses and metrics, new values of states, and the gradients of parameters. */
function jointLosses(model: ModelDeclaration): Joint {
  const { loss, params, frozen, updates, names } = model;
  const trained = params.filter((each) => !frozen.has(each));
  const seed = make("input", { name: "g_loss", role: "input", shape: loss.shape, dtype: "f32" });
  const found = gradients(loss, seed, trained, names);
  const [judgedLoss, ...metrics] = judgedValues(model);
  return jointGraph({
    name: "losses",
    layer: model.name,
    names: new Map([...found.names, ...names]),
    forward: [
      ...(judgedLoss === undefined ? [] : [{ ...judgedLoss, seed }]),
      ...metrics,
      ...[...updates].map(([target, node]) => ({ name: `${leafName(target)}_next`, node, target })),
    ],
    backward: trained.flatMap((leaf, at) => {
      const node = found.gradients[at];
      return node === undefined ? [] : [{ name: `g_${leafName(leaf)}`, node, leaf }];
    }),
  });
}

/** What a function of some values is given, of all tensors only those that it needs. */
function usedParameters(tensors: readonly Node[], roots: readonly Node[]): Parameters {
  const needed = new Set(topologicalOrder(roots));
  return parametersOf(tensors.filter((leaf) => needed.has(leaf)), roots);
}

/** How a module calls its functions. */
interface Calls {
  readonly parameters: Parameters;
  readonly predictedBy: Parameters;
  readonly evaluatedBy?: Parameters;
}

function moduleClass(
  model: ModelDeclaration,
  name: string,
  { forward }: Joint,
  calls: Calls,
): FunctionText {
  const { params, state } = model;
  const { parameters, predictedBy, evaluatedBy } = calls;
  const all = [parameters, predictedBy, ...(evaluatedBy === undefined ? [] : [evaluatedBy])];
  const dims = [...new Set(all.flatMap((each) => each.dims))];
  return {
    others: new Set(),
    lines: [
      `class ${name}(nn.Module):`,
      ...indent([
        docstring(model.doc === "" ? model.name : model.doc),
        "",
        ...ownMethods({ params, state, dims }),
        ...forwardMethod(model, `${name}Function.apply`, forward, calls),
        "",
        ...predictMethod(model, predictedBy),
      ]),
    ],
  };
}

const isOwn = ({ params, state }: ModelDeclaration, leaf: Node): boolean =>
  params.includes(leaf) || state.includes(leaf);

/** What a function is given by the module that calls it. */
function argumentsOf(model: ModelDeclaration, { leaves, dims }: Parameters): readonly string[] {
  return [
    ...leaves.map((leaf) => isOwn(model, leaf) ? ownTensor(leaf) : legalName(leafName(leaf))),
    ...dims.map(ownSize),
  ];
}

/** What a method is given, of what its function needs. */
function parametersOfMethod(model: ModelDeclaration, { leaves }: Parameters): readonly string[] {
  const given = leaves.filter((leaf) => !isOwn(model, leaf));
  return ["self", ...given.map((leaf) => annotated(leaf, legalName(leafName(leaf))))];
}

const dictionary = (names: Iterable<string>): string =>
  `{${[...names].map((each) => `"${each}": ${each}`).join(", ")}}`;

function forwardMethod(
  model: ModelDeclaration,
  apply: string,
  results: Joint["forward"],
  { parameters, evaluatedBy }: Calls,
): readonly string[] {
  const judged = ["loss", ...model.metrics.keys()];
  const updated = results.flatMap(({ target }) => target === undefined ? [] : [target]);
  const next = updated.map((_, at) => `state_${at + 1}`);
  const given = argumentsOf(model, parameters);
  return [
    ...head("def forward", parametersOfMethod(model, parameters), " -> dict[str, Tensor]:", 1),
    ...indent([
      docstring("The loss and the metrics of each sample, by name."),
      ...(evaluatedBy === undefined ? [] : [
        "if not self.training:",
        ...indent([
          ...head(`${judged.join(", ")} = _evaluate`, argumentsOf(model, evaluatedBy), "", 3),
          `return ${dictionary(judged)}`,
        ]),
      ]),
      ...head(`${[...judged, ...next].join(", ")} = ${apply}`, given, "", 2),
      ...(updated.length === 0 ? [] : [
        "with torch.no_grad():",
        ...updated.map((target, at) => `    ${ownTensor(target)}.copy_(${next[at]})`),
      ]),
      `return ${dictionary(judged)}`,
    ]),
  ];
}

function predictMethod(model: ModelDeclaration, by: Parameters): readonly string[] {
  const outputs = [...model.outputs.keys()];
  const given = argumentsOf(model, by);
  const type = outputs.length === 1 ? " -> Tensor:" : " -> dict[str, Tensor]:";
  return [
    ...head("def predict", parametersOfMethod(model, by), type, 1),
    ...indent([
      docstring("What the network makes of a batch."),
      ...(outputs.length === 1 ? head("return _predict", given, "", 2) : [
        ...head(`${outputs.join(", ")} = _predict`, given, "", 2),
        `return ${dictionary(outputs)}`,
      ]),
    ]),
  ];
}
