/** The programs of a layer that is compiled alone. @module */
import { type LayerDeclaration, outputOf } from "../../dsl/layer_declaration.ts";
import type { Node } from "../../dsl/ops.ts";
import { gradients } from "../autodiff/gradient.ts";
import type { Graph, Result } from "../graph/graph.ts";
import { everywhere } from "../rewrite/rules/identity.ts";
import { decideMode, dependsOnMode } from "./mode.ts";
import { withPlainValues } from "./plain_values.ts";
import { leafName } from "./programs.ts";

/** The gradient of a layer with respect to one of its tensors. */
export interface LayerGradient {
  readonly leaf: Node;
  readonly gradient: Node;
}

/**
 * The gradients of a layer in training with respect to each of its f32 tensors that its result depends on:
 * those that its author gives, and derived ones.
 */
export function layerGradients(layer: LayerDeclaration): readonly LayerGradient[] {
  const leaves = [...layer.inputs, ...layer.params].filter((leaf) => leaf.dtype === "f32");
  const output = decideMode("training")(outputOf(layer));
  const each = gradients(output, layer.outputGradient, leaves).gradients;
  return leaves.flatMap((leaf, i) => {
    const gradient = each[i];
    const given = layer.backward.has(leafName(leaf));
    if (gradient === undefined || (everywhere(gradient) === 0 && !given)) return [];
    return [{ leaf, gradient }];
  });
}

/**
 * A layer's programs: `forward`; `forward_training`, if training differs from use, which gives states their
 * new values; and `grad_<tensor>` for each gradient in training.
 */
export function layerPrograms(layer: LayerDeclaration): readonly Graph[] {
  const program = (name: string, results: readonly Result[]): Graph =>
    withPlainValues({ name, layer: layer.name, results, names: new Map() });
  const use = decideMode("inference"), train = decideMode("training");
  const states = layer.state.flatMap((target): readonly Result[] => {
    const node = layer.update.get(leafName(target));
    return node === undefined ? [] : [{ name: leafName(target), node, target }];
  });
  const trains = states.length > 0 || dependsOnMode([layer.output]);
  return [
    program("forward", [{ name: "y", node: use(layer.output) }]),
    ...(trains
      ? [program("forward_training", [
        { name: "y", node: train(layer.output) },
        ...states.map((each) => ({ ...each, node: train(each.node) })),
      ])]
      : []),
    ...layerGradients(layer).map(({ leaf, gradient }) =>
      program(`grad_${leafName(leaf).toLowerCase()}`, [{
        name: `g${leafName(leaf)}`,
        node: gradient,
      }])
    ),
  ];
}
