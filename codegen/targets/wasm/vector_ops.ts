/**
 * Spelling of the scalar operators for vectors of four lanes. A bool is a mask: all bits set or none.
 *
 * @module
 */
import type { DefinedOp } from "../../kernel/defined_ops.ts";
import type { ScalarType } from "../../kernel/kernel.ts";
import type { LaneFunction } from "./math_calls.ts";
import { instruction, type Spelling, type Spellings } from "./scalar_ops.ts";
import { constantOf, f32, form, i32, type Wat } from "./wat.ts";

/** Number of elements in a vector. */
export const LANES = 4;

/** A vector of zeros. */
export const ZEROS = form("v128.const i32x4 0 0 0 0");

function isZero(value: Wat): boolean {
  return value.kind === "form" && (value.head === "f32.const 0" || value.head === "i32.const 0");
}

/** A vector that holds one value in every lane. */
export const SPLAT: { readonly [Type in ScalarType]: (value: Wat) => Wat } = {
  f32: (value) => isZero(value) ? ZEROS : form("f32x4.splat", value),
  u32: (value) => isZero(value) ? ZEROS : form("i32x4.splat", value),
  i32: (value) => isZero(value) ? ZEROS : form("i32x4.splat", value),
  bool: (value) => form("i32x4.splat", form("i32.sub", i32(0), value)),
};

/** `base`, `base + stride`, ... in the four lanes. */
export function ramp(base: Wat, stride: Wat): Wat {
  const steps = form("v128.const i32x4 0 1 2 3");
  const scaled = constantOf(stride) === 1
    ? steps
    : form("i32x4.mul", form("i32x4.splat", stride), steps);
  return form("i32x4.add", form("i32x4.splat", base), scaled);
}

function laneCall(name: LaneFunction): Spelling {
  return ({ args, math }) => math.vector(name, args);
}

function definedCall(name: DefinedOp): Spelling {
  return ({ args, math }) => math.defined(name, "lanes", args);
}

/** Quotients of whole numbers; without a sign and by a power of two, a shift. */
function wholeQuotients({ args, operand, math }: Parameters<Spelling>[0]): Wat {
  const [left = ZEROS, right = ZEROS] = args;
  const [divisor] = right.kind === "form" && right.head === "i32x4.splat" ? right.items : [];
  const bits = Math.log2((divisor === undefined ? undefined : constantOf(divisor)) ?? NaN);
  return Number.isInteger(bits) && operand === "u32"
    ? form("i32x4.shr_u", left, i32(bits))
    : math.vector(operand === "u32" ? "div_u" : "div_s", [left, right]);
}

const ONES: { readonly [Type in "f32" | "u32"]: Wat } = {
  f32: SPLAT.f32(f32(1)),
  u32: SPLAT.u32(i32(1)),
};

const CASTS: { readonly [From in ScalarType]: { readonly [To in ScalarType]: Spelling } } = {
  f32: {
    f32: ({ args }) => args[0] ?? ZEROS,
    u32: ({ args }) => form("i32x4.trunc_sat_f32x4_u", ...args),
    i32: ({ args }) => form("i32x4.trunc_sat_f32x4_s", ...args),
    bool: ({ args }) => form("f32x4.ne", ...args, ZEROS),
  },
  u32: {
    f32: ({ args }) => form("f32x4.convert_i32x4_u", ...args),
    u32: ({ args }) => args[0] ?? ZEROS,
    i32: ({ args }) => args[0] ?? ZEROS,
    bool: ({ args }) => form("i32x4.ne", ...args, ZEROS),
  },
  i32: {
    f32: ({ args }) => form("f32x4.convert_i32x4_s", ...args),
    u32: ({ args }) => args[0] ?? ZEROS,
    i32: ({ args }) => args[0] ?? ZEROS,
    bool: ({ args }) => form("i32x4.ne", ...args, ZEROS),
  },
  bool: {
    f32: ({ args }) => form("v128.and", ...args, ONES.f32),
    u32: ({ args }) => form("v128.and", ...args, ONES.u32),
    i32: ({ args }) => form("v128.and", ...args, ONES.u32),
    bool: ({ args }) => args[0] ?? ZEROS,
  },
};

/** Operators of vectors. */
export const VECTOR_OPS: Spellings = {
  neg: instruction("f32x4.neg", "i32x4.neg"),
  exp: laneCall("exp"),
  log: laneCall("log"),
  sqrt: instruction("f32x4.sqrt", "unreachable"),
  tanh: laneCall("tanh"),
  abs: instruction("f32x4.abs", "i32x4.abs"),
  floor: instruction("f32x4.floor", "unreachable"),
  sin: laneCall("sin"),
  cos: laneCall("cos"),
  erf: definedCall("erf"),
  sigmoid: definedCall("sigmoid"),
  randomBits: definedCall("randomBits"),
  xor: instruction("unreachable", "v128.xor"),
  cast: (call) => CASTS[call.operand][call.result](call),
  add: instruction("f32x4.add", "i32x4.add"),
  sub: instruction("f32x4.sub", "i32x4.sub"),
  mul: instruction("f32x4.mul", "i32x4.mul"),
  div: (call) => call.operand === "f32" ? form("f32x4.div", ...call.args) : wholeQuotients(call),
  maximum: instruction("f32x4.max", "i32x4.max_u", "i32x4.max_s"),
  minimum: instruction("f32x4.min", "i32x4.min_u", "i32x4.min_s"),
  pow: laneCall("pow"),
  greater: instruction("f32x4.gt", "i32x4.gt_u", "i32x4.gt_s"),
  greaterEqual: instruction("f32x4.ge", "i32x4.ge_u", "i32x4.ge_s"),
  equal: instruction("f32x4.eq", "i32x4.eq"),
  notEqual: instruction("f32x4.ne", "i32x4.ne"),
  and: instruction("unreachable", "v128.and"),
  or: instruction("unreachable", "v128.or"),
  not: instruction("unreachable", "v128.not"),
  select: ({ args: [condition, ...values] }) =>
    form("v128.bitselect", ...values, ...(condition === undefined ? [] : [condition])),
};
