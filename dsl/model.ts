/** Models: a function of layers, a loss, metrics and an optimizer. @module */
import { ORDER, SAMPLES, START, tableName } from "./byte_source.ts";
import { isLayer, type Layer, type LayerUse } from "./declare.ts";
import {
  type DimValues,
  factors,
  sameExtent,
  sameShape,
  type Shape,
  showExtent,
  showShape,
} from "./dim.ts";
import { DeclarationError, showValue, within } from "./errors.ts";
import { handle, returnedNode, type Tensor } from "./handle.ts";
import { type Declarations, type Handles, leaves, leavesLike, withoutOthers } from "./leaves.ts";
import { checkDistinct, checkName } from "./names.ts";
import type { Node } from "./ops.ts";
import { isOptimizer, type OptimizerDeclaration, STEP } from "./optimizer.ts";
import { checkOptions, DOC, functionLike, isRecordOf, NAME, TYPICAL } from "./options.ts";
import { describe } from "./shape_rules.ts";
import { traceModel } from "./tracing.ts";

/** What {@linkcode defineModel} takes. */
export interface ModelOptions<I extends Declarations> {
  /** Names the generated folder and files: snake_case. */
  readonly name: string;
  /** What it is, for the generated documents. */
  readonly doc?: string;
  /** What a caller gives, by name; the first axis of the first one is the batch. */
  readonly inputs: I;
  /** The prediction, from the inputs; it need not use the label. */
  readonly forward: (inputs: Handles<I>) => Tensor;
  /** A layer of the prediction and the remaining inputs whose result is one loss per sample, [B]. */
  readonly loss: Layer;
  /** Layers of the same operands whose result is one number per sample, [B]. */
  readonly metrics?: Readonly<Record<string, Layer>>;
  /** How parameters change in a training step. */
  readonly optimizer: OptimizerDeclaration;
  /** Sizes to count operations with, and to choose schedules for, e.g. `{ B: 100 }`. */
  readonly typical?: DimValues;
}

/** A traced model. */
export interface ModelDeclaration {
  /** Tells models from other declarations. */
  readonly kind: "model";
  /** Names the generated folder and files. */
  readonly name: string;
  /** What it is, for the generated documents. */
  readonly doc: string;
  /** The leaves that a caller gives. */
  readonly inputs: readonly Node[];
  /** The leaves that are trained, in order of first use. */
  readonly params: readonly Node[];
  /** The result of `forward`. */
  readonly prediction: Node;
  /** One loss per sample. */
  readonly loss: Node;
  /** One number per sample each. */
  readonly metrics: ReadonlyMap<string, Node>;
  /** How parameters change in a training step. */
  readonly optimizer: OptimizerDeclaration;
  /** Readable names of values: the result of each layer. */
  readonly names: ReadonlyMap<Node, string>;
  /** Sizes to count operations with, and to choose schedules for. */
  readonly typical: DimValues;
}

const OPTIONS = {
  name: NAME,
  doc: DOC,
  inputs: leavesLike("{ x: tensor(B, 784), label: tensor(B).u32() }", true),
  forward: functionLike("({ x }) => linear({ O: 10 })(x)"),
  loss: { required: true, wanted: "a layer, such as softmaxCrossEntropy", fits: isLayer },
  metrics: {
    wanted: "layers by name, such as { accuracy }",
    fits: (value: unknown) => isRecordOf(value, isLayer),
  },
  optimizer: { required: true, wanted: "an optimizer, such as adam()", fits: isOptimizer },
  typical: TYPICAL,
};

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
  checkOptions("model", options, OPTIONS);
  const { name } = options;
  const place = `model ${name}`;
  checkNames(options);
  const { nodes, handles } = within(place, () => leaves("input", options.inputs));
  const { result: prediction, trace } = within(
    place,
    () => traceModel(() => returnedNode("forward", options.forward(withoutOthers(handles)))),
  );
  const drawn = nodes.filter(isDrawn);
  checkDims(name, [...nodes, ...trace.params], drawn.length > 0);
  checkRows(name, nodes, drawn);
  const used = leavesBelow(prediction);
  const targets = nodes.filter((each) => !used.has(each));
  // One number for each sample of the batch, the first axis of the inputs.
  const wanted = nodes.flatMap((each) => each.shape.slice(0, 1)).slice(0, 1);
  const perSample = (layer: Layer): Node =>
    within(place, () => perSampleBy(layer, [prediction, ...targets], wanted));
  return {
    kind: "model",
    name,
    doc: options.doc ?? "",
    inputs: nodes,
    params: trace.params,
    prediction,
    loss: perSample(options.loss),
    metrics: new Map(
      Object.entries(options.metrics ?? {}).map(([metric, layer]) => [metric, perSample(layer)]),
    ),
    optimizer: options.optimizer,
    names: trace.names,
    typical: options.typical ?? {},
  };
}

/** True for inputs that the program `draw` takes from a table. */
export function isDrawn(input: Node): boolean {
  return input.op === "input" && input.attrs.bytes !== undefined;
}

/** One name is one thing, also among those that generated code adds. */
function checkNames(
  { name, inputs, metrics: layers = {} }: Pick<
    ModelOptions<Declarations>,
    "name" | "inputs" | "metrics"
  >,
): void {
  checkName(name, "a model");
  const metrics = Object.keys(layers);
  for (const metric of metrics) checkName(metric, "a metric");
  checkDistinct(
    `model "${name}"`,
    [
      ...Object.keys(inputs).map((each) => [each, "an input"] as const),
      ...metrics.map((each) => [each, "a metric"] as const),
    ],
    new Map([
      ["loss", "the loss"],
      ["logits", "the prediction"],
      [STEP, "the number of the training step"],
      ...["loss", ...metrics].map((each) =>
        [`${each}_total`, `the total of ${each} over several runs`] as const
      ),
      ...namesOfDrawing(inputs),
    ]),
  );
}

/** The names that drawing inputs from bytes adds to a model. */
function namesOfDrawing(inputs: Declarations): readonly (readonly [string, string])[] {
  const drawn = Object.keys(inputs).filter((each) => inputs[each]?.bytes !== undefined);
  return drawn.length === 0 ? [] : [
    [ORDER, "the order of samples"],
    [START, "the place in the order of samples where a batch begins"],
    ...drawn.map((each) => [tableName(each), `the bytes that ${each} is drawn from`] as const),
  ];
}

/** A run is given the numbers of dims and its scalars by name, in one object. */
function checkDims(model: string, leaves: readonly Node[], draws: boolean): void {
  const taken = new Map([
    [STEP, "the number of the training step"],
    ...draws
      ? [
        [START, "the place in the order of samples where a batch begins"],
        [SAMPLES, "the number of samples in the tables of bytes"],
      ] as const
      : [],
  ]);
  for (const leaf of leaves) {
    for (const dim of leaf.shape.flatMap((extent) => factors(extent).symbols)) {
      const owner = taken.get(dim);
      if (owner === undefined) continue;
      throw new DeclarationError(
        `Cannot declare model "${model}": the dim "${dim}" of ${
          describe(leaf)
        } has the name of ${owner}; use another name`,
      );
    }
  }
}

/** A batch is drawn whole: every table has a row for each sample. */
function checkRows(model: string, [first]: readonly Node[], drawn: readonly Node[]): void {
  const batch = first?.shape[0];
  if (batch === undefined) return;
  const other = drawn.find((each) => !sameExtent(each.shape[0] ?? NaN, batch));
  if (other === undefined) return;
  throw new DeclarationError(
    `Cannot declare model "${model}": ${
      describe(other)
    } is drawn from bytes, a row for each sample, so its first axis must be the batch, ${
      showExtent(batch)
    }`,
  );
}

function perSampleBy(layer: Layer, operands: readonly Node[], wanted: Shape): Node {
  const { node } = layer()(...operands.map((each) => handle(each)));
  if (!sameShape(node.shape, wanted) || wanted.length !== 1) {
    throw new DeclarationError(
      `Cannot use ${layer.name} as a loss or metric: it must give one number per sample, ${
        wanted.length === 0 ? "and no input has an axis" : `of shape ${showShape(wanted)}`
      }, got ${showShape(node.shape)}; reduce over the other axes`,
    );
  }
  return node;
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
  if (!Array.isArray(layers)) {
    throw new DeclarationError(
      `Cannot apply ${
        showValue(layers)
      } in sequential: wanted a list of layers; write sequential(x, [relu()])`,
    );
  }
  return layers.reduce((value, layer: LayerUse, position) => {
    if (typeof layer === "function") return layer(value);
    throw new DeclarationError(
      `Cannot apply ${
        showValue(layer)
      } at position ${position} of sequential: wanted a layer given its sizes, such as relu()`,
    );
  }, x);
}
