/**
 * What the scalar operators compute, in float64: the meaning that every target has to reproduce.
 *
 * @module
 */
import { erf } from "./error_function.ts";
import { philox2x32 } from "./philox.ts";
import type { ScalarOp, ScalarType } from "./kernel.ts";

/** The arguments of an operator; a missing one is NaN, so that a malformed call cannot pass for a number. */
type Arguments = readonly [number, number, number];

const SCALAR_MATH: { readonly [Op in ScalarOp]: (args: Arguments) => number } = {
  neg: ([x]) => -x,
  exp: ([x]) => Math.exp(x),
  log: ([x]) => Math.log(x),
  sqrt: ([x]) => Math.sqrt(x),
  tanh: ([x]) => Math.tanh(x),
  abs: ([x]) => Math.abs(x),
  floor: ([x]) => Math.floor(x),
  sin: ([x]) => Math.sin(x),
  cos: ([x]) => Math.cos(x),
  erf: ([x]) => erf(x),
  sigmoid: ([x]) => 1 / (1 + Math.exp(-x)),
  randomBits: ([low, high, key]) => philox2x32(low, high, key),
  xor: ([x, y]) => (x ^ y) >>> 0,
  cast: ([x]) => x,
  add: ([x, y]) => x + y,
  sub: ([x, y]) => x - y,
  mul: ([x, y]) => x * y,
  div: ([x, y]) => x / y,
  maximum: ([x, y]) => Math.max(x, y),
  minimum: ([x, y]) => Math.min(x, y),
  pow: ([x, y]) => Math.pow(x, y),
  greater: ([x, y]) => (x > y ? 1 : 0),
  greaterEqual: ([x, y]) => (x >= y ? 1 : 0),
  equal: ([x, y]) => (x === y ? 1 : 0),
  notEqual: ([x, y]) => (x !== y ? 1 : 0),
  and: ([x, y]) => (x !== 0 && y !== 0 ? 1 : 0),
  or: ([x, y]) => (x !== 0 || y !== 0 ? 1 : 0),
  not: ([x]) => (x === 0 ? 1 : 0),
  select: ([condition, whenTrue, whenFalse]) => (condition !== 0 ? whenTrue : whenFalse),
};

/** A real number as a value of a type: u32 and i32 wrap around, bool is 0 or 1. */
const AS_TYPE: { readonly [Type in ScalarType]: (value: number) => number } = {
  f32: (value) => value,
  u32: (value) => Math.trunc(value) >>> 0,
  i32: (value) => Math.trunc(value) | 0,
  bool: (value) => (value !== 0 ? 1 : 0),
};

/** Where a conversion from f32 is cut off: at the ends of the range; what is no number becomes 0. */
const ENDS = { u32: [0, 0xffff_ffff], i32: [-0x8000_0000, 0x7fff_ffff] } as const;

function saturate(value: number, [least, most]: readonly [number, number]): number {
  return Number.isNaN(value) ? 0 : Math.min(Math.max(Math.trunc(value), least), most);
}

/** Applies an operator to real numbers. */
export function applyReal(op: ScalarOp, args: readonly number[]): number {
  return SCALAR_MATH[op]([args[0] ?? NaN, args[1] ?? NaN, args[2] ?? NaN]);
}

/** Applies an operator to values of the type `from` and gives a value of the type `type`. */
export function applyTyped(
  op: ScalarOp,
  args: readonly number[],
  type: ScalarType,
  from: ScalarType = "f32",
): number {
  if (type === "u32" || type === "i32") {
    if (op === "cast" && from === "f32") return saturate(args[0] ?? NaN, ENDS[type]);
    // A whole number divided by 0 is itself.
    if (op === "div" && args[1] === 0) return args[0] ?? NaN;
    if (op === "mul") return AS_TYPE[type](Math.imul(args[0] ?? NaN, args[1] ?? NaN));
  }
  return AS_TYPE[type](applyReal(op, args));
}
