/** Models: a function of layers, a loss, metrics and an optimizer. @module */
import { isLayer, isLayerUse, type LayerDeclaration, type LayerUse } from "./declare.ts";
import { type DimValues, sameShape, type Shape, showShape } from "./dim.ts";
import { DeclarationError, showValue, within } from "./errors.ts";
import { handle, isTensor, nodeOf, returnedNode, type Tensor } from "./handle.ts";
import { type Declarations, type Handles, leaves, leavesLike, withoutOthers } from "./leaves.ts";
import {
  checkModelDims,
  checkModelNames,
  checkModelRows,
  isDrawn,
  PREDICTION,
} from "./model_checks.ts";
import { checkName } from "./names.ts";
import type { Node } from "./ops.ts";
import { isOptimizer, type OptimizerDeclaration } from "./optimizer.ts";
import { checkOptions, DOC, functionLike, isRecordOf, isText, NAME, TYPICAL } from "./options.ts";
import { listed, type Provenance, type Provenances, recordedIn, Site } from "./provenance.ts";
import { traceModel } from "./tracing.ts";

export { isDrawn, PREDICTION } from "./model_checks.ts";

/** What a model's `forward` gives: one tensor, or several by name. */
export type Outputs = Tensor | Readonly<Record<string, Tensor>>;

/** The tensors that a loss or a metric is computed from, by name: all inputs, and what `forward` gave. */
export type Judged<I extends Declarations, O extends Outputs> =
  & Handles<I>
  & (O extends Tensor ? { readonly [N in typeof PREDICTION]: O } : O);

/**
 * How a prediction is judged, one number for each sample: a layer of the prediction and the inputs that the
 * prediction leaves over, or a function of all tensors by name.
 */
export type Judge<I extends Declarations, O extends Outputs> =
  | LayerDeclaration
  | Pick<LayerUse, "layer">
  | ((tensors: Judged<I, O>) => Tensor);

/** What {@linkcode defineModel} takes. `I` are inputs, `O` is what `forward` gives. */
export interface ModelOptions<I extends Declarations, O extends Outputs> {
  /** Names the generated folder and files: snake_case. */
  readonly name: string;
  /** What it is, for the generated documents. */
  readonly doc?: string;
  /** What a caller gives, by name; the first axis of the first one is the batch. */
  readonly inputs: I;
  /** The prediction, or several by name, from the inputs; it need not use the label. */
  readonly forward: (inputs: Handles<I>) => O;
  /** One loss per sample, [B]. */
  readonly loss: Judge<I, O>;
  /** One number per sample each, [B]. */
  readonly metrics?: Readonly<Record<string, Judge<I, O>>>;
  /** How parameters change in a training step. */
  readonly optimizer: OptimizerDeclaration;
  /** Names of parameters, or of layers and blocks with all theirs, that training leaves as they are. */
  readonly frozen?: readonly string[];
  /**
   * How values lie in memory between kernels: in 32 bits, or, with "f16", activations and their gradients
   * in 16; parameters and all sums stay in 32. "f32" if left out.
   */
  readonly storage?: "f32" | "f16";
  /**
   * With "f16" storage, a power of two that the loss is multiplied by for its gradients, so that small ones
   * are not lost in 16 bits; parameters are changed by the gradients divided by it. 1024 if left out.
   */
  readonly lossScale?: number;
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
  /** The leaves of parameters, in order of first use. */
  readonly params: readonly Node[];
  /** Those of them that training leaves as they are. */
  readonly frozen: ReadonlySet<Node>;
  /** The leaves that layers keep from step to step. */
  readonly state: readonly Node[];
  /** The new values of states after a training step. */
  readonly updates: ReadonlyMap<Node, Node>;
  /** The results of `forward` by name. */
  readonly outputs: ReadonlyMap<string, Node>;
  /** One loss per sample. */
  readonly loss: Node;
  /** One number per sample each. */
  readonly metrics: ReadonlyMap<string, Node>;
  /** How parameters change in a training step. */
  readonly optimizer: OptimizerDeclaration;
  /** True if activations and their gradients lie in memory in 16 bits. */
  readonly half: boolean;
  /** What the loss is multiplied by for its gradients. */
  readonly lossScale: number;
  /** Readable names of values: the result of each layer. */
  readonly names: ReadonlyMap<Node, string>;
  /** Sizes to count operations with, and to choose schedules for. */
  readonly typical: DimValues;
  /** Where in the source its values were written. */
  readonly provenances: Provenances;
}

const isJudge = (value: unknown): boolean => typeof value === "function";

const OPTIONS = {
  name: NAME,
  doc: DOC,
  inputs: leavesLike("{ x: tensor(B, 784), label: tensor(B).u32() }", true),
  forward: functionLike("({ x }) => linear({ O: 10 })(x)"),
  loss: {
    required: true,
    wanted: "a layer, such as softmaxCrossEntropy, or a function of tensors by name",
    fits: isJudge,
  },
  metrics: {
    wanted: "layers or functions by name, such as { accuracy }",
    fits: (value: unknown) => isRecordOf(value, isJudge),
  },
  optimizer: { required: true, wanted: "an optimizer, such as adam()", fits: isOptimizer },
  frozen: {
    wanted: 'a list of names, such as ["l1.W"]',
    fits: (value: unknown) => Array.isArray(value) && value.every(isText),
  },
  storage: {
    wanted: '"f32" or "f16"',
    fits: (value: unknown) => value === "f32" || value === "f16",
  },
  lossScale: {
    wanted: "a power of two from 1 to 2^24, such as 1024",
    fits: (value: unknown) => POWERS_OF_TWO.some((power) => power === value),
  },
  typical: TYPICAL,
};

const POWERS_OF_TWO = Array.from({ length: 25 }, (_, power) => 2 ** power);

/** The scale of a loss where none is given: gradients of a mean over a batch are small. */
const LOSS_SCALE = 1024;

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
 * With several inputs or outputs, the loss is a function of them by name:
 *
 * ```ts
 * import { add, defineModel, dim, linear, mean, mul, sgd, sub, tensor } from "./mod.ts";
 * const B = dim("B");
 * const twoHeads = defineModel({
 *   name: "two_heads",
 *   inputs: { x: tensor(B, 8), place: tensor(B, 2), size: tensor(B, 1) },
 *   forward: ({ x }) => ({ at: linear({ O: 2 })(x), large: linear({ O: 1 })(x) }),
 *   loss: ({ at, place, large, size }) => {
 *     const [p, s] = [sub(at, place), sub(large, size)];
 *     return add(mean(mul(p, p), { axis: 1 }), mean(mul(s, s), { axis: 1 }));
 *   },
 *   optimizer: sgd({ rate: 0.1 }),
 * });
 * if (twoHeads.outputs.size !== 2) throw new Error();
 * ```
 *
 * @throws {DeclarationError} if dims do not fit.
 */
export function defineModel<const I extends Declarations, O extends Outputs>(
  options: ModelOptions<I, O>,
): ModelDeclaration {
  checkOptions("model", options, OPTIONS);
  const { name, metrics = {} } = options;
  const place = `model ${name}`;
  const provenances = new Map<Node, Provenance>(), declared = Site.here();
  const inside = <R>(run: () => R): R =>
    within(place, () => recordedIn(provenances, declared, run));
  const { nodes, handles } = inside(() => leaves("input", options.inputs));
  const drawn = nodes.filter(isDrawn);
  checkModelRows(name, nodes, drawn);
  // One number for each sample of the batch, the first axis of the inputs.
  const wanted = nodes.flatMap((each) => each.shape.slice(0, 1)).slice(0, 1);
  const { result, trace } = inside(() =>
    traceModel(() => {
      const outputs = returnedOutputs(options.forward(withoutOthers(handles)));
      const judge = (by: Judge<I, O>): Node => judgedBy(by, nodes, outputs, wanted);
      return {
        outputs,
        loss: judge(options.loss),
        metrics: new Map(Object.entries(metrics).map(([metric, by]) => [metric, judge(by)])),
      };
    })
  );
  checkModelNames({
    name,
    inputs: options.inputs,
    metrics: Object.keys(metrics),
    outputs: [...result.outputs.keys()],
  });
  checkModelDims(name, [...nodes, ...trace.params], drawn.length > 0);
  return {
    kind: "model",
    name,
    doc: options.doc ?? "",
    inputs: nodes,
    params: trace.params,
    frozen: frozenOf(name, trace.params, options.frozen ?? []),
    state: trace.state,
    updates: trace.updates,
    ...result,
    optimizer: options.optimizer,
    ...storageOf(options),
    names: trace.names,
    typical: options.typical ?? {},
    provenances,
  };
}

function storageOf(
  { name, storage = "f32", lossScale }: Pick<
    ModelOptions<never, never>,
    "name" | "storage" | "lossScale"
  >,
): Pick<ModelDeclaration, "half" | "lossScale"> {
  const half = storage === "f16";
  if (!half && lossScale !== undefined) {
    throw new DeclarationError(
      `Cannot declare model "${name}": "lossScale" is ${lossScale}, but values are stored as f32, which need none; leave it out, or add storage: "f16"`,
    );
  }
  return { half, lossScale: half ? lossScale ?? LOSS_SCALE : 1 };
}

/** What `forward` returned, by name. */
function returnedOutputs(returned: unknown): ReadonlyMap<string, Node> {
  if (isTensor(returned) || !isRecordOf(returned, isTensor)) {
    return new Map([[PREDICTION, returnedNode("forward", returned)]]);
  }
  // isRecordOf has just found that the parts are tensors.
  const outputs = Object.entries(returned as Readonly<Record<string, Tensor>>);
  if (outputs.length === 0) {
    throw new DeclarationError(
      "Cannot use the result of forward: it has no tensors; return one, or several by name",
    );
  }
  for (const [output] of outputs) checkName(output, "an output");
  return new Map(outputs.map(([output, { node }]) => [output, node]));
}

/** One number per sample. */
function judgedBy<I extends Declarations, O extends Outputs>(
  judge: Judge<I, O>,
  inputs: readonly Node[],
  outputs: ReadonlyMap<string, Node>,
  wanted: Shape,
): Node {
  const use = isLayer(judge) ? judge() : isLayerUse(judge) ? judge : undefined;
  const node = use === undefined
    ? judgedByFunction(judge, inputs, outputs)
    : judgedByLayer(use, inputs, outputs);
  if (sameShape(node.shape, wanted) && wanted.length === 1 && node.dtype === "f32") return node;
  const what = use === undefined ? "the function given" : use.layer.name;
  throw new DeclarationError(
    `Cannot use ${what} as a loss or metric: it must give one number per sample, ${
      wanted.length === 0 ? "and no input has an axis" : `of shape ${showShape(wanted)}`
    }, got ${showShape(node.shape)}${
      node.dtype === "f32" ? "" : ` of ${node.dtype}`
    }; reduce over the other axes`,
  );
}

/** A layer takes the prediction and the inputs that it leaves over. */
function judgedByLayer(
  layer: LayerUse,
  inputs: readonly Node[],
  outputs: ReadonlyMap<string, Node>,
): Node {
  const predictions = [...outputs.values()];
  const used = leavesBelow(predictions);
  const operands = [...predictions, ...inputs.filter((each) => !used.has(each))];
  return listed(() => layer(...operands.map((each) => handle(each)))).node;
}

function judgedByFunction<I extends Declarations, O extends Outputs>(
  judge: Judge<I, O>,
  inputs: readonly Node[],
  outputs: ReadonlyMap<string, Node>,
): Node {
  const byName = [
    ...inputs.flatMap((node) => node.op === "input" ? [[node.attrs.name, node] as const] : []),
    ...outputs,
  ];
  const tensors = Object.fromEntries(byName.map(([name, node]) => [name, handle(node)]));
  // Every input and every output was just given by its name.
  if (typeof judge !== "function") throw new DeclarationError("A loss or metric is a function");
  return returnedNode("a loss or metric", judge(withoutOthers(tensors as Judged<I, O>)));
}

/** The parameters that names, or names of what they belong to, stand for. */
function frozenOf(
  model: string,
  params: readonly Node[],
  names: readonly string[],
): ReadonlySet<Node> {
  const pathOf = (node: Node): string => node.op === "input" ? node.attrs.name : "";
  return new Set(names.flatMap((name) => {
    const own = params.filter((each) =>
      pathOf(each) === name || pathOf(each).startsWith(`${name}.`)
    );
    if (own.length > 0) return own;
    throw new DeclarationError(
      `Cannot freeze "${name}" in model "${model}": no parameter and no layer with parameters has this name; parameters are ${
        params.map(pathOf).join(", ")
      }`,
    );
  }));
}

function leavesBelow(roots: readonly Node[]): ReadonlySet<Node> {
  const seen = new Set<Node>();
  const visit = (node: Node): void => {
    if (seen.has(node)) return;
    seen.add(node);
    node.inputs.forEach(visit);
  };
  roots.forEach(visit);
  return seen;
}

/** Applies layers one after another. */
export function sequential(
  x: Tensor,
  layers: readonly ((x: Tensor<Shape, "f32">) => Tensor<Shape, "f32">)[],
): Tensor<Shape, "f32"> {
  if (!Array.isArray(layers)) {
    throw new DeclarationError(
      `Cannot apply ${
        showValue(layers)
      } in sequential: wanted a list of layers; write sequential(x, [relu()])`,
    );
  }
  return layers.reduce((value, layer, position) => {
    if (typeof layer === "function") return listed(() => layer(value));
    throw new DeclarationError(
      `Cannot apply ${
        showValue(layer)
      } at position ${position} of sequential: wanted a layer given its sizes, such as relu()`,
    );
  }, handle<Shape, "f32">(nodeOf("apply layers to", x)));
}
