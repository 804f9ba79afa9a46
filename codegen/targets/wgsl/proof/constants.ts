/**
 * No constant expression has a value that its type lacks: compilers may refuse such a text, or compute anything.
 *
 * Numbers without a suffix are of no type until they meet one: whole ones of 64 bits, others as f64. What is
 * computed from anything but numbers is left alone. (https://www.w3.org/TR/WGSL/#const-expr)
 *
 * @module
 */
import {
  type Expression,
  expressionsIn,
  type Finding,
  operandsOf,
  statementsIn,
  type Text,
  type Type,
  valuesOf,
} from "./syntax.ts";

/** Types of numbers; the first two are those of numbers without a suffix. */
type NumberType = "whole" | "real" | "u32" | "i32" | "f32" | "f16";

/** A number that is known from the text alone. */
export interface Constant {
  readonly type: NumberType;
  readonly value: number;
}

/** The least and the greatest value of each type. */
const RANGES: { readonly [T in NumberType]: readonly [number, number] } = {
  whole: [-(2 ** 63), 2 ** 63 - 1],
  real: [-Number.MAX_VALUE, Number.MAX_VALUE],
  u32: [0, 2 ** 32 - 1],
  i32: [-(2 ** 31), 2 ** 31 - 1],
  f32: [-3.4028234663852886e38, 3.4028234663852886e38],
  f16: [-65_504, 65_504],
};

const SUFFIXES: Readonly<Record<string, NumberType>> = { u: "u32", i: "i32", f: "f32", h: "f16" };

const isWhole = (type: NumberType): boolean => type === "whole" || type === "u32" || type === "i32";

/** A constant expression without a value. */
class Unrepresentable extends Error {}

/** Constant expressions that overflow, divide by zero, shift too far or index past an end. */
export function checkConstants(text: Text): readonly Finding[] {
  const values = [
    ...text.functions.flatMap(({ body }) => [...statementsIn(body)].flatMap(valuesOf)),
    ...text.functions.flatMap(({ attributes }) => attributes.flatMap(({ args }) => args)),
  ];
  const typed = text.functions.flatMap(({ body }) => [...statementsIn(body)]).flatMap((each) =>
    each.kind === "declare" && each.type !== undefined && each.value !== undefined
      ? [{ type: each.type, value: each.value }]
      : []
  );
  return [
    ...values.flatMap((each) => fault(each, () => evaluate(each))),
    ...typed.flatMap(({ type, value }) => fault(value, () => converted(type, [value]))),
    ...text.variables.flatMap(({ type, line }) => emptyArray(type, line)),
    ...[...expressionsIn(values)].flatMap((each) => pastEnd(each, text)),
  ];
}

/** The value of an expression of numbers alone; `undefined` if it has none, or depends on more than numbers. */
export function constantOf(expression: Expression): Constant | undefined {
  try {
    return evaluate(expression);
  } catch (cause) {
    if (cause instanceof Unrepresentable) return undefined;
    throw cause;
  }
}

/** The first fault in an expression, if there is one. */
function fault({ line }: Expression, run: () => unknown): readonly Finding[] {
  try {
    run();
    return [];
  } catch (cause) {
    if (cause instanceof Unrepresentable) return [{ line, message: cause.message }];
    throw cause;
  }
}

function evaluate(expression: Expression): Constant | undefined {
  switch (expression.kind) {
    case "number":
      return literal(expression.text);
    case "prefix": {
      const operand = evaluate(expression.operand);
      if (operand === undefined || expression.sign !== "-") return undefined;
      if (operand.type === "u32") {
        throw new Unrepresentable(`-${operand.value}u has no value: u32 has no negative numbers`);
      }
      return fitting({ ...operand, value: -operand.value }, () => `-${operand.value}`);
    }
    case "infix":
      return infix(expression);
    case "call":
      return called(expression);
    case "bool":
    case "name":
    case "index":
    case "member":
      // What is in them may be constant.
      operandsOf(expression).forEach(evaluate);
      return undefined;
  }
}

function literal(text: string): Constant {
  const isHexadecimal = /^0[xX]/.test(text);
  const [, digits = "", suffix = ""] =
    (isHexadecimal ? /^(.*?)([iu]?)$/ : /^(.*?)([iufh]?)$/).exec(text) ?? [];
  const type = SUFFIXES[suffix] ?? (isHexadecimal || /^\d+$/.test(digits) ? "whole" : "real");
  return fitting({ type, value: Number(digits) }, () => text);
}

/** A value that its type has. */
function fitting(constant: Constant, shown: () => string): Constant {
  const { type, value } = constant;
  const [least, most] = RANGES[type];
  if (value >= least && value <= most) return constant;
  throw new Unrepresentable(
    `${shown()} = ${value} is no ${TYPES[type]}: those are from ${least} to ${most}`,
  );
}

/** What types are called in messages. */
const TYPES: { readonly [T in NumberType]: string } = {
  whole: "whole number of 64 bits",
  real: "f64",
  u32: "u32",
  i32: "i32",
  f32: "f32",
  f16: "f16",
};

/** The type of two operands together: a number without a suffix takes that of the other. */
function common(left: Constant, right: Constant): NumberType | undefined {
  if (left.type === right.type) return left.type;
  const [loose, own] = isLoose(left.type) ? [left, right] : [right, left];
  if (!isLoose(loose.type)) return undefined;
  if (loose.type === "whole") return own.type;
  return own.type === "whole" ? "real" : isWhole(own.type) ? undefined : own.type;
}

const isLoose = (type: NumberType): boolean => type === "whole" || type === "real";

const ARITHMETIC: Readonly<Record<string, (a: number, b: number) => number>> = {
  "+": (a, b) => a + b,
  "-": (a, b) => a - b,
  "*": (a, b) => a * b,
  "/": (a, b) => a / b,
  "%": (a, b) => a % b,
};

function infix(
  { sign, left, right }: Expression & { readonly kind: "infix" },
): Constant | undefined {
  const b = evaluate(right);
  if (sign === "<<" || sign === ">>") return shifted(sign, evaluate(left), b);
  const a = evaluate(left);
  const divides = sign === "/" || sign === "%";
  if (divides && b?.value === 0 && (a !== undefined || isWhole(b.type))) {
    throw new Unrepresentable(`${sign} 0 has no value: a constant divisor is never 0`);
  }
  const compute = ARITHMETIC[sign];
  if (a === undefined || b === undefined || compute === undefined) return undefined;
  const type = common(a, b);
  if (type === undefined) return undefined;
  const shown = () => `${a.value} ${sign} ${b.value}`;
  // Both operands first take the type that they share.
  for (const each of [a, b]) fitting({ type, value: each.value }, shown);
  const exact = compute(a.value, b.value);
  return fitting({ type, value: isWhole(type) ? Math.trunc(exact) : exact }, shown);
}

/** Bits of a type that is shifted. */
const BITS = { u32: 32, i32: 32, whole: 64 } as const;

function shifted(
  sign: "<<" | ">>",
  left: Constant | undefined,
  by: Constant | undefined,
): Constant | undefined {
  if (by === undefined) return undefined;
  const type = left?.type ?? "u32";
  const bits = type === "u32" || type === "i32" || type === "whole" ? BITS[type] : 0;
  if (by.value >= bits || by.value < 0) {
    throw new Unrepresentable(
      `${sign} ${by.value} shifts further than the ${bits} bits of its operand`,
    );
  }
  if (left === undefined) return undefined;
  const factor = 2 ** by.value;
  const value = sign === "<<" ? left.value * factor : Math.floor(left.value / factor);
  return fitting({ type, value }, () => `${left.value} ${sign} ${by.value}`);
}

const FUNCTIONS: Readonly<Record<string, (...args: number[]) => number>> = {
  min: Math.min,
  max: Math.max,
  abs: Math.abs,
  floor: Math.floor,
};

function called({ type, args }: Expression & { readonly kind: "call" }): Constant | undefined {
  if (type.name in SCALARS) return converted(type, args);
  const compute = FUNCTIONS[type.name];
  const values = args.map(evaluate);
  const known = values.filter((value) => value !== undefined);
  const [first, ...others] = known;
  if (compute === undefined || first === undefined || known.length < args.length) return undefined;
  const shared = others.reduce<NumberType | undefined>(
    (sum, each) => sum && common({ type: sum, value: 0 }, each),
    first.type,
  );
  if (shared === undefined) return undefined;
  return { type: shared, value: compute(...known.map(({ value }) => value)) };
}

const SCALARS: Readonly<Record<string, NumberType>> = {
  u32: "u32",
  i32: "i32",
  f32: "f32",
  f16: "f16",
};

/** A number as a scalar type takes it: one without a suffix has to be among the type's values. */
function converted({ name }: Type, [only]: readonly Expression[]): Constant | undefined {
  const type = SCALARS[name];
  const value = only && evaluate(only);
  if (type === undefined || value === undefined) return undefined;
  const shown = () => `${name}(${value.value})`;
  if (isLoose(value.type) || !isWhole(type)) return fitting({ type, value: value.value }, shown);
  // From one type of 32 bits to the other the bits stay; a float is cut off, and kept in range.
  if (isWhole(value.type)) {
    return { type, value: type === "u32" ? value.value >>> 0 : value.value | 0 };
  }
  const [least, most] = RANGES[type];
  return { type, value: Math.min(Math.max(Math.trunc(value.value), least), most) };
}

function emptyArray({ name, arguments: args, count }: Type, line: number): readonly Finding[] {
  const inner = args.flatMap((each) => emptyArray(each, line));
  if (name !== "array" || count === undefined) return inner;
  const known = constantOf(count);
  if (known === undefined || known.value >= 1) return inner;
  return [...inner, { line, message: `an array has ${known.value} elements, wanted at least 1` }];
}

/** A constant index past the end of an array whose length the text tells. */
function pastEnd(expression: Expression, { variables }: Text): readonly Finding[] {
  if (expression.kind !== "index" || expression.base.kind !== "name") return [];
  const { base: { name }, line } = expression;
  const count = variables.find((each) => each.name === name)?.type.count;
  const [at, length] = [constantOf(expression.at), count && constantOf(count)];
  if (at === undefined || (at.value >= 0 && at.value < (length?.value ?? Infinity))) return [];
  return [{
    line,
    message: `${name}[${at.value}] is past the ${length?.value ?? 0} elements of ${name}`,
  }];
}
