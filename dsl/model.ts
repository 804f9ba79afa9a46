/** Models: a function of layers, a loss, metrics and an optimizer. @module */
import {
  type Handles,
  type Layer,
  type LayerDeclaration,
  type LayerUse,
  leaves,
  type TensorDeclaration,
  within,
} from "./declare.ts";
import type { DimValues } from "./dim.ts";
import { DeclarationError } from "./errors.ts";
import { checkDistinct, checkName } from "./names.ts";
import type { Node } from "./ops.ts";
import type { OptimizerDeclaration } from "./optimizer.ts";
import type { Tensor } from "./tensor.ts";
import { traceModel } from "./tracing.ts";

type Declarations = Readonly<Record<string, TensorDeclaration>>;

/** What {@linkcode defineModel} takes. */
export interface ModelOptions<I extends Declarations> {
  /** Names the generated folder and files: snake_case. */
  readonly name: string;
  readonly doc?: string;
  readonly inputs: I;
  /** The prediction, from the inputs; it need not use the label. */
  readonly forward: (inputs: Handles<I>) => Tensor;
  /** A layer of the prediction and the remaining inputs whose result is one loss per sample, [B]. */
  readonly loss: Layer;
  /** Layers of the same operands whose result is one number per sample, [B]. */
  readonly metrics?: Readonly<Record<string, Layer>>;
  readonly optimizer: OptimizerDeclaration;
  /** Sizes to count operations with, and to choose schedules for, e.g. `{ B: 100 }`. */
  readonly typical?: DimValues;
}

/** A traced model. */
export interface ModelDeclaration {
  readonly kind: "model";
  readonly name: string;
  readonly doc: string;
  readonly inputs: readonly Node[];
  readonly params: readonly Node[];
  readonly prediction: Node;
  /** One loss per sample. */
  readonly loss: Node;
  /** One number per sample each. */
  readonly metrics: ReadonlyMap<string, Node>;
  readonly optimizer: OptimizerDeclaration;
  readonly names: ReadonlyMap<Node, string>;
  readonly typical: DimValues;
}

/**
 * Declares a model.
 *
 * ```ts
 * import { accuracy, adam, defineModel, dim, linear, sequential, softmaxCrossEntropy, tensor } from "./mod.ts";
 * const B = dim("B");
 * const model = defineModel({
 *   name: "softmax_regression",
 *   inputs: { x: tensor(B, 784), label: tensor(B).u32() },
 *   forward: ({ x }) => sequential(x, [linear({ I: 784, O: 10 })]),
 *   loss: softmaxCrossEntropy,
 *   metrics: { accuracy },
 *   optimizer: adam(),
 * });
 * if (model.params.length !== 2) throw new Error();
 * ```
 *
 * @throws {DeclarationError} if dims do not fit.
 */
export function defineModel<const I extends Declarations>(
  options: ModelOptions<I>,
): ModelDeclaration {
  const { name } = options;
  checkName(name, "a model");
  const metrics = Object.keys(options.metrics ?? {});
  for (const metric of metrics) checkName(metric, "a metric");
  checkDistinct(
    `model "${name}"`,
    [
      ...Object.keys(options.inputs).map((each) => [each, "an input"] as const),
      ...metrics.map((each) => [each, "a metric"] as const),
    ],
    new Map([
      ["loss", "the loss"],
      ["logits", "the prediction"],
      ["step", "the number of the training step"],
      ...["loss", ...metrics].map((each) =>
        [`${each}_total`, `the total of ${each} over several runs`] as const
      ),
    ]),
  );
  const { nodes, handles } = leaves("input", options.inputs);
  const { result: prediction, trace } = within(
    `model ${name}`,
    () => traceModel(() => options.forward(handles)),
  );
  const used = leavesBelow(prediction.node);
  const targets = Object.values<Tensor>(handles).filter((each) => !used.has(each.node));
  const perSample = (layer: LayerDeclaration & Layer): Node => {
    const value = within(`model ${name}`, () => layer()(prediction, ...targets));
    if (value.shape.length !== 1) {
      throw new DeclarationError(
        `In model ${name}: ${layer.name} must give one number per sample, got rank ${value.shape.length}`,
      );
    }
    return value.node;
  };
  return {
    kind: "model",
    name,
    doc: options.doc ?? "",
    inputs: nodes,
    params: trace.params,
    prediction: prediction.node,
    loss: perSample(options.loss),
    metrics: new Map(
      Object.entries(options.metrics ?? {}).map(([metric, layer]) => [metric, perSample(layer)]),
    ),
    optimizer: options.optimizer,
    names: trace.names,
    typical: options.typical ?? {},
  };
}

function leavesBelow(root: Node): ReadonlySet<Node> {
  const seen = new Set<Node>();
  const visit = (node: Node): void => {
    if (seen.has(node)) return;
    seen.add(node);
    node.inputs.forEach(visit);
  };
  visit(root);
  return seen;
}

/** Applies layers one after another. */
export function sequential(x: Tensor, layers: readonly LayerUse[]): Tensor {
  return layers.reduce((value, layer) => layer(value), x);
}
