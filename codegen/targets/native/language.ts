/** How C spells types, operators, numbers and names. @module */
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
  type Spelling,
} from "../../kernel/expression_text.ts";
import type { PrimitiveOp, ScalarType, StorageType } from "../../kernel/kernel.ts";
import { shortestFloat } from "../../number_text.ts";

/** The C type of each scalar. */
export const SCALAR_TYPE: { readonly [T in ScalarType]: string } = {
  f32: "float",
  u32: "uint32_t",
  i32: "int32_t",
  bool: "bool",
};

/** The C type of an element in memory. */
export const ELEMENT_TYPE: { readonly [T in StorageType]: string } = {
  f32: "float",
  f16: "_Float16",
  u32: "uint32_t",
  i32: "int32_t",
  u8: "uint8_t",
};

/** Spells an operator for operands of a type. */
type TypedSpelling = (operand: ScalarType) => Spelling;

const always = (spelling: Spelling): TypedSpelling => () => spelling;

/** A function of each type, named after it; that of f32 by the name alone. */
const typed = (name: string): TypedSpelling => (operand) =>
  call(operand === "f32" ? name : `${name}_${operand}`);

/** Operators. `cast` is spelled by the types it converts between. */
export const OPERATORS: { readonly [Op in Exclude<PrimitiveOp, "cast">]: TypedSpelling } = {
  neg: always(prefix("-")),
  exp: always(call("tw_exp")),
  log: always(call("tw_log")),
  sqrt: always(call("sqrtf")),
  tanh: always(call("tw_tanh")),
  abs: (operand) => call(operand === "f32" ? "fabsf" : "tw_abs_i32"),
  floor: always(call("floorf")),
  sin: always(call("tw_sin")),
  cos: always(call("tw_cos")),
  xor: always(joined("^")),
  add: always(infix("+", BINDING.sum)),
  sub: always(infix("-", BINDING.sum)),
  mul: always(infix("*", BINDING.product)),
  div: (operand) => operand === "f32" ? infix("/", BINDING.product) : typed("tw_quotient")(operand),
  maximum: typed("tw_maximum"),
  minimum: typed("tw_minimum"),
  pow: always(call("tw_pow")),
  greater: always(infix(">", BINDING.comparison)),
  greaterEqual: always(infix(">=", BINDING.comparison)),
  equal: always(infix("==", BINDING.comparison)),
  notEqual: always(infix("!=", BINDING.comparison)),
  // Both sides are computed: lanes do not branch.
  and: always(joined("&")),
  or: always(joined("|")),
  not: always(prefix("!")),
  select: always(conditional),
};

/** A conversion of a value. */
export function conversion(from: ScalarType, to: ScalarType): Spelling {
  if (from === to) return ([argument]) => argument ?? atom("?");
  if (to === "bool") {
    return ([argument]) => infix("!=", BINDING.comparison)([argument ?? atom("?"), atom("0")]);
  }
  if (from === "f32") return call(`tw_to_${to}`);
  return prefix(`(${SCALAR_TYPE[to]})`);
}

/** A number of a type. */
export function literal(value: number, type: ScalarType): ExpressionText {
  switch (type) {
    case "bool":
      return atom(value === 0 ? "false" : "true");
    case "u32":
      return atom(`${value}u`);
    case "i32":
      // The literal of the least number would be minus one that is too large.
      return value === -(2 ** 31) ? atom("INT32_MIN") : numeral(value);
    case "f32":
      return floatLiteral(value);
  }
}

function floatLiteral(value: number): ExpressionText {
  if (Number.isNaN(value)) return atom("NAN");
  if (!Number.isFinite(value)) {
    return value > 0 ? atom("INFINITY") : { text: "-INFINITY", binding: BINDING.prefix };
  }
  const text = shortestFloat(value);
  const number = numeral(Number(text));
  return { ...number, text: `${number.text}${/[.e]/.test(number.text) ? "" : ".0"}f` };
}

/**
 * Words that C keeps for itself, small letters that headers define as macros, functions that texts call, and what
 * texts of ours name. Other names of headers may be hidden: what has a name of a declaration lies in functions.
 */
export const RESERVED: ReadonlySet<string> = new Set(
  `auto break case char const continue default do double else enum extern float for goto if inline int
  long register restrict return short signed sizeof static struct switch typedef union unsigned void
  volatile while bool true false asm typeof NULL NAN INFINITY EOF
  errno stdin stdout stderr unix linux i386 L_tmpnam L_ctermid L_cuserid P_tmpdir math_errhandling
  sched_priority fabsf floorf sqrtf
  module thread given step left panel sums steps depth t t_from tile list lists count total
  group apart p copy value row part parts begin end ends`.split(/\s+/),
);

/** What different things of the same name are. */
export type NameKind = "tensor" | "axis" | "local" | "dim" | "uniform" | "function";

/** Hands out identifiers of C: legal, and unique among those of one text. */
export class Identifiers {
  readonly #given = new Map<string, string>();
  readonly #taken: Set<string>;

  /** @param outer names that are taken already */
  constructor(outer: Iterable<string> = []) {
    this.#taken = new Set([...RESERVED, ...outer]);
  }

  /** The identifier of a thing, made from its name. */
  of(kind: NameKind, name: string): string {
    const key = `${kind} ${name}`;
    const known = this.#given.get(key);
    if (known !== undefined) return known;
    const fresh = this.fresh(name);
    this.#given.set(key, fresh);
    return fresh;
  }

  /** An identifier of its own. */
  fresh(name: string): string {
    const legal = legalName(name);
    let id = legal;
    for (let count = 2; this.#taken.has(id); count++) id = `${legal}_${count}`;
    this.#taken.add(id);
    return id;
  }

  /** All that were handed out. */
  all(): Iterable<string> {
    return this.#given.values();
  }
}

/**
 * A name with only those characters that C takes. `tw_` and what begins with `_` are its headers'; words of
 * capitals are macros of systems, but for short ones.
 */
function legalName(name: string): string {
  const plain = name.replaceAll("·", "_x_").replaceAll(/[^A-Za-z0-9_]/g, "_");
  if (/^([0-9_]|tw_)/.test(plain)) return `n${plain}`;
  return /^[A-Z][A-Z0-9]*_([A-Z0-9]\w*)?$|^[A-Z][A-Z0-9]{3,}$/.test(plain) ? `${plain}_` : plain;
}

/** A string literal. */
export function quote(text: string): string {
  return JSON.stringify(text).replaceAll(/\?\?/g, "?\\?");
}
