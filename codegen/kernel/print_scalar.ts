/**
 * Scalars and indices as short text, for documents and for reading along. Either may hold the other.
 *
 * @module
 */
import { showExtent } from "../../dsl/dim.ts";
import { shortestFloat } from "../number_text.ts";
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
import type { IndexExpr } from "./index_expr.ts";
import type { Scalar } from "./kernel.ts";

const NOTATION: Spellings = {
  neg: prefix("-"),
  exp: call("exp"),
  log: call("log"),
  sqrt: call("sqrt"),
  tanh: call("tanh"),
  abs: call("abs"),
  floor: call("floor"),
  sin: call("sin"),
  cos: call("cos"),
  erf: call("erf"),
  sigmoid: call("sigmoid"),
  randomBits: call("random"),
  xor: joined("^"),
  cast: call("cast"),
  add: infix("+", BINDING.sum),
  sub: infix("-", BINDING.sum),
  mul: infix("*", BINDING.product),
  div: infix("/", BINDING.product),
  maximum: call("max"),
  minimum: call("min"),
  pow: call("pow"),
  greater: infix(">", BINDING.comparison),
  greaterEqual: infix(">=", BINDING.comparison),
  equal: infix("==", BINDING.comparison),
  notEqual: infix("!=", BINDING.comparison),
  and: joined("&"),
  or: joined("|"),
  not: prefix("!"),
  select: conditional,
};

/** A multi-index as text: `[order[b], i]`. */
export function showIndices(index: readonly IndexExpr[]): string {
  return `[${index.map(showIndex).join(", ")}]`;
}

function scalarText(scalar: Scalar): ExpressionText {
  switch (scalar.kind) {
    case "constant":
      return scalar.type === "bool"
        ? atom(scalar.value === 0 ? "false" : "true")
        : numeral(scalar.type === "f32" ? Number(shortestFloat(scalar.value)) : scalar.value);
    case "uniform":
    case "local":
      return atom(scalar.name);
    case "load":
      return atom(`${scalar.tensor}${showIndices(scalar.index)}`);
    case "index":
      return scalar.index.kind === "axis" || scalar.index.kind === "extent"
        ? atom(showIndex(scalar.index))
        : atom(`(${showIndex(scalar.index)})`);
    case "apply":
      return scalar.op === "cast"
        ? call(scalar.type)(scalar.args.map(scalarText))
        : NOTATION[scalar.op](scalar.args.map(scalarText));
  }
}

/** A scalar expression as text: `max(acc + b[o], 0)`. */
export function printScalar(scalar: Scalar): string {
  return scalarText(scalar).text;
}

/** An index as text: `g·K + k`, `k mod K`, `order[b]`. */
export function showIndex(index: IndexExpr): string {
  switch (index.kind) {
    case "extent":
      return showExtent(index.extent);
    case "axis":
      return index.axis.name;
    case "value":
      return printScalar(index.scalar);
    case "add":
      return `${showIndex(index.left)} + ${showIndex(index.right)}`;
    case "mul":
      return `${showOperand(index.left)}·${showExtent(index.by)}`;
    case "div":
      return `${showOperand(index.left)} div ${showExtent(index.by)}`;
    case "mod":
      return `${showOperand(index.left)} mod ${showExtent(index.by)}`;
  }
}

function showOperand(index: IndexExpr): string {
  const text = showIndex(index);
  const isAtom = index.kind === "axis" || index.kind === "extent" ||
    (index.kind === "value" && scalarText(index.scalar).binding === BINDING.atom);
  return isAtom ? text : `(${text})`;
}
