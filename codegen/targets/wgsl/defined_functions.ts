/** Operators that are defined by others, as functions of WGSL. @module */
import { type DefinedOp, DEFINITIONS, isDefined } from "../../kernel/defined_ops.ts";
import { atom, call, type ExpressionText } from "../../kernel/expression_text.ts";
import type { Scalar } from "../../kernel/kernel.ts";
import { literal, MIXED, OPERATORS } from "./language.ts";

/** What a function takes and gives: one value, or four. */
export type ValueType = "f32" | "vec4<f32>" | "u32" | "vec4<u32>";

/** A function for the template. */
export interface FunctionView {
  readonly about: string;
  readonly name: string;
  /** The arguments with their types. */
  readonly parameters: string;
  readonly type: ValueType;
  readonly lines: readonly string[];
}

/** What a function takes for its operator, at one point or at four. */
export function valueType(op: DefinedOp, isWide: boolean): ValueType {
  const { type } = DEFINITIONS[op];
  return isWide ? `vec4<${type}>` : type;
}

/** The function of an operator. */
export function functionView(name: string, op: DefinedOp, type: ValueType): FunctionView {
  const { about, arguments: given, steps, value } = DEFINITIONS[op];
  const text = (scalar: Scalar): string => valueText(scalar, type).text;
  return {
    about,
    name,
    parameters: given.map((each) => `${each}: ${type}`).join(", "),
    type,
    lines: [
      ...steps.map((step) => `let ${step.name} = ${text(step.value)};`),
      `return ${text(value)};`,
    ],
  };
}

/** A definition consists of numbers, locals and operators. */
function valueText(scalar: Scalar, type: ValueType): ExpressionText {
  if (scalar.kind === "constant") return literal(scalar.value, scalar.type);
  if (scalar.kind === "local") return atom(scalar.name);
  if (scalar.kind !== "apply" || isDefined(scalar.op)) {
    throw new Error(`Cannot print a ${scalar.kind} in a definition`);
  }
  const { op, args } = scalar;
  return OPERATORS[op](args.map((arg) => {
    const text = valueText(arg, type);
    const isNarrow = arg.kind === "constant" && type.startsWith("vec4") && !MIXED.has(op);
    return isNarrow ? call(type)([text]) : text;
  }));
}
