/** The programs of a declaration, as graphs: what can be run once it is compiled. @module */
import { factors } from "../../dsl/dim.ts";
import type { LayerDeclaration } from "../../dsl/declare.ts";
import { make } from "../../dsl/intern.ts";
import type { ModelDeclaration } from "../../dsl/model.ts";
import type { Node } from "../../dsl/ops.ts";
import { causedBy } from "../../dsl/provenance.ts";
import { gradients } from "../autodiff/gradient.ts";
import { number, spread, sumOver } from "../graph/build.ts";
import type { Graph, Result } from "../graph/graph.ts";
import { drawProgram } from "./draw.ts";
import { decideMode, type Mode } from "./mode.ts";
import { withPlainValues } from "./plain_values.ts";

/** A declaration that can be compiled. */
export type Declaration = LayerDeclaration | ModelDeclaration;

/** The name of a leaf. */
export function leafName(node: Node): string {
  if (node.op !== "input") throw new Error(`${node.op} is not a leaf`);
  return node.attrs.name;
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
  const node = causedBy(
    [perSample],
    () => make("add", {}, [target, sumOver(perSample, [0])]),
  );
  return { name: `${name}_total`, node, target };
}

/**
 * A model's programs:
 * - `draw`, if inputs come from bytes: a batch of them, see `draw.ts`;
 * - `predict`: what `forward` gives, by its names, or as `logits`;
 * - `evaluate`: adds the batch's losses and metrics to `<name>_total`;
 * - `step`: the same in training; changes the parameters by the optimizer's rule, for the mean loss of the
 *   batch, and gives the states of layers their new values.
 */
export function modelPrograms(model: ModelDeclaration): readonly Graph[] {
  const draw = drawProgram(model);
  const used = inMode("inference", model), trained = inMode("training", model);
  const graph = (
    { names }: ModelDeclaration,
    name: string,
    results: readonly Result[],
    others: ReadonlyMap<Node, string> = new Map(),
  ): Graph =>
    withPlainValues({
      name,
      layer: model.name,
      results,
      names: new Map([...others, ...names]),
    });
  const { updates, names } = updatesOf(trained);
  return [
    ...(draw === undefined ? [] : [draw]),
    graph(used, "predict", [...used.outputs].map(([name, node]) => ({ name, node }))),
    graph(used, "evaluate", totalsOf(used)),
    graph(trained, "step", [...totalsOf(trained), ...updates, ...statesOf(trained)], names),
  ];
}

/** A model with its mode decided, and names for its losses and metrics. */
export function inMode(mode: Mode, model: ModelDeclaration): ModelDeclaration {
  const decide = decideMode(mode);
  const byKey = <K>(values: ReadonlyMap<K, Node>): ReadonlyMap<K, Node> =>
    new Map([...values].map(([key, node]) => [key, decide(node)]));
  const loss = decide(model.loss), metrics = byKey(model.metrics);
  return {
    ...model,
    outputs: byKey(model.outputs),
    updates: byKey(model.updates),
    loss,
    metrics,
    names: new Map([
      ...[...model.names].map(([node, name]) => [decide(node), name] as const),
      [loss, "loss"] as const,
      ...[...metrics].map(([name, node]) => [node, name] as const),
    ]),
  };
}

const totalsOf = ({ loss, metrics }: ModelDeclaration): readonly Result[] => [
  addToTotal("loss", loss),
  ...[...metrics].map(([name, node]) => addToTotal(name, node)),
];

/** The new values of the states of layers. */
const statesOf = ({ updates }: ModelDeclaration): readonly Result[] =>
  [...updates].map(([target, node]) => ({ name: leafName(target), node, target }));

/** The new values of parameters and of what the optimizer keeps for them, with names for gradients. */
function updatesOf(model: ModelDeclaration): {
  readonly updates: readonly Result[];
  readonly names: ReadonlyMap<Node, string>;
} {
  const trained = model.params.filter((each) => !model.frozen.has(each));
  const { gradients: plain, names } = gradientsOf(model, trained);
  const each = model.optimizer.prepare?.(plain) ?? plain;
  return {
    names,
    updates: trained.flatMap((parameter, i) => {
      const gradient = each[i];
      if (gradient === undefined) throw new Error(`${leafName(parameter)} has no gradient`);
      return model.optimizer.updates(parameter, gradient).map(({ target, value }): Result => ({
        name: leafName(target),
        node: value,
        target,
      }));
    }),
  };
}

/** The gradients of the mean loss of the batch, by way of those of the scaled loss. */
function gradientsOf(
  { loss, lossScale, names: given }: ModelDeclaration,
  trained: readonly Node[],
): { readonly gradients: readonly Node[]; readonly names: ReadonlyMap<Node, string> } {
  const weight = make("div", {}, [number(1), make("size", { extent: loss.shape[0] ?? 1 })]);
  const named: readonly [Node, string] = [weight, "one_over_batch"];
  const seed = (scaled: Node) => gradients(loss, spread(scaled, loss.shape), trained, given);
  if (lossScale === 1) {
    const plain = seed(weight);
    return { gradients: plain.gradients, names: new Map([...plain.names, named]) };
  }
  const scaled = seed(make("mul", {}, [weight, number(lossScale)]));
  const names = new Map([...scaled.names, named]);
  const plain = scaled.gradients.map((gradient) => {
    const own = make("mul", {}, [gradient, spread(number(1 / lossScale), gradient.shape)]);
    const name = names.get(gradient);
    if (name !== undefined) names.set(own, name).set(gradient, `${name}_scaled`);
    return own;
  });
  return { gradients: plain, names };
}

/** Dims that each run may choose anew: the first of each input, unless a parameter has it too. */
export function callDimsOf(declaration: Declaration): readonly string[] {
  const fixed = new Set(
    [...declaration.params, ...declaration.state]
      .flatMap((each) => each.shape.flatMap((extent) => factors(extent).symbols)),
  );
  const first = declaration.inputs.flatMap((each) => factors(each.shape[0] ?? 1).symbols);
  return [...new Set(first)].filter((dim) => !fixed.has(dim));
}
