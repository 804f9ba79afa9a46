/** The programs of a declaration, as graphs: what can be run once it is compiled. @module */
import { type Extent, factors } from "../../dsl/dim.ts";
import type { LayerDeclaration } from "../../dsl/declare.ts";
import { make } from "../../dsl/intern.ts";
import type { ModelDeclaration } from "../../dsl/model.ts";
import type { Node } from "../../dsl/ops.ts";
import { gradients } from "../autodiff/gradient.ts";
import { number, spread, sumOver } from "../graph/build.ts";
import type { Graph, Result } from "../graph/graph.ts";
import { everywhere } from "../rewrite/rules/identity.ts";
import { drawProgram } from "./draw.ts";

/** A declaration that can be compiled. */
export type Declaration = LayerDeclaration | ModelDeclaration;

/** The name of a leaf. */
export function leafName(node: Node): string {
  if (node.op !== "input") throw new Error(`${node.op} is not a leaf`);
  return node.attrs.name;
}

/** The gradients of a layer's tensors: derived, and written by hand where the author did. */
export interface LayerGradient {
  readonly leaf: Node;
  readonly derived: Node;
  readonly written: Node | undefined;
}

/** The gradients of a layer with respect to each of its f32 tensors that its result depends on. */
export function layerGradients(layer: LayerDeclaration): readonly LayerGradient[] {
  const leaves = [...layer.inputs, ...layer.params].filter((leaf) => leaf.dtype === "f32");
  const derived = gradients(layer.output, layer.outputGradient, leaves).gradients;
  return leaves.flatMap((leaf, i) => {
    const gradient = derived[i];
    const written = layer.backward.get(leafName(leaf));
    if (gradient === undefined || (everywhere(gradient) === 0 && written === undefined)) return [];
    return [{ leaf, derived: gradient, written }];
  });
}

/** A layer's programs: `forward`, and `grad_<tensor>` for each gradient. */
export function layerPrograms(
  layer: LayerDeclaration,
  gradient: (of: LayerGradient) => Node,
): readonly Graph[] {
  const program = (name: string, result: Result): Graph => ({
    name,
    layer: layer.name,
    results: [result],
    names: new Map(),
  });
  return [
    program("forward", { name: "y", node: layer.output }),
    ...layerGradients(layer).map((each) =>
      program(`grad_${leafName(each.leaf).toLowerCase()}`, {
        name: `g${leafName(each.leaf)}`,
        node: gradient(each),
      })
    ),
  ];
}

/** The total of a number per sample over all runs since it was last set to zero. */
function addToTotal(name: string, perSample: Node): Result {
  const target = make("input", {
    name: `${name}_total`,
    role: "state",
    shape: [],
    dtype: "f32",
    initial: { kind: "constant", value: 0 },
  });
  const sum = sumOver(perSample, [0]);
  return { name: `${name}_total`, node: make("add", {}, [target, sum]), target };
}

/**
 * A model's programs:
 * - `draw`, if inputs come from bytes: a batch of them, see `draw.ts`;
 * - `predict`: the prediction, as `logits`;
 * - `evaluate`: adds the batch's losses and metrics to `<name>_total`;
 * - `step`: the same, and changes the parameters by the optimizer's rule, for the mean loss of the batch.
 */
export function modelPrograms(model: ModelDeclaration): readonly Graph[] {
  const names = new Map([
    ...model.names,
    [model.loss, "loss"] as const,
    ...[...model.metrics].map(([name, node]) => [node, name] as const),
  ]);
  const totals = [
    addToTotal("loss", model.loss),
    ...[...model.metrics].map(([name, node]) => addToTotal(name, node)),
  ];
  const batch = batchOf(model);
  const weight = make("div", {}, [number(1), make("size", { extent: batch })]);
  names.set(weight, "one_over_batch");
  const seed = spread(weight, model.loss.shape);
  const { gradients: each, names: gradientNames } = gradients(
    model.loss,
    seed,
    model.params,
    names,
  );
  const updates = model.params.flatMap((parameter, i) => {
    const gradient = each[i];
    if (gradient === undefined) throw new Error(`${leafName(parameter)} has no gradient`);
    return model.optimizer.updates(parameter, gradient).map(({ target, value }): Result => ({
      name: leafName(target),
      node: value,
      target,
    }));
  });
  const graph = (name: string, results: readonly Result[]): Graph => ({
    name,
    layer: model.name,
    results,
    names: new Map([...gradientNames, ...names]),
  });
  const draw = drawProgram(model);
  return [
    ...(draw === undefined ? [] : [draw]),
    graph("predict", [{ name: "logits", node: model.prediction }]),
    graph("evaluate", totals),
    graph("step", [...totals, ...updates]),
  ];
}

/** The number of samples: the extent of the losses. */
function batchOf(model: ModelDeclaration): Extent {
  return model.loss.shape[0] ?? 1;
}

/** Dims that each run may choose anew: the first of each input, unless a parameter has it too. */
export function callDimsOf(declaration: Declaration): readonly string[] {
  const fixed = new Set(
    declaration.params.flatMap((each) => each.shape.flatMap((extent) => factors(extent).symbols)),
  );
  const first = declaration.inputs.flatMap((each) => factors(each.shape[0] ?? 1).symbols);
  return [...new Set(first)].filter((dim) => !fixed.has(dim));
}
