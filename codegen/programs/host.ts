/** Scalars that the host computes: from nodes to host expressions. @module */
import { isElementwise, type Node } from "../../dsl/ops.ts";
import { isDefined } from "../kernel/defined_ops.ts";
import type { HostExpr, PrimitiveOp } from "../kernel/kernel.ts";

/** The host expression of a node that depends on no tensor. */
export function hostExpression(node: Node): HostExpr {
  if (node.op === "constant") return { kind: "constant", value: node.attrs.value };
  if (node.op === "size") return { kind: "extent", extent: node.attrs.extent };
  if (node.op === "input") return { kind: "scalar", name: node.attrs.name };
  if (!isElementwise(node) || isDefined(node.op)) {
    throw new Error(`The host cannot compute ${node.op}`);
  }
  const op: PrimitiveOp = node.op;
  return { kind: "apply", op, args: node.inputs.map(hostExpression) };
}

/** Names of the caller's scalars that an expression needs. */
export function scalarsOf(expression: HostExpr): readonly string[] {
  if (expression.kind === "scalar") return [expression.name];
  return expression.kind === "apply" ? expression.args.flatMap(scalarsOf) : [];
}
