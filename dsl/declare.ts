/**
 * What a layer, a loss, a metric or an optimizer is: a declaration that code generation reads.
 *
 * @module
 */
import { bindDims } from "./bind_dims.ts";
import { type DimValues, type Extent, sameShape, type Shape, showShape } from "./dim.ts";
import { DeclarationError, showValue, within } from "./errors.ts";
import { handle, isTensor, nodeOf, returnedNode, type Tensor } from "./handle.ts";
import { instantiate } from "./instantiate.ts";
import { make } from "./intern.ts";
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
import { checkOptions, DOC, functionLike, isRecordOf, NAME, TYPICAL } from "./options.ts";
import { describe } from "./shape_rules.ts";
import { applyInModel } from "./tracing.ts";

export { tensor } from "./leaves.ts";

/** A gradient for any of the declared tensors, of the same shape, named `g` + name. */
export type Gradients<D extends Declarations> = {
  readonly [N in keyof D & string as `g${N}`]?: HandleOf<D[N]>;
};

/** What {@linkcode defineLayer} takes. `I` are inputs, `P` parameters, `Y` is the result's shape. */
export interface LayerOptions<
  I extends Declarations,
  P extends ParameterDeclarations,
  Y extends Shape,
> {
  /** Names the generated folder and files: snake_case. */
  readonly name: string;
  /** What it computes, for the generated documents. */
  readonly doc?: string;
  /** What a caller gives, by name. */
  readonly inputs: I;
  /** What is trained, by name. */
  readonly params?: P;
  /** The result, as mathematics over the inputs and parameters. */
  readonly forward: (tensors: Handles<I & P>) => Tensor<Y, "f32">;
  /**
   * Gradients written by hand, named `g` + name, of the same shapes as their tensors. Code generation
   * compares each with the derived one and refuses a wrong one.
   */
  readonly backward?: (
    tensors: Handles<I & P> & { readonly gy: Tensor<Y, "f32"> },
  ) => Gradients<I & P>;
  /** Sizes to count operations with, and to choose schedules for. */
  readonly typical?: DimValues;
}

/** A traced declaration: graphs over named leaves. */
export interface LayerDeclaration {
  /** Tells layers from other declarations. */
  readonly kind: "layer";
  /** Names the generated folder and files. */
  readonly name: string;
  /** What it computes, for the generated documents. */
  readonly doc: string;
  /** The leaves that a caller gives. */
  readonly inputs: readonly Node[];
  /** The leaves that are trained. */
  readonly params: readonly Node[];
  /** The result of `forward`. */
  readonly output: Node;
  /** The leaf that stands for the gradient of the result in `backward`. */
  readonly outputGradient: Node;
  /** Hand-written gradients by the name of the tensor they belong to. */
  readonly backward: ReadonlyMap<string, Node>;
  /** Sizes to count operations with, and to choose schedules for. */
  readonly typical: DimValues;
}

/** A layer with some dims bound, ready to be applied in a model. */
export type LayerUse<Y extends Shape = Shape> = (...inputs: readonly Tensor[]) => Tensor<Y, "f32">;

/** A declared layer: call it with sizes to use it in a model. */
export interface Layer extends LayerDeclaration {
  /** Binds dims by name; those that the operands determine may be left out. */
  (sizes?: Readonly<Record<string, Extent>>): LayerUse;
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
  forward: functionLike("({ x }) => exp(x)"),
  backward: functionLike("({ x, gy }) => ({ gx: mul(gy, x) })", false),
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
>(options: LayerOptions<I, P, Y>): Layer {
  checkOptions("layer", options, OPTIONS);
  const { name, inputs, params, forward, backward } = options;
  checkName(name, "a layer");
  const x = within(name, () => leaves("input", inputs));
  const p = within(name, () => leaves("parameter", params ?? {}));
  checkLeafNames(name, Object.keys(inputs), Object.keys(params ?? {}));
  checkNotDrawn(name, x.nodes);
  // `P` defaults to no parameters exactly when `params` is absent.
  const handles = withoutOthers({ ...x.handles, ...p.handles } as Handles<I & P>);
  const output = within(name, () => checkResult(forward(handles)));
  const gy = make("input", { name: "gy", role: "input", shape: output.shape, dtype: "f32" });
  const declaration: LayerDeclaration = {
    kind: "layer",
    name,
    doc: options.doc ?? "",
    inputs: x.nodes,
    params: p.nodes,
    output,
    outputGradient: gy,
    backward: backward === undefined ? new Map() : gradients(
      name,
      [...x.nodes, ...p.nodes],
      within(name, () => backward(withoutOthers({ ...handles, gy: handle<Y, "f32">(gy) }))),
    ),
    typical: options.typical ?? {},
  };
  const use = (sizes: Readonly<Record<string, Extent>> = {}): LayerUse =>
    layerUse(declaration, sizes);
  // A function's own `name` is read-only and must give way to the layer's.
  for (const [key, value] of Object.entries(declaration)) {
    Object.defineProperty(use, key, { value, enumerable: true });
  }
  return use as Layer;
}

/** One name is one tensor, also among those that generated code adds. */
function checkLeafNames(
  layer: string,
  inputs: readonly string[],
  params: readonly string[],
): void {
  checkDistinct(
    `layer "${layer}"`,
    [
      ...inputs.map((each) => [each, "an input"] as const),
      ...params.map((each) => [each, "a parameter"] as const),
    ],
    new Map([
      ...[...inputs, ...params].map((each) => [`g${each}`, `the gradient of ${each}`] as const),
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

function checkResult(returned: unknown): Node {
  const node = returnedNode("forward", returned);
  if (node.dtype !== "f32") {
    throw new DeclarationError(
      `Cannot use the result of forward: ${
        describe(node)
      } is of ${node.dtype}, a layer gives f32; use cast`,
    );
  }
  return node;
}

function gradients(
  layer: string,
  leaves: readonly Node[],
  given: Readonly<Record<string, Tensor | undefined>>,
): ReadonlyMap<string, Node> {
  if (!isRecordOf(given, (each) => each === undefined || isTensor(each))) {
    throw new DeclarationError(
      `In ${layer}: backward returns ${
        showValue(given)
      }; it must return tensors by name, such as { gx: mul(gy, x) }`,
    );
  }
  const byName = new Map(leaves.map((each) => [each.op === "input" ? each.attrs.name : "", each]));
  return new Map(
    Object.entries(given).flatMap(([key, value]): readonly [string, Node][] => {
      if (value === undefined) return [];
      const { node } = value;
      const name = key.slice(1);
      const own = byName.get(name);
      if (!key.startsWith("g") || own === undefined) {
        throw new DeclarationError(
          `In ${layer}: backward returns "${key}"; expected one of ${
            [...byName.keys()].map((each) => `g${each}`).join(", ")
          }`,
        );
      }
      if (!sameShape(node.shape, own.shape) || node.dtype !== "f32") {
        throw new DeclarationError(
          `In ${layer}: backward returns ${key}${
            showShape(node.shape)
          } of ${node.dtype}; a gradient has the shape of its tensor ${describe(own)}, and is f32`,
        );
      }
      return [[name, node]];
    }),
  );
}

function layerUse(layer: LayerDeclaration, sizes: Readonly<Record<string, Extent>>): LayerUse {
  checkSizes(layer, sizes);
  const use: LayerUse = (...inputs) => {
    const operands = inputs.map((each) => nodeOf(`apply layer "${layer.name}" to`, each));
    const bound = within(layer.name, () => bindDims(layer, sizes, operands));
    const node = within(
      layer.name,
      () => applyInModel(use, layer, (parameter) => instantiate(layer, bound, operands, parameter)),
    );
    return handle(node);
  };
  // Messages show a function by its name.
  return Object.defineProperty(use, "name", { value: layer.name });
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
