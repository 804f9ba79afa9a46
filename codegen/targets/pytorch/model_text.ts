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
import {
  annotated,
  functionClass,
  type FunctionText,
  head,
  isScalar,
  type Parameters,
  parametersOf,
  plainFunction,
} from "./function_text.ts";
import { type Joint, jointGraph } from "./joint_graph.ts";
import { className, docstring, indent } from "./language.ts";
import { moduleText } from "./module_text.ts";
import { optimizerText } from "./optimizer_text.ts";
import { ownMethods, ownTensor } from "./own_tensors.ts";

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
  { name: model, doc, inputs, params, state, outputs, metrics }: ModelDeclaration,
  name: string,
  { forward }: Joint,
  { parameters, predictedBy, evaluatedBy }: Calls,
): FunctionText {
  const isOwn = (leaf: Node): boolean => params.includes(leaf) || state.includes(leaf);
  const argument = (leaf: Node): string => isOwn(leaf) ? ownTensor(leaf) : leafName(leaf);
  const dims = [...new Set([...parameters.dims, ...predictedBy.dims])];
  const allOf = (by: Parameters): readonly string[] => [
    ...by.leaves.map(argument),
    ...by.dims.map((dim) => `self.${dim}`),
  ];
  const givenOf = (by: Parameters): readonly string[] => [
    "self",
    ...by.leaves.filter((leaf) => inputs.includes(leaf) || isScalar(leaf))
      .map((leaf) => annotated(leaf, leafName(leaf))),
  ];
  const judged = ["loss", ...metrics.keys()];
  const updates = forward.flatMap(({ target, name }) =>
    target === undefined ? [] : [{ target, name }]
  );
  const next = updates.map((_, at) => `state_${at + 1}`);
  const dictionary = `{${judged.map((each) => `"${each}": ${each}`).join(", ")}}`;
  const targets = [...judged, ...next];
  const assigned = (call: string, by: Parameters, values: readonly string[], depth: number) =>
    head(`${values.join(", ")} = ${call}`, allOf(by), "", depth);
  const single = outputs.size === 1;
  return {
    others: new Set(),
    lines: [
      `class ${name}(nn.Module):`,
      ...indent([
        docstring(doc === "" ? model : doc),
        "",
        ...ownMethods({ params, state, dims }),
        ...head("def forward", givenOf(parameters), " -> dict[str, Tensor]:", 1),
        ...indent([
          docstring("The loss and the metrics of each sample, by name."),
          ...(evaluatedBy === undefined ? [] : [
            "if not self.training:",
            ...indent([
              ...assigned("_evaluate", evaluatedBy, judged, 3),
              `return ${dictionary}`,
            ]),
          ]),
          ...assigned(`${name}Function.apply`, parameters, targets, 2),
          ...(updates.length === 0 ? [] : [
            "with torch.no_grad():",
            ...updates.map(({ target }, at) => `    ${argument(target)}.copy_(${next[at]})`),
          ]),
          `return ${dictionary}`,
        ]),
        "",
        ...head(
          "def predict",
          givenOf(predictedBy),
          single ? " -> Tensor:" : " -> dict[str, Tensor]:",
          1,
        ),
        ...indent([
          docstring("What the network makes of a batch."),
          ...(single ? head("return _predict", allOf(predictedBy), "", 2) : [
            ...assigned("_predict", predictedBy, [...outputs.keys()], 2),
            `return {${[...outputs.keys()].map((each) => `"${each}": ${each}`).join(", ")}}`,
          ]),
        ]),
      ]),
    ],
  };
}
