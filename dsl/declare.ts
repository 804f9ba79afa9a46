/**
 * What a layer, a loss, a metric or an optimizer is: a declaration that code generation reads.
 *
 * @module
 */
import { bindDims } from "./bind_dims.ts";
import { gradientLeaf } from "./custom_gradient.ts";
import type { DimValues, Extent, Shape } from "./dim.ts";
import { DeclarationError, showValue, within } from "./errors.ts";
import { handle, isTensor, nodeOf, type Tensor } from "./handle.ts";
import { instantiate } from "./instantiate.ts";
import type { LayerDeclaration } from "./layer_declaration.ts";
import { mergeLeadingAxes } from "./leading_axes.ts";
import {
  type Declarations,
  type HandleOf,
  type Handles,
  leaves,
  leavesLike,
  type ParameterDeclarations,
  withoutOthers,
} from "./leaves.ts";
import { checkDistinct, checkName } from "./names.ts";
import type { Node } from "./ops.ts";
import {
  checkOptions,
  DOC,
  functionLike,
  isRecordOf,
  NAME,
  TYPICAL,
  UNVERIFIED,
} from "./options.ts";
import { at, type Provenance, recordedIn, Site, sitesOfUse } from "./provenance.ts";
import { describe } from "./shape_rules.ts";
import { returnedGradients, returnedResult, returnedStates } from "./returned.ts";
import { applyInModel, nameAlike, traceLayer } from "./tracing.ts";

export type { LayerDeclaration } from "./layer_declaration.ts";
export { tensor } from "./leaves.ts";

/** A gradient for any of the declared tensors, of the same shape, named `g` + name. */
export type Gradients<D extends Declarations> = {
  readonly [N in keyof D & string as `g${N}`]?: HandleOf<D[N]>;
};

/**
 * What {@linkcode defineLayer} takes. `I` are inputs, `P` parameters, `S` states, `Y` is the result's shape.
 */
export interface LayerOptions<
  I extends Declarations,
  P extends ParameterDeclarations,
  Y extends Shape,
  S extends ParameterDeclarations = Record<never, never>,
> {
  /** Names the generated folder and files: snake_case. */
  readonly name: string;
  /** What it computes, for the generated documents. */
  readonly doc?: string;
  /** What a caller gives, by name. */
  readonly inputs: I;
  /** What is trained, by name. */
  readonly params?: P;
  /** What is kept from step to step and not trained, by name, such as running statistics. */
  readonly state?: S;
  /** The result, as mathematics over the inputs, parameters and states. */
  readonly forward: (tensors: Handles<I & P & S>) => Tensor<Y, "f32">;
  /** New values of states after a training step, from the old ones, the inputs and the parameters. */
  readonly update?: (tensors: Handles<I & P & S>) => { readonly [N in keyof S]?: HandleOf<S[N]> };
  /**
   * Gradients written by hand, named `g` + name, of the same shapes as their tensors. Code generation
   * compares each with the derived one and refuses a wrong one.
   */
  readonly backward?: (
    tensors: Handles<I & P & S> & { readonly gy: Tensor<Y, "f32"> },
  ) => Gradients<I & P>;
  /**
   * Why the gradients of `backward` are meant to differ from the derivatives. Then they are not compared,
   * and `derivation.md` repeats the reason.
   */
  readonly unverified?: string;
  /** Sizes to count operations with, and to choose schedules for. */
  readonly typical?: DimValues;
}

/** A layer with some dims bound, ready to be applied in a model. */
export interface LayerUse<Y extends Shape = Shape> {
  /** The result for these operands, in the order of the layer's inputs. */
  (...inputs: readonly Tensor[]): Tensor<Y, "f32">;
  /** What is applied. */
  readonly layer: LayerDeclaration;
}

/** A declared layer: call it with sizes to use it in a model. */
export interface Layer extends LayerDeclaration {
  /** Binds dims by name; those that the operands determine may be left out. */
  (sizes?: Readonly<Record<string, Extent>>): LayerUse;
}

/** True for layers that are given sizes. */
export function isLayerUse(value: unknown): value is LayerUse {
  return typeof value === "function" && "layer" in value;
}

/** True for layers that are not yet given sizes. */
export function isLayer(value: unknown): value is Layer {
  return typeof value === "function" && "kind" in value && value.kind === "layer";
}

const OPTIONS = {
  name: NAME,
  doc: DOC,
  inputs: leavesLike("{ x: tensor(B, I) }", true),
  params: leavesLike("{ W: tensor(O, I) }", false),
  state: leavesLike("{ mean: tensor(C) }", false),
  forward: functionLike("({ x }) => exp(x)"),
  update: functionLike("({ x, mean }) => ({ mean: add(mul(mean, 0.9), mul(x, 0.1)) })", false),
  backward: functionLike("({ x, gy }) => ({ gx: mul(gy, x) })", false),
  unverified: UNVERIFIED,
  typical: TYPICAL,
};

/**
 * Declares a layer: `forward` as mathematics over named dims; optionally a hand-written `backward`.
 *
 * ```ts
 * import { defineLayer, dim, lecunNormal, matmul, tensor, transpose } from "./mod.ts";
 * const B = dim("B"), O = dim("O"), I = dim("I");
 * const linear = defineLayer({
 *   name: "my_linear",
 *   inputs: { x: tensor(B, I) },
 *   params: { W: tensor(O, I).init(lecunNormal()) },
 *   forward: ({ x, W }) => matmul(x, transpose(W)),
 * });
 * if (linear.output.shape.length !== 2) throw new Error();
 * ```
 *
 * @throws {DeclarationError} if names, dims or shapes are wrong.
 */
export function defineLayer<
  const I extends Declarations,
  const Y extends Shape,
  const P extends ParameterDeclarations = Record<never, never>,
  const S extends ParameterDeclarations = Record<never, never>,
>(options: LayerOptions<I, P, Y, S>): Layer {
  checkOptions("layer", options, OPTIONS);
  const { name, inputs, params = {}, state = {}, forward, update, backward, unverified } = options;
  checkName(name, "a layer");
  const provenances = new Map<Node, Provenance>(), declared = Site.here();
  const inside = <R>(run: () => R): R => within(name, () => recordedIn(provenances, declared, run));
  const x = inside(() => leaves("input", inputs));
  const p = inside(() => leaves("parameter", params));
  const s = inside(() => leaves("state", state));
  checkLeafNames(name, { inputs, params, state });
  checkNotDrawn(name, x.nodes);
  // `P` and `S` default to none exactly when `params` and `state` are absent.
  const handles = withoutOthers(
    { ...x.handles, ...p.handles, ...s.handles } as Handles<I & P & S>,
  );
  const inLayer = <R>(run: () => R): R => inside(() => traceLayer(run));
  const output = inLayer(() => returnedResult(forward(handles)));
  const gy = gradientLeaf(output);
  const declaration: LayerDeclaration = {
    kind: "layer",
    name,
    doc: options.doc ?? "",
    inputs: x.nodes,
    params: p.nodes,
    state: s.nodes,
    output,
    update: update === undefined
      ? new Map()
      : returnedStates(name, s.nodes, inLayer(() => update(handles))),
    outputGradient: gy,
    backward: backward === undefined ? new Map() : returnedGradients(
      name,
      [...x.nodes, ...p.nodes],
      inLayer(() => backward(withoutOthers({ ...handles, gy: handle<Y, "f32">(gy) }))),
    ),
    ...(unverified === undefined ? {} : { unverified }),
    typical: options.typical ?? {},
    provenances,
  };
  const use = (sizes: Readonly<Record<string, Extent>> = {}): LayerUse =>
    applyLayer(declaration, sizes);
  // A function's own `name` is read-only and must give way to the layer's.
  for (const [key, value] of Object.entries(declaration)) {
    Object.defineProperty(use, key, { value, enumerable: true });
  }
  return use as Layer;
}

/** One name is one tensor, also among those that generated code adds. */
function checkLeafNames(
  layer: string,
  { inputs, params, state }: Readonly<Record<"inputs" | "params" | "state", Declarations>>,
): void {
  const graded = [...Object.keys(inputs), ...Object.keys(params)];
  checkDistinct(
    `layer "${layer}"`,
    [
      ...Object.keys(inputs).map((each) => [each, "an input"] as const),
      ...Object.keys(params).map((each) => [each, "a parameter"] as const),
      ...Object.keys(state).map((each) => [each, "a state"] as const),
    ],
    new Map([
      ...graded.map((each) => [`g${each}`, `the gradient of ${each}`] as const),
      ["y", "the result"],
      ["gy", "the result's gradient"],
    ]),
  );
}

/** Drawing a batch is a program of a model. */
function checkNotDrawn(layer: string, inputs: readonly Node[]): void {
  const drawn = inputs.find((each) => each.op === "input" && each.attrs.bytes !== undefined);
  if (drawn === undefined) return;
  throw new DeclarationError(
    `In ${layer}: Cannot draw ${
      describe(drawn)
    } from bytes: only a model draws its inputs; write fromBytes() where defineModel declares them`,
  );
}

/**
 * A layer with some dims bound.
 *
 * @param owner whose parameters a model takes them for; all uses of one owner share them
 */
export function applyLayer(
  layer: LayerDeclaration,
  sizes: Readonly<Record<string, Extent>>,
  owner?: object,
): LayerUse {
  checkSizes(layer, sizes);
  const ready = Site.here();
  const use = (...inputs: readonly Tensor[]): Tensor<Shape, "f32"> => {
    const given = inputs.map((each) => nodeOf(`apply layer "${layer.name}" to`, each));
    const sites = sitesOfUse(ready);
    const apply = (): Node => {
      const { operands, restore } = mergeLeadingAxes(layer, given);
      const bound = bindDims(layer, sizes, operands);
      const y = applyInModel(
        owner ?? use,
        layer,
        (own) => instantiate(layer, bound, operands, own, sites),
      );
      return nameAlike(y, restore(y));
    };
    return handle(within(layer.name, () => at(sites, apply)));
  };
  // Messages show a function by its name.
  return Object.assign(Object.defineProperty(use, "name", { value: layer.name }), { layer });
}

/** A layer takes sizes first and tensors then; the two are easily confused. */
function checkSizes({ name }: LayerDeclaration, sizes: unknown): void {
  if (isTensor(sizes)) {
    throw new DeclarationError(
      `Cannot apply layer "${name}" to ${
        describe(sizes.node)
      }: it takes sizes first; call ${name}() first, as in ${name}()(x)`,
    );
  }
  if (!isRecordOf(sizes, () => true)) {
    throw new DeclarationError(
      `Cannot use layer "${name}" with ${
        showValue(sizes)
      }: wanted sizes by the names of its dims, such as ${name}({ O: 10 })`,
    );
  }
}
