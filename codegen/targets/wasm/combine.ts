/**
 * How reductions start, take in a value, and bring four lanes together.
 *
 * @module
 */
import type { Combine, ScalarOp } from "../../kernel/kernel.ts";
import { SCALAR_OPS } from "./scalar_ops.ts";
import type { MathCalls } from "./math_calls.ts";
import { VECTOR_OPS } from "./vector_ops.ts";
import { f32, form, get, i32, type Local, type Wat } from "./wat.ts";

/** Types of values that can be reduced. */
export type Reducible = "f32" | "u32" | "i32";

/** Reductions that work on lanes as on single values. */
export type LaneCombine = Exclude<Combine, "argmax">;

/** The operator that takes in one more value. */
const OPERATOR: { readonly [Name in LaneCombine]: ScalarOp } = { sum: "add", max: "maximum" };

const START: { readonly [Name in Combine]: { readonly [Type in Reducible]: Wat } } = {
  sum: { f32: f32(0), u32: i32(0), i32: i32(0) },
  max: { f32: f32(-Infinity), u32: i32(0), i32: i32(-(2 ** 31)) },
  argmax: { f32: f32(-Infinity), u32: i32(0), i32: i32(-(2 ** 31)) },
};

/** What a reduction gives for no elements. */
export function startOf(combine: Combine, type: Reducible): Wat {
  return START[combine][type];
}

/** `left` and `right` combined. */
export function combined(
  combine: LaneCombine,
  type: Reducible,
  vector: boolean,
  [left, right]: readonly [Wat, Wat],
  math: MathCalls,
): Wat {
  const spell = (vector ? VECTOR_OPS : SCALAR_OPS)[OPERATOR[combine]];
  return spell({ args: [left, right], operand: type, result: type, math });
}

/** The four lanes of a vector combined, in pairs. */
export function acrossLanes(
  combine: LaneCombine,
  type: Reducible,
  vector: Local,
  math: MathCalls,
): Wat {
  const shape = type === "f32" ? "f32x4" : "i32x4";
  const lane = (at: number) => form(`${shape}.extract_lane ${at}`, get(vector));
  const join = (left: Wat, right: Wat) => combined(combine, type, false, [left, right], math);
  return join(join(lane(0), lane(1)), join(lane(2), lane(3)));
}
