/**
 * Types of scalar expressions: what each operator takes and gives.
 *
 * @module
 */
import type { ScalarOp, ScalarType } from "./kernel.ts";

/** Says what is wrong with a call of an operator, or nothing. */
type TypeRule = (args: readonly ScalarType[], result: ScalarType) => string | undefined;

const NUMBERS: readonly ScalarType[] = ["f32", "u32", "i32"];
const SIGNED: readonly ScalarType[] = ["f32", "i32"];

/** All arguments of one type out of `allowed`; the result is of that type, or of `result`. */
function uniform(count: number, allowed: readonly ScalarType[], result?: ScalarType): TypeRule {
  return (args, actual) => {
    const [first] = args;
    if (args.length !== count) return `takes ${count} arguments, got ${args.length}`;
    if (first === undefined || !allowed.includes(first)) {
      return `takes ${allowed.join(" or ")}, got ${first}`;
    }
    if (args.some((type) => type !== first)) return `takes equal types, got ${args.join(", ")}`;
    const wanted = result ?? first;
    return actual === wanted ? undefined : `gives ${wanted}, but is marked ${actual}`;
  };
}

const TYPE_RULES: { readonly [Op in ScalarOp]: TypeRule } = {
  neg: uniform(1, SIGNED),
  exp: uniform(1, ["f32"]),
  log: uniform(1, ["f32"]),
  sqrt: uniform(1, ["f32"]),
  tanh: uniform(1, ["f32"]),
  abs: uniform(1, SIGNED),
  floor: uniform(1, ["f32"]),
  sin: uniform(1, ["f32"]),
  cos: uniform(1, ["f32"]),
  erf: uniform(1, ["f32"]),
  sigmoid: uniform(1, ["f32"]),
  randomBits: uniform(3, ["u32"]),
  xor: uniform(2, ["u32"]),
  cast: (args) => args.length === 1 ? undefined : `takes 1 arguments, got ${args.length}`,
  add: uniform(2, NUMBERS),
  sub: uniform(2, NUMBERS),
  mul: uniform(2, NUMBERS),
  div: uniform(2, NUMBERS),
  maximum: uniform(2, NUMBERS),
  minimum: uniform(2, NUMBERS),
  pow: uniform(2, ["f32"]),
  greater: uniform(2, NUMBERS, "bool"),
  greaterEqual: uniform(2, NUMBERS, "bool"),
  equal: uniform(2, [...NUMBERS, "bool"], "bool"),
  notEqual: uniform(2, [...NUMBERS, "bool"], "bool"),
  and: uniform(2, ["bool"]),
  or: uniform(2, ["bool"]),
  not: uniform(1, ["bool"]),
  select: ([condition, whenTrue, whenFalse, ...more], result) => {
    if (whenFalse === undefined || more.length > 0) return "takes 3 arguments";
    if (condition !== "bool") return `takes a bool condition, got ${condition}`;
    return whenTrue === result && whenFalse === result
      ? undefined
      : `is marked ${result}, but chooses between ${whenTrue} and ${whenFalse}`;
  },
};

/** What is wrong with applying an operator to these types, or `undefined`. */
export function typeFault(
  op: ScalarOp,
  args: readonly ScalarType[],
  result: ScalarType,
): string | undefined {
  return TYPE_RULES[op](args, result);
}

/** What is wrong with a constant, or `undefined`. */
export function constantFault(type: ScalarType, value: number): string | undefined {
  const shown = `constant ${value} of type ${type}`;
  if (!Number.isFinite(Math.fround(value))) return `${shown} is not finite`;
  if (type === "u32" && value >>> 0 !== value) return `${shown} is not a whole number below 2^32`;
  if (type === "i32" && (value | 0) !== value) {
    return `${shown} is not a whole number from -2^31 to 2^31 - 1`;
  }
  if (type === "bool" && value !== 0 && value !== 1) return `${shown} is neither 0 nor 1`;
  return undefined;
}
