/**
 * What a layer, a loss, a metric or an optimizer is: a declaration that code generation reads.
 *
 * @module
 */
import { type DimValues, type Extent, sameShape, type Shape, showShape } from "./dim.ts";
import { bindDims } from "./bind_dims.ts";
import { DeclarationError } from "./errors.ts";
import type { Initial, Initialiser } from "./initial.ts";
import { make } from "./intern.ts";
import { instantiate } from "./instantiate.ts";
import { checkDistinct, checkName } from "./names.ts";
import type { Node } from "./ops.ts";
import { describe } from "./shape_rules.ts";
import { handle, type Tensor } from "./tensor.ts";
import { applyInModel } from "./tracing.ts";

/** The shape, element type and first values of an input or a parameter. */
export interface TensorDeclaration<
  S extends Shape = Shape,
  T extends "f32" | "u32" = "f32" | "u32",
> {
  readonly shape: S;
  readonly dtype: T;
  readonly initial?: Initial;
  /** The same, with first values. */
  init(initialiser: Initialiser): TensorDeclaration<S, T>;
  /** The same, with elements of u32. */
  u32(): TensorDeclaration<S, "u32">;
}

function declaration<S extends Shape, T extends "f32" | "u32">(
  shape: S,
  dtype: T,
  initial?: Initial,
): TensorDeclaration<S, T> {
  return {
    shape,
    dtype,
    ...(initial === undefined ? {} : { initial }),
    init: (initialiser) => declaration(shape, dtype, initialiser(shape)),
    u32: () => declaration(shape, "u32", initial),
  };
}

/**
 * Declares an input or a parameter of f32 with this shape.
 *
 * ```ts
 * import { dim } from "./dim.ts";
 * import { tensor } from "./declare.ts";
 * import { zeros } from "./initial.ts";
 * const b = tensor(dim("O")).init(zeros());
 * if (b.initial?.kind !== "constant") throw new Error();
 * ```
 */
export function tensor<const S extends Shape>(...shape: S): TensorDeclaration<S, "f32"> {
  return declaration(shape, "f32");
}

type Declarations = Readonly<Record<string, TensorDeclaration>>;
type HandleOf<D> = D extends TensorDeclaration<infer S, infer T> ? Tensor<S, T> : never;
/** The tensors that a function of a declaration receives, by name. */
export type Handles<D extends Declarations> = { readonly [N in keyof D]: HandleOf<D[N]> };

/** A gradient for any of the declared tensors, of the same shape, named `g` + name. */
export type Gradients<D extends Declarations> = {
  readonly [N in keyof D & string as `g${N}`]?: HandleOf<D[N]>;
};

/** What {@linkcode defineLayer} takes. `I` are inputs, `P` parameters, `Y` is the result's shape. */
export interface LayerOptions<I extends Declarations, P extends Declarations, Y extends Shape> {
  /** Names the generated folder and files: snake_case. */
  readonly name: string;
  /** What it computes, for the generated documents. */
  readonly doc?: string;
  readonly inputs: I;
  readonly params?: P;
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
  readonly kind: "layer";
  readonly name: string;
  readonly doc: string;
  readonly inputs: readonly Node[];
  readonly params: readonly Node[];
  readonly output: Node;
  /** The leaf that stands for the gradient of the result in `backward`. */
  readonly outputGradient: Node;
  /** Hand-written gradients by the name of the tensor they belong to. */
  readonly backward: ReadonlyMap<string, Node>;
  readonly typical: DimValues;
}

/** A layer with some dims bound, ready to be applied in a model. */
export type LayerUse<Y extends Shape = Shape> = (...inputs: readonly Tensor[]) => Tensor<Y, "f32">;

/** A declared layer: call it with sizes to use it in a model. */
export interface Layer extends LayerDeclaration {
  (sizes?: Readonly<Record<string, Extent>>): LayerUse;
}

function leaf(name: string, role: "input" | "parameter", declared: TensorDeclaration): Node {
  checkName(name, role);
  return make("input", {
    name,
    role,
    shape: declared.shape,
    dtype: declared.dtype,
    ...(declared.initial === undefined ? {} : { initial: declared.initial }),
  });
}

/** Makes the leaves of some declarations, and typed handles on them. */
export function leaves<D extends Declarations>(
  role: "input" | "parameter",
  declarations: D,
): { nodes: Node[]; handles: Handles<D> } {
  const nodes = Object.entries(declarations).map(([name, each]) => leaf(name, role, each));
  const handles = Object.fromEntries(
    Object.keys(declarations).map((name, i) => [name, handle(nodes[i] ?? fail(name))]),
  );
  // Each handle was made from the declaration of the same name.
  return { nodes, handles: handles as Handles<D> };
}

function fail(name: string): never {
  throw new DeclarationError(`Cannot find the tensor "${name}"`);
}

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
  const P extends Declarations = Record<never, never>,
>(options: LayerOptions<I, P, Y>): Layer {
  const { name, inputs, params, forward, backward } = options;
  checkName(name, "a layer");
  const x = leaves("input", inputs);
  const p = leaves("parameter", params ?? {});
  checkDistinct(
    `layer "${name}"`,
    [
      ...Object.keys(inputs).map((each) => [each, "an input"] as const),
      ...Object.keys(params ?? {}).map((each) => [each, "a parameter"] as const),
    ],
    new Map([["y", "the result"], ["gy", "the result's gradient"]]),
  );
  // `P` defaults to no parameters exactly when `params` is absent.
  const handles = { ...x.handles, ...p.handles } as Handles<I & P>;
  const y = within(name, () => forward(handles));
  const gy = make("input", { name: "gy", role: "input", shape: y.shape, dtype: "f32" });
  const declaration: LayerDeclaration = {
    kind: "layer",
    name,
    doc: options.doc ?? "",
    inputs: x.nodes,
    params: p.nodes,
    output: y.node,
    outputGradient: gy,
    backward: backward === undefined ? new Map() : gradients(
      name,
      [...x.nodes, ...p.nodes],
      within(name, () => backward({ ...handles, gy: handle<Y, "f32">(gy) })),
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

/** Runs a user's function; its error names the declaration. */
export function within<R>(name: string, run: () => R): R {
  try {
    return run();
  } catch (error) {
    if (error instanceof DeclarationError && !error.message.startsWith("In ")) {
      throw new DeclarationError(`In ${name}: ${error.message}`, { cause: error });
    }
    throw error;
  }
}

function gradients(
  layer: string,
  leaves: readonly Node[],
  given: Readonly<Record<string, Tensor | undefined>>,
): ReadonlyMap<string, Node> {
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
  const use: LayerUse = (...inputs) => {
    const operands = inputs.map((each) => each.node);
    const bound = within(layer.name, () => bindDims(layer, sizes, operands));
    const node = within(
      layer.name,
      () => applyInModel(use, layer, (parameter) => instantiate(layer, bound, operands, parameter)),
    );
    return handle(node);
  };
  return use;
}
