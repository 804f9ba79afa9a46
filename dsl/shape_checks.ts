/** What shape rules have in common. @module */
import { type Shape, showShape } from "./dim.ts";
import { DeclarationError } from "./errors.ts";
import type { ElementType, Node, OpKind } from "./ops.ts";

/** What a shape rule finds out. */
export interface Signature {
  readonly shape: Shape;
  readonly dtype: ElementType;
}

const MOVEMENT: ReadonlySet<OpKind> = new Set([
  "reshape",
  "transpose",
  "broadcast",
  "tile",
  "slice",
  "pad",
  "window",
]);

/** A node as it is named in messages: `x[B, K]`, `transpose(x)[K, B]`, or `[B, K]` without a name. */
export function describe(node: Node): string {
  const [moved] = node.inputs;
  const name = node.op === "input"
    ? node.attrs.name
    : MOVEMENT.has(node.op) && moved?.op === "input"
    ? `${node.op}(${moved.attrs.name})`
    : "";
  return name + showShape(node.shape);
}

/** The operand at a position. */
export function operand(inputs: readonly Node[], position: number): Node {
  const node = inputs[position];
  if (node === undefined) throw new DeclarationError(`An op lacks operand ${position}`);
  return node;
}

/** Checks that an operand has an axis. */
export function checkAxis(op: OpKind, node: Node, axis: number): void {
  if (!Number.isInteger(axis) || axis < 0 || axis >= node.shape.length) {
    throw new DeclarationError(
      `Cannot ${op} ${describe(node)} over axis ${axis}: axes run from 0 to ${
        node.shape.length - 1
      }`,
    );
  }
}

/** Checks that an operand holds floats. */
export function checkFloat(op: OpKind, node: Node): void {
  if (node.dtype !== "f32") {
    throw new DeclarationError(
      `Cannot take ${op} of ${describe(node)} of ${node.dtype}: it needs f32; use cast`,
    );
  }
}

/** Checks that a number is one of an element type. */
export function checkNumber(action: string, value: number, dtype: ElementType): void {
  if (!Number.isFinite(Math.fround(value))) {
    throw new DeclarationError(
      `Cannot ${action} ${value}: it is not a finite 32-bit float; use a finite bound such as -3.4e38`,
    );
  }
  if (dtype === "i32" && value !== (value | 0)) {
    throw new DeclarationError(
      `Cannot ${action} ${value} as an i32: it is not a whole number from -2147483648 to 2147483647`,
    );
  }
  if (dtype === "u32" && value !== value >>> 0) {
    throw new DeclarationError(
      `Cannot ${action} ${value} as a u32: it is not a whole number from 0 to 4294967295`,
    );
  }
}
