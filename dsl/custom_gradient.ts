/**
 * Functions with a gradient that their author gives.
 *
 * @module
 */
import { sameShape, type Shape, showShape } from "./dim.ts";
import { DeclarationError, showValue, within } from "./errors.ts";
import { handle, nodeOf, returnedNode, type Tensor } from "./handle.ts";
import { make } from "./intern.ts";
import { checkName } from "./names.ts";
import type { Node } from "./ops.ts";
import { checkOptions, functionLike, NAME, UNVERIFIED } from "./options.ts";
import { describe } from "./shape_rules.ts";

/** A function of tensors that gives an f32 tensor. */
export type TensorFunction = (...operands: never[]) => Tensor<Shape, "f32">;

/** What a hand-written backward is given. */
export interface BackwardArguments<F extends TensorFunction> {
  /** The operands of the call. */
  readonly operands: Parameters<F>;
  /** The result of `forward`. */
  readonly y: ReturnType<F>;
  /** The gradient with respect to the result, of its shape. */
  readonly gy: ReturnType<F>;
}

/** What {@linkcode customGradient} takes. */
export interface CustomGradientOptions<F extends TensorFunction> {
  /** Names it in messages and documents: snake_case. */
  readonly name: string;
  /** The function, as mathematics over its operands. */
  readonly forward: F;
  /**
   * The gradient for each operand, in order, of the operand's shape; `undefined` where the derived one
   * is to be used.
   */
  readonly backward: (given: BackwardArguments<F>) => readonly (Tensor | undefined)[];
  /**
   * Why the gradient is meant to differ from the derivative, as with a straight-through estimator. Then it
   * is not compared; `derivation.md` repeats the reason.
   */
  readonly unverified?: string;
}

const OPTIONS = {
  name: NAME,
  forward: functionLike("(x) => floor(x)"),
  backward: functionLike("({ gy }) => [gy]"),
  unverified: UNVERIFIED,
};

/**
 * A function whose gradient is given by hand. Code generation compares it with the derived one and refuses
 * a wrong one, unless `unverified` says why it is meant to differ.
 *
 * ```ts
 * import { customGradient, dim, floor, input, type Shape, type Tensor } from "./mod.ts";
 * const quantise = customGradient({
 *   name: "quantise",
 *   forward: <S extends Shape>(x: Tensor<S, "f32">) => floor(x),
 *   backward: ({ gy }) => [gy],
 *   unverified: "straight-through: steps have no slope, and training needs one",
 * });
 * if (quantise(input("x", [dim("B")])).shape.length !== 1) throw new Error();
 * ```
 *
 * @throws {DeclarationError} if the options are wrong; where it is called, if a gradient has not the shape
 * of its operand.
 */
export function customGradient<F extends TensorFunction>(options: CustomGradientOptions<F>): F {
  checkOptions("customGradient", options, OPTIONS);
  checkName(options.name, "a function");
  const call = (...operands: unknown[]): Tensor => {
    const nodes = operands.map((each) => nodeOf(`apply ${options.name} to`, each));
    return handle(within(options.name, () => apply(options, nodes)));
  };
  // The result has the shape of what `forward` gives for the same operands.
  return call as unknown as F;
}

function apply<F extends TensorFunction>(
  { name, forward, backward, unverified }: CustomGradientOptions<F>,
  nodes: readonly Node[],
): Node {
  // A call of `F` was given these operands.
  const operands = nodes.map((each) => handle(each)) as unknown as Parameters<F>;
  const y = returnedNode("forward", forward(...operands));
  const gy = gradientLeaf(y);
  // y is what `forward` returned, and gy has its shape.
  const given = { operands, y: handle(y), gy: handle(gy) } as unknown as BackwardArguments<F>;
  const gradients: unknown = backward(given);
  if (!Array.isArray(gradients) || gradients.length !== nodes.length) {
    throw new DeclarationError(
      `Cannot use the result of backward, ${
        showValue(gradients)
      }: it must be a list with a gradient, or undefined, for each of the ${nodes.length} operands`,
    );
  }
  return withGradients({
    name,
    value: y,
    operands: nodes.map((node, i) => ({
      name: node.op === "input" ? node.attrs.name : `operand${i + 1}`,
      node,
    })),
    gradients: gradients.map((each) =>
      each === undefined ? undefined : returnedNode("backward", each)
    ),
    gy,
    unverified,
  });
}

/** The leaf that stands for the gradient of a value in hand-written gradients. */
export function gradientLeaf(y: Node): Node {
  return make("input", { name: "gy", role: "input", shape: y.shape, dtype: "f32" });
}

/** A value, and what its author says about its gradient. */
export interface GivenGradients {
  readonly name: string;
  readonly value: Node;
  readonly operands: readonly { readonly name: string; readonly node: Node }[];
  /** One for each operand; `undefined` for the derived one. */
  readonly gradients: readonly (Node | undefined)[];
  /** The leaf that stands for the gradient of the value in `gradients`. */
  readonly gy: Node;
  readonly unverified: string | undefined;
}

/** The same value, with these gradients. */
export function withGradients(
  { name, value, operands, gradients, gy, unverified }: GivenGradients,
): Node {
  const given = operands.flatMap((operand, position) => {
    const gradient = gradients[position];
    return gradient === undefined ? [] : [{ ...operand, position, gradient }];
  });
  for (const { name: whose, node, gradient } of given) {
    if (sameShape(node.shape, gradient.shape) && gradient.dtype === "f32") continue;
    throw new DeclarationError(
      `Cannot use the gradient of ${whose}, ${
        describe(gradient)
      } of ${gradient.dtype}: a gradient has the shape of its operand, ${
        showShape(node.shape)
      }, and is f32`,
    );
  }
  checkTwice(operands, gradients);
  return make("custom", {
    name,
    operands: operands.map((each) => each.name),
    given: given.map((each) => each.position),
    ...(unverified === undefined ? {} : { unverified }),
  }, [value, ...operands.map((each) => each.node), ...given.map((each) => each.gradient), gy]);
}

/** A tensor that is passed twice has no derived gradient for one of its places alone. */
function checkTwice(
  operands: GivenGradients["operands"],
  gradients: GivenGradients["gradients"],
): void {
  const lacking = operands.find(({ node }, i) =>
    gradients[i] === undefined && operands.some((other, j) => other.node === node && j !== i)
  );
  if (lacking === undefined) return;
  throw new DeclarationError(
    `Cannot derive the gradient of ${lacking.name}, ${
      describe(lacking.node)
    }: the same tensor is passed twice; give the gradients of both places`,
  );
}

/** The parts of a `custom` node. */
export function partsOf(node: Node): GivenGradients | undefined {
  if (node.op !== "custom") return undefined;
  const { name, operands: names, given, unverified } = node.attrs;
  const [value = node, ...rest] = node.inputs;
  const operands = names.map((each, i) => ({ name: each, node: rest[i] ?? value }));
  return {
    name,
    value,
    operands,
    gradients: operands.map((_, i) => {
      const at = given.indexOf(i);
      return at < 0 ? undefined : rest[names.length + at];
    }),
    gy: rest.at(-1) ?? value,
    unverified,
  };
}

const origins = new WeakMap<Node, Node>();

/** Remembers of which node of a layer's declaration a node is a copy. */
export function copyOrigin(from: Node, to: Node): void {
  if (from.op === "custom" && from !== to) origins.set(to, originOf(from));
}

/** The node as its author declared it, over symbolic dims where a layer did. */
export function originOf(node: Node): Node {
  return origins.get(node) ?? node;
}
