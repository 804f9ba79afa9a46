/**
 * How exactly machines compute each function of elements: the facts that tolerances are derived from.
 *
 * @module
 */
import type { ElementwiseKind } from "../../dsl/ops.ts";

/** Half of the distance from 1 to the next f32: rounding to f32 changes a number by at most this part. */
export const UNIT = 2 ** -24;

/** A unit in the last place, relative to the number. */
const ULP = 2 * UNIT;

/** The smallest normal f32; what is smaller may become 0. */
export const SMALLEST = 2 ** -126;

/** The largest error of a result: of the exact arguments x and the exact result y. */
type ErrorOf = (y: number, x: number, x2: number) => number;

/** The errors of all functions on a machine. */
export type Accuracy = { readonly [Op in ElementwiseKind]: ErrorOf };

const exact: ErrorOf = () => 0;
const rounded: ErrorOf = (y) => UNIT * Math.abs(y);

/** A machine that computes functions in float64 and rounds once. */
export const ROUNDED: Accuracy = {
  neg: exact,
  abs: exact,
  floor: exact,
  maximum: exact,
  minimum: exact,
  greater: exact,
  greaterEqual: exact,
  equal: exact,
  notEqual: exact,
  and: exact,
  or: exact,
  not: exact,
  select: exact,
  randomBits: exact,
  cast: rounded,
  add: rounded,
  sub: rounded,
  mul: rounded,
  div: rounded,
  sqrt: rounded,
  exp: rounded,
  log: rounded,
  tanh: rounded,
  sin: rounded,
  cos: rounded,
  pow: rounded,
  // Both are defined by other functions (codegen/kernel/defined_ops.ts): a sum of five terms below 1.5 after
  // a formula that is exact to 1.5e-7; and a quotient of e^(−|x|) by 1 more than it.
  erf: () => 1.5e-7 + 8 * UNIT,
  sigmoid: (y) => 4 * UNIT * Math.abs(y),
};

const ulps = (count: number): ErrorOf => (y) => count * ULP * Math.abs(y);

/**
 * The functions of targets for the CPU (codegen/targets/wasm/elementary.ts, runtime/native/elementary.h); the
 * others are computed in float64.
 */
export const CPU_ACCURACY: Accuracy = { ...ROUNDED, exp: ulps(1), log: ulps(1), tanh: ulps(2) };

/** e^x is exact to so many units in the last place. */
const expUlps = (x: number): number => 3 + 2 * Math.abs(x);

/** The error of the binary logarithm; near 1 it is absolute. */
const log2Error = (x: number): number =>
  x >= 0.5 && x <= 2 ? 2 ** -21 : 3 * ULP * Math.abs(Math.log2(x));

/**
 * What WGSL asks of every implementation (https://www.w3.org/TR/WGSL/#floating-point-accuracy). Beyond ±π it
 * asks nothing of sines; there, arguments are taken to lose their own rounding.
 */
export const WGSL_ACCURACY: Accuracy = {
  ...ROUNDED,
  div: (y) => 2.5 * ULP * Math.abs(y),
  // The inverse of an inverse square root.
  sqrt: (y) => 4.5 * ULP * Math.abs(y),
  exp: (y, x) => expUlps(x) * ULP * Math.abs(y),
  log: (y, x) => x >= 0.5 && x <= 2 ? 2 ** -21 : 3 * ULP * Math.abs(y),
  tanh: () => 1e-5,
  sin: (_, x) => 2 ** -11 + ULP * Math.abs(x),
  cos: (_, x) => 2 ** -11 + ULP * Math.abs(x),
  // 2^(x2 · log2 x)
  pow: (y, x, x2) => {
    const power = x2 * Math.log2(x);
    const ofPower = Math.abs(x2) * log2Error(x) + ULP * Math.abs(power);
    return Math.abs(y) * (Math.LN2 * ofPower + expUlps(power) * ULP);
  },
  erf: () => 1.5e-7 + 24 * UNIT,
  sigmoid: (y, x) => (2 * expUlps(x) + 4) * ULP * Math.abs(y),
};
