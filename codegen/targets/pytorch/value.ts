/**
 * A value as an expression of Python.
 *
 * A value that is repeated along an axis stays as small as it is wherever PyTorch repeats it by itself, and is
 * expanded only where it has to have its whole shape.
 *
 * @module
 */
import type { Extent, Shape } from "../../../dsl/dim.ts";
import type { Node, NodeOf, OpKind } from "../../../dsl/ops.ts";
import type { HelperName } from "./helpers.ts";
import { atom, call, infix, LEVELS, method, type PythonText, tuple } from "./language.ts";
import { extentText } from "./sizes.ts";

/** A value as an expression. */
export interface Value extends PythonText {
  /** A number of Python, or a tensor. */
  readonly kind: "number" | "tensor";
  /** The axes that it has, counted from the last one; before them it is repeated. */
  readonly rank: number;
  /** By axis of the whole shape, whether it has one element there, which stands for all. */
  readonly thin: readonly boolean[];
}

/** What expressions ask of the function that they stand in. */
export interface Surroundings {
  /** The expression of an operand. */
  readonly operand: (node: Node) => Value;
  /** Notes that a dim is used. */
  readonly uses: (dims: readonly string[]) => void;
  /** Notes that the type of floats, the device, the module `math`, or a helper is used. */
  readonly needs: (what: "dtype" | "device" | "math" | HelperName) => void;
}

export type Rule<K extends OpKind> = (node: NodeOf<K>, of: Surroundings) => Value;

/** A tensor of the whole shape of a node. */
export const whole = (node: Node, text: PythonText): Value => ({
  ...text,
  kind: "tensor",
  rank: node.shape.length,
  thin: node.shape.map(() => false),
});

/** A number that stands for all elements. */
export const number = (node: Node, text: PythonText): Value => ({
  ...text,
  kind: "number",
  rank: 0,
  thin: node.shape.map(() => true),
});

export const operandsOf = (node: Node, of: Surroundings): readonly Value[] =>
  node.inputs.map(of.operand);

export const first = (node: Node, of: Surroundings): Value => of.operand(node.inputs[0] ?? node);

/** Notes the dims of an extent, and gives its expression. */
export function sized(extent: Extent, of: Surroundings): PythonText {
  const text = extentText(extent);
  of.uses(text.text.match(/[A-Za-z_]\w*/g) ?? []);
  return text;
}

export const shapeArguments = (shape: Shape, of: Surroundings): string =>
  shape.map((extent) => sized(extent, of).text).join(", ");

/** An operand as a tensor of its whole shape. */
export function expanded(node: Node, of: Surroundings): Value {
  const value = of.operand(node);
  if (value.kind === "tensor" && !value.thin.includes(true)) return value;
  if (value.kind === "tensor") {
    return whole(node, method(value, "expand", shapeArguments(node.shape, of)));
  }
  of.needs("device");
  const shape = tuple(node.shape.map((extent) => sized(extent, of).text));
  const type = node.dtype === "f32"
    ? "dtype"
    : node.dtype === "bool"
    ? "torch.bool"
    : "torch.int64";
  if (node.dtype === "f32") of.needs("dtype");
  return whole(
    node,
    call(
      "torch.full",
      node.shape.length === 0 ? "()" : shape,
      value.text,
      `dtype=${type}`,
      "device=device",
    ),
  );
}

/** The operand that an op takes whole. */
export const expandedFirst = (node: Node, of: Surroundings): Value =>
  expanded(node.inputs[0] ?? node, of);

/** A value made of operands at the same index: as small as they are together. */
export function pointwise(node: Node, operands: readonly Value[], text: PythonText): Value {
  return {
    ...text,
    kind: operands.every(({ kind }) => kind === "number") ? "number" : "tensor",
    rank: Math.max(...operands.map(({ rank }) => rank)),
    thin: node.shape.map((_, axis) => operands.every(({ thin }) => thin[axis] ?? true)),
  };
}

/** Whole numbers of 32 bits wrap around; PyTorch's have 64. */
export function wrapped(node: Node, text: PythonText, of: Surroundings): PythonText {
  if (node.dtype === "u32") return infix("&", LEVELS.and, text, atom("0xFFFFFFFF"));
  if (node.dtype !== "i32") return text;
  of.needs("_i32");
  return call("_i32", text.text);
}

/** The value of a name that stands for a node: a tensor of its shape. */
export const namedValue = (node: Node, name: string): Value => whole(node, atom(name));

/** The same of a number of Python. */
export const namedNumber = (node: Node, name: string): Value => number(node, atom(name));
