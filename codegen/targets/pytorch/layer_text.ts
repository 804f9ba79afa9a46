/**
 * A layer as a module of PyTorch.
 *
 * @module
 */
import { type LayerDeclaration, outputOf } from "../../../dsl/layer_declaration.ts";
import type { Node } from "../../../dsl/ops.ts";
import { layerGradients } from "../../programs/layer_programs.ts";
import { decideMode, dependsOnMode } from "../../programs/mode.ts";
import { leafName } from "../../programs/programs.ts";
import { functionClass } from "./function_text.ts";
import { jointGraph } from "./joint_graph.ts";
import { className, docstring, indent, legalName } from "./language.ts";
import { moduleText } from "./module_text.ts";
import { ownMethods, ownSize, ownTensor } from "./own_tensors.ts";
import { plainFunction } from "./plain_function.ts";
import {
  annotated,
  type FunctionText,
  head,
  isScalar,
  type Parameters,
  parametersOf,
} from "./signature.ts";

/** The text of a layer's file. */
export function layerText(layer: LayerDeclaration): string {
  const train = decideMode("training"), use = decideMode("inference");
  const gradients = layerGradients(layer);
  const states = layer.state.flatMap((target) => {
    const node = layer.update.get(leafName(target));
    const name = `${leafName(target)}_next`;
    return node === undefined ? [] : [{ name, node: train(node), target }];
  });
  const joint = jointGraph({
    name: "forward",
    layer: layer.name,
    names: new Map(),
    forward: [{ name: "y", node: train(outputOf(layer)), seed: layer.outputGradient }, ...states],
    backward: gradients.map(({ leaf, gradient }) => ({
      name: `g${leafName(leaf)}`,
      node: gradient,
      leaf,
    })),
  });
  const tensors = [...layer.inputs, ...layer.params, ...layer.state];
  const roots = [...joint.forward, ...joint.backward].map(({ node }) => node);
  const parameters = parametersOf(tensors, roots);
  const name = className(layer.name);
  const trained = gradients.length === 0
    ? plainFunction(layer.name, `${layer.name}; it has no gradients.`, joint.forward, parameters)
    : functionClass(
      `${name}Function`,
      `${layer.name} in training, with its derived gradients.`,
      joint,
      parameters,
    );
  const differs = states.length > 0 || dependsOnMode([layer.output]);
  const inUse = [{ name: "y", node: use(layer.output) }];
  const inUseBy = parametersOf(tensors, [use(layer.output)]);
  const used = differs ? [plainFunction("_in_use", `${layer.name} in use.`, inUse, inUseBy)] : [];
  const updated = states.map(({ target }) => target);
  const apply = gradients.length === 0 ? layer.name : `${name}Function.apply`;
  return moduleText({
    name: layer.name,
    doc: layer.doc,
    functions: [trained, ...used],
    classes: [moduleClass(layer, name, parameters, { updated, differs, apply })],
  });
}

/** How a module calls its function. */
interface Calling {
  /** States that get new values in training. */
  readonly updated: readonly Node[];
  /** True if training differs from use. */
  readonly differs: boolean;
  readonly apply: string;
}

function moduleClass(
  { name: layer, doc, inputs, params, state }: LayerDeclaration,
  name: string,
  { leaves, dims }: Parameters,
  { updated, differs, apply }: Calling,
): FunctionText {
  const argument = (leaf: Node): string =>
    params.includes(leaf) || state.includes(leaf) ? ownTensor(leaf) : legalName(leafName(leaf));
  const sizes = dims.map(ownSize);
  const all = [...leaves.map(argument), ...sizes];
  const next = updated.map((leaf) => `${leafName(leaf)}_next`);
  const tensors = leaves.filter((leaf) => !isScalar(leaf));
  const given = leaves.filter((leaf) => inputs.includes(leaf) || isScalar(leaf));
  const inUse = head("return _in_use", [...tensors.map(argument), ...sizes], "", 3);
  return {
    others: new Set(),
    lines: [
      `class ${name}(nn.Module):`,
      ...indent([
        docstring(doc === "" ? layer : doc),
        "",
        ...ownMethods({ params, state, dims }),
        ...head(
          "def forward",
          ["self", ...given.map((leaf) => annotated(leaf, argument(leaf)))],
          " -> Tensor:",
          1,
        ),
        ...indent([
          ...(differs ? ["if not self.training:", ...indent(inUse)] : []),
          ...(updated.length === 0 ? head(`return ${apply}`, all, "", 2) : [
            ...head(`${["y", ...next].join(", ")} = ${apply}`, all, "", 2),
            "with torch.no_grad():",
            ...updated.map((leaf, at) => `    ${argument(leaf)}.copy_(${next[at]})`),
            "return y",
          ]),
        ]),
      ]),
    ],
  };
}
