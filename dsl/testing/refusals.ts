/** What shape rules refuse: leaves to try them on, and how an attempt is written down. @module */
import { dim, type Shape } from "../dim.ts";
import { make } from "../intern.ts";
import type { ElementType, Node, OpAttrs, OpKind } from "../ops.ts";

/** A leaf. */
export function leaf(name: string, shape: Shape, dtype: ElementType = "f32"): Node {
  return make("input", { name, role: "input", shape, dtype });
}

/** The dims of the leaves. */
export const B = dim("B"), K = dim("K"), N = dim("N");
/** Matrices that have their last dim in common. */
export const x: Node = leaf("x", [B, K]), v: Node = leaf("v", [N, K]);
/** Whole numbers, and bools. */
export const label: Node = leaf("label", [B], "u32"), mask: Node = leaf("mask", [B, K], "bool");

/** Applying an op to operands that it must refuse, and the message. */
export interface Refusal {
  readonly attempt: () => Node;
  readonly message: string;
}

/** An op on operands that it must refuse. */
export function refusal<K extends OpKind>(
  op: K,
  attrs: OpAttrs[K],
  inputs: readonly Node[],
  message: string,
): Refusal {
  return { attempt: () => make(op, attrs, inputs), message };
}
