/** Makes nodes: checks the shape rule and returns the one node that stands for this value. @module */
import { extentKey, type Shape } from "./dim.ts";
import type { Node, NodeOf, OpAttrs, OpKind } from "./ops.ts";
import { noteMade } from "./provenance.ts";
import { SHAPE_RULES } from "./shape_rules.ts";

const interned = new Map<string, Node>();

/** Attributes as text, the same for equal ones. */
export function attributeKey(value: unknown): string {
  if (typeof value === "number") return Object.is(value, -0) ? "-0" : String(value);
  if (Array.isArray(value)) return `[${value.map(attributeKey).join(",")}]`;
  if (typeof value === "object" && value !== null) {
    if ("name" in value && Object.keys(value).length === 1 && typeof value.name === "string") {
      return extentKey({ name: value.name });
    }
    return `{${
      // In alphabetical order: how the literal was written makes no difference.
      Object.entries(value).toSorted(([a], [b]) => a < b ? -1 : 1)
        .map(([key, part]) => `${key}:${attributeKey(part)}`).join(",")}}`;
  }
  return String(value);
}

/**
 * The node of an op, its attributes and its operands.
 *
 * @throws {DeclarationError} if the op's shape rule refuses the operands.
 */
export function make<K extends OpKind>(
  op: K,
  attrs: OpAttrs[K],
  inputs: readonly Node[] = [],
): NodeOf<K> & Node {
  const key = `${op} ${attributeKey(attrs)} ${inputs.map((input) => input.id).join(",")}`;
  const known = interned.get(key);
  if (known !== undefined) {
    noteMade(known);
    // The key begins with the op, so the node found under it has this op.
    return known as NodeOf<K> & Node;
  }
  const rule: (
    attrs: OpAttrs[K],
    inputs: readonly Node[],
  ) => { shape: Shape; dtype: Node["dtype"] } = SHAPE_RULES[op];
  const { shape, dtype } = rule(attrs, inputs);
  // `op` and `attrs` belong together by this function's own signature.
  const node = Object.freeze({ id: interned.size, op, attrs, inputs, shape, dtype }) as
    & NodeOf<K>
    & Node;
  interned.set(key, node);
  noteMade(node);
  return node;
}
