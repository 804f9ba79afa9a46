/** Operators that WGSL lacks, or leaves partly open, as functions of WGSL. @module */
import { type DefinedOp, DEFINITIONS, isDefined } from "../../kernel/defined_ops.ts";
import { atom, call, type ExpressionText } from "../../kernel/expression_text.ts";
import type { Scalar, ScalarType } from "../../kernel/kernel.ts";
import { literal, MIXED, OPERATORS } from "./language.ts";

/** What a function takes and gives: one value, or four. */
type ValueType = ScalarType | `vec4<${ScalarType}>`;

/** A function for the template. */
export interface FunctionView {
  readonly about: string;
  readonly name: string;
  /** The arguments with their types. */
  readonly parameters: string;
  readonly type: ValueType;
  readonly lines: readonly string[];
}

const ofWidth = (type: ScalarType, isWide: boolean): ValueType => isWide ? `vec4<${type}>` : type;

/** The function of an operator, at one point or at four. */
export function functionView(name: string, op: DefinedOp, isWide: boolean): FunctionView {
  const { about, arguments: given, steps, value, ...definition } = DEFINITIONS[op];
  const type = ofWidth(definition.type, isWide);
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

/** For each whole type its largest number, and the float that is one more. */
const LARGEST = {
  u32: { largest: "4294967295u", beyond: "4294967296.0" },
  i32: { largest: "2147483647", beyond: "2147483648.0" },
} as const;

/**
 * The function that cuts a float off at the ends of a whole type, and makes 0 of what is no number. WGSL's own
 * conversion stops at the last float below the upper end, and of no number it makes any. That one is known by
 * its bits, as a shader may be compiled as if there were none.
 */
export function wholeFunction(name: string, to: "u32" | "i32", isWide: boolean): FunctionView {
  const type = ofWidth(to, isWide);
  const all = (value: string, of: ScalarType): string => isWide ? `vec4<${of}>(${value})` : value;
  const { largest, beyond } = LARGEST[to];
  const bits = `bitcast<${ofWidth("u32", isWide)}>(x) & ${all("2147483647u", "u32")}`;
  return {
    about: `The whole part of x as ${to}, cut off at the ends; 0 for what is no number.`,
    name,
    parameters: `x: ${ofWidth("f32", isWide)}`,
    type,
    lines: [
      `let whole = select(${type}(x), ${all(largest, to)}, x >= ${all(beyond, "f32")});`,
      `return select(whole, ${type}(), (${bits}) > ${all("2139095040u", "u32")});`,
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
