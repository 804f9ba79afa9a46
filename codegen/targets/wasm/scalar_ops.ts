/**
 * Spelling of the scalar operators for single values. A u32 and a bool are both an i32.
 *
 * @module
 */
import type { DefinedOp } from "../../kernel/defined_ops.ts";
import type { ScalarOp, ScalarType } from "../../kernel/kernel.ts";
import { type MathCalls, type MathName, wholeQuotient } from "./math_calls.ts";
import { f32, form, i32, type WasmType, type Wat } from "./wat.ts";

/** An operator with its arguments already written. */
export interface OpCall {
  readonly args: readonly Wat[];
  /** The type of the last argument: that of all of them, but for the condition of a `select`. */
  readonly operand: ScalarType;
  readonly result: ScalarType;
  readonly math: MathCalls;
}

/** Writes an operator. */
export type Spelling = (call: OpCall) => Wat;

/** A spelling of each operator. */
export type Spellings = { readonly [Op in ScalarOp]: Spelling };

/** The WebAssembly type that holds a value of each type. */
export const WASM_TYPE: { readonly [Type in ScalarType]: WasmType } = {
  f32: "f32",
  u32: "i32",
  i32: "i32",
  bool: "i32",
};

/** An instruction for floats, and those for whole numbers without and with a sign where there are. */
export function instruction(float: string, whole: string, signed: string = whole): Spelling {
  return ({ args, operand }) =>
    form(operand === "f32" ? float : operand === "i32" ? signed : whole, ...args);
}

function hostCall(name: MathName): Spelling {
  return ({ args, math }) => math.scalar(name, args);
}

function definedCall(name: DefinedOp): Spelling {
  return ({ args, math }) => math.defined(name, "single", args);
}

/** The larger or smaller of two integers; WebAssembly has no scalar instruction for it. */
function chosen(float: string, comparison: string): Spelling {
  return ({ args, operand }) =>
    operand === "f32" ? form(float, ...args) : form(
      "select",
      ...args,
      form(`i32.${comparison}_${operand === "i32" ? "s" : "u"}`, ...args),
    );
}

/** Without its sign, a whole number x is max(x, −x). */
function signless({ args: [x = i32(0)] }: OpCall): Wat {
  const negative = form("i32.sub", i32(0), x);
  return form("select", x, negative, form("i32.ge_s", x, i32(0)));
}

const CASTS: { readonly [From in ScalarType]: { readonly [To in ScalarType]: Spelling } } = {
  f32: {
    f32: ({ args }) => args[0] ?? f32(NaN),
    u32: ({ args }) => form("i32.trunc_sat_f32_u", ...args),
    i32: ({ args }) => form("i32.trunc_sat_f32_s", ...args),
    bool: ({ args }) => form("f32.ne", ...args, f32(0)),
  },
  u32: {
    f32: ({ args }) => form("f32.convert_i32_u", ...args),
    u32: ({ args }) => args[0] ?? i32(0),
    i32: ({ args }) => args[0] ?? i32(0),
    bool: ({ args }) => form("i32.ne", ...args, i32(0)),
  },
  i32: {
    f32: ({ args }) => form("f32.convert_i32_s", ...args),
    u32: ({ args }) => args[0] ?? i32(0),
    i32: ({ args }) => args[0] ?? i32(0),
    bool: ({ args }) => form("i32.ne", ...args, i32(0)),
  },
  bool: {
    f32: ({ args }) => form("f32.convert_i32_u", ...args),
    u32: ({ args }) => args[0] ?? i32(0),
    i32: ({ args }) => args[0] ?? i32(0),
    bool: ({ args }) => args[0] ?? i32(0),
  },
};

/** Operators of single values. */
export const SCALAR_OPS: Spellings = {
  neg: ({ args, operand }) =>
    operand === "f32" ? form("f32.neg", ...args) : form("i32.sub", i32(0), ...args),
  exp: hostCall("exp"),
  log: hostCall("log"),
  sqrt: instruction("f32.sqrt", "unreachable"),
  tanh: hostCall("tanh"),
  abs: (call) => call.operand === "f32" ? form("f32.abs", ...call.args) : signless(call),
  floor: instruction("f32.floor", "unreachable"),
  sin: hostCall("sin"),
  cos: hostCall("cos"),
  erf: definedCall("erf"),
  sigmoid: definedCall("sigmoid"),
  randomBits: definedCall("randomBits"),
  xor: instruction("unreachable", "i32.xor"),
  cast: (call) => CASTS[call.operand][call.result](call),
  add: instruction("f32.add", "i32.add"),
  sub: instruction("f32.sub", "i32.sub"),
  mul: instruction("f32.mul", "i32.mul"),
  div: ({ args, operand }) =>
    operand === "f32" ? form("f32.div", ...args) : wholeQuotient(args, operand === "i32"),
  maximum: chosen("f32.max", "gt"),
  minimum: chosen("f32.min", "lt"),
  pow: hostCall("pow"),
  greater: instruction("f32.gt", "i32.gt_u", "i32.gt_s"),
  greaterEqual: instruction("f32.ge", "i32.ge_u", "i32.ge_s"),
  equal: instruction("f32.eq", "i32.eq"),
  notEqual: instruction("f32.ne", "i32.ne"),
  and: instruction("unreachable", "i32.and"),
  or: instruction("unreachable", "i32.or"),
  not: instruction("unreachable", "i32.eqz"),
  select: ({ args: [condition, ...values] }) =>
    form("select", ...values, ...(condition === undefined ? [] : [condition])),
};
