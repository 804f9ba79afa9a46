/** How WGSL spells types, operators, numbers and names. @module */
import {
  atom,
  BINDING,
  call,
  type ExpressionText,
  infix,
  joined,
  numeral,
  prefix,
  type Spellings,
} from "../../kernel/expression_text.ts";
import { shortestFloat } from "../../number_text.ts";
import type { PrimitiveOp, ScalarOp, ScalarType } from "../../kernel/kernel.ts";

/** Operators. `cast` is spelled by the type it converts to. Vectors of bools know no `&&`, but `&`. */
export const OPERATORS: Spellings<PrimitiveOp> = {
  neg: prefix("-"),
  exp: call("exp"),
  log: call("log"),
  sqrt: call("sqrt"),
  tanh: call("tanh"),
  abs: call("abs"),
  floor: call("floor"),
  sin: call("sin"),
  cos: call("cos"),
  xor: joined("^"),
  cast: call("f32"),
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
  // WGSL's select has the condition last and the value for false first.
  select: ([condition, whenTrue, whenFalse]) =>
    call("select")([whenFalse, whenTrue, condition].map((each) => each ?? atom("?"))),
};

/** Operators that WGSL applies to a vector and a scalar as they are. */
export const MIXED: ReadonlySet<ScalarOp> = new Set(["add", "sub", "mul", "div"]);

/**
 * The lowest finite f32: WGSL has no infinity to start a maximum from. A digit less would be a
 * decimal that only rounds to an f32 but lies outside of them, which some implementations refuse.
 */
export const LOWEST = "-3.402823466e38";

/** A number of a type. */
export function literal(value: number, type: ScalarType): ExpressionText {
  if (type === "bool") return atom(value === 0 ? "false" : "true");
  if (type === "u32") return atom(`${value}u`);
  // The literal of the least number would be minus one that is too large.
  if (type === "i32") return value === -(2 ** 31) ? atom("i32(-2147483647 - 1)") : numeral(value);
  const text = shortestFloat(value);
  const number = numeral(Number(text));
  return /[.e]/.test(text) ? number : { ...number, text: `${number.text}.0` };
}

/**
 * Words that WGSL keeps for itself, or that this target's texts use: keywords, reserved words
 * (https://www.w3.org/TR/WGSL/#reserved-words), predeclared types and the builtin functions that
 * kernels call, which a declaration of the same name would silently replace.
 */
export const RESERVED: ReadonlySet<string> = new Set(
  `alias break case const const_assert continue continuing default diagnostic discard else enable
  false fn for if let loop override requires return struct switch true var while
  NULL Self abstract active alignas alignof as asm asm_fragment async attribute auto await become
  binding_array cast catch class co_await co_return co_yield coherent column_major common compile
  compile_fragment concept const_cast consteval constexpr constinit crate debugger decltype delete
  demote demote_to_helper do dynamic_cast enum explicit export extends extern external fallthrough
  filter final finally friend from fxgroup get goto groupshared highp impl implements import inline
  instanceof interface layout lowp macro macro_rules match mediump meta mod module move mut mutable
  namespace new nil noexcept noinline nointerpolation non_coherent noncoherent noperspective null
  nullptr of operator package packoffset partial pass patch pixelfragment precise precision premerge
  priv protected pub public readonly ref regardless register reinterpret_cast require resource
  restrict self set shared sizeof smooth snorm static static_assert static_cast std subroutine super
  target template this thread_local throw trait try type typedef typeid typename typeof union unless
  unorm unsafe unsized use using varying virtual volatile wgsl where with writeonly yield
  array atomic bool f16 f32 i32 u32 mat2x2 mat3x3 mat4x4 ptr sampler vec2 vec3 vec4 vec2f vec3f vec4f
  function private workgroup uniform storage read write read_write compute binding group
  abs floor exp log sqrt sin cos tanh max min pow select fma bitcast main id groups local place across term
  down matrix uniforms Uniforms lhs rhs finish finish_row sums index block row step first_row first_column
  left_tile right_tile dot workgroupBarrier`.split(/\s+/),
);

/** Names that the texts number: rows and columns of a tile, and its registers. */
const NUMBERED = /^(left|right|sum|row|step|loaded|[a-z])(_\d+)+$/;

/** A name as a WGSL identifier: legal, and none of those kept for the language or for this target. */
export function identifier(name: string): string {
  const legal = name.replace(/\W/g, "_").replace(/^(?=\d|_$|__)/, "v");
  return RESERVED.has(legal) || NUMBERED.test(legal) ? `${legal}_` : legal;
}

/** What a name stands for; the same name may stand for several things in one kernel. */
type NameKind = "tensor" | "reader" | "function" | "dim" | "uniform" | "axis" | "local";

/** Unique identifiers for the names of one text. */
export class Identifiers {
  readonly #byName = new Map<string, string>();
  readonly #used = new Set<string>();

  /** The identifier of a thing. */
  of(kind: NameKind, name: string): string {
    const key = `${kind} ${name}`;
    const known = this.#byName.get(key);
    if (known !== undefined) return known;
    const wanted = identifier(name);
    let text = wanted;
    for (let count = 2; this.#used.has(text); count++) text = `${wanted}_${count}`;
    this.#used.add(text);
    this.#byName.set(key, text);
    return text;
  }
}
