/**
 * Values that the host computes before a run: their number, and their text as TypeScript.
 *
 * @module
 */
import { type DimValues, evaluateExtent, factors } from "../../dsl/dim.ts";
import {
  atom,
  BINDING,
  call,
  conditional,
  type ExpressionText,
  infix,
  joined,
  numeral,
  prefix,
  type Spellings,
} from "./expression_text.ts";
import type { HostExpr, PrimitiveOp } from "./kernel.ts";
import { applyReal } from "./scalar_math.ts";

/**
 * The number a host expression stands for.
 *
 * @throws {Error} if a scalar has no number.
 */
export function evaluateHost(
  expr: HostExpr,
  dims: DimValues,
  scalars: Readonly<Record<string, number>>,
): number {
  switch (expr.kind) {
    case "constant":
      return expr.value;
    case "extent":
      return evaluateExtent(expr.extent, dims);
    case "scalar": {
      const value = scalars[expr.name];
      if (value !== undefined) return value;
      const given = Object.keys(scalars).join(", ");
      throw new Error(
        `Cannot compute a uniform: scalar "${expr.name}" has no number, got { ${given} }`,
      );
    }
    case "apply":
      return applyReal(expr.op, expr.args.map((arg) => evaluateHost(arg, dims, scalars)));
  }
}

const TYPESCRIPT: Spellings<PrimitiveOp> = {
  neg: prefix("-"),
  exp: call("Math.exp"),
  log: call("Math.log"),
  sqrt: call("Math.sqrt"),
  tanh: call("Math.tanh"),
  abs: call("Math.abs"),
  floor: call("Math.floor"),
  sin: call("Math.sin"),
  cos: call("Math.cos"),
  // Whole numbers are left to kernels.
  xor: infix("^", BINDING.choice),
  cast: ([value]) => value ?? atom("?"),
  add: infix("+", BINDING.sum),
  sub: infix("-", BINDING.sum),
  mul: infix("*", BINDING.product),
  div: infix("/", BINDING.product),
  maximum: call("Math.max"),
  minimum: call("Math.min"),
  pow: call("Math.pow"),
  greater: infix(">", BINDING.comparison),
  greaterEqual: infix(">=", BINDING.comparison),
  equal: infix("===", BINDING.comparison),
  notEqual: infix("!==", BINDING.comparison),
  and: joined("&&"),
  or: joined("||"),
  not: prefix("!"),
  select: conditional,
};

/** An extent as TypeScript: `10 * n * K`. */
function hostExtent(symbols: readonly string[], coefficient: number): ExpressionText {
  const parts = coefficient === 1 && symbols.length > 0
    ? symbols
    : [String(coefficient), ...symbols];
  return { text: parts.join(" * "), binding: parts.length > 1 ? BINDING.product : BINDING.atom };
}

function hostText(expr: HostExpr, identifier: (name: string) => string): ExpressionText {
  switch (expr.kind) {
    case "constant":
      return numeral(expr.value);
    case "extent": {
      const { coefficient, symbols } = factors(expr.extent);
      return hostExtent(symbols.map(identifier), coefficient);
    }
    case "scalar":
      return atom(identifier(expr.name));
    case "apply":
      return TYPESCRIPT[expr.op](expr.args.map((arg) => hostText(arg, identifier)));
  }
}

/**
 * A host expression as TypeScript, e.g. `0.001 / (1 - Math.pow(0.9, step))`.
 *
 * @param identifier how to write the name of a dim or a scalar where the text will stand.
 */
export function printHost(expr: HostExpr, identifier: (name: string) => string): string {
  return hostText(expr, identifier).text;
}
