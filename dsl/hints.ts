/** Readable names for values, carried into generated code. @module */
import { nodeOf, type Tensor } from "./handle.ts";
import type { Node } from "./ops.ts";

const hints = new WeakMap<Node, string>();

/**
 * Names a value: generated kernels and documents use the name where they show the value. The value
 * itself is unchanged; the first name given to a value stays.
 *
 * ```ts
 * import { exp, input, dim, named } from "./mod.ts";
 * const e = named("e", exp(input("x", [dim("B")])));
 * if (e.shape.length !== 1) throw new Error();
 * ```
 */
export function named<T extends Tensor>(name: string, value: T): T {
  const node = nodeOf(`give the name "${name}" to`, value);
  if (!hints.has(node)) hints.set(node, name);
  return value;
}

/** The name given to a node, if any. */
export function hintOf(node: Node): string | undefined {
  return hints.get(node);
}

/** Gives a node the name of another: a layer's values keep their names where the layer is used. */
export function copyHint(from: Node, to: Node): void {
  const hint = hints.get(from);
  if (hint !== undefined && !hints.has(to)) hints.set(to, hint);
}
