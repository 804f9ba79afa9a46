/**
 * Tensors: typed, immutable handles on values.
 *
 * @module
 */
import type { Shape } from "./dim.ts";
import { DeclarationError, showValue } from "./errors.ts";
import type { ElementType, Node } from "./ops.ts";

/** A value of the language: an element type and a shape, one extent per axis. */
export interface Tensor<S extends Shape = Shape, T extends ElementType = ElementType> {
  /** What the value is computed by. */
  readonly node: Node;
  /** One extent per axis, outermost first. */
  readonly shape: S;
  /** The type of each element. */
  readonly dtype: T;
}

/** Types of elements that are numbers. */
export type Numeric = "f32" | "u32" | "i32";

/** A second operand: a tensor, or a number. */
export type Operand<S extends Shape = Shape, T extends ElementType = ElementType> =
  | Tensor<S, T>
  | number;

/** A handle on a node. The caller states the shape's type, which the node's shape rule has proved. */
export function handle<S extends Shape, T extends ElementType>(node: Node): Tensor<S, T> {
  // Boundary between shapes in types and shapes in values: SHAPE_RULES computed this very shape.
  return Object.freeze({ node, shape: node.shape as S, dtype: node.dtype as T });
}

/** True for tensors; specs run unchecked, so anything may stand where one is wanted. */
export function isTensor(value: unknown): value is Tensor {
  return typeof value === "object" && value !== null && "node" in value && "shape" in value;
}

/**
 * The node of an operand.
 *
 * @throws {DeclarationError} if it is no tensor.
 */
export function nodeOf(action: string, operand: unknown): Node {
  if (isTensor(operand)) return operand.node;
  const next = typeof operand === "function"
    ? "call it, and pass on the tensor that it gives"
    : typeof operand === "number"
    ? `write constant(${operand}) for a tensor of shape []`
    : "pass one that the declaration's function receives, or one computed from those";
  throw new DeclarationError(
    `Cannot ${action} ${showValue(operand)}: operands are tensors; ${next}`,
  );
}

/**
 * The node that a user's function returned.
 *
 * @throws {DeclarationError} if it returned no tensor.
 */
export function returnedNode(what: string, value: unknown): Node {
  if (isTensor(value)) return value.node;
  const next = value === undefined
    ? 'a body in braces needs "return"'
    : typeof value === "function"
    ? "call it, and return the tensor that it gives"
    : "return what the last step computes";
  throw new DeclarationError(
    `Cannot use the result of ${what}: it must be a tensor, got ${showValue(value)}; ${next}`,
  );
}
