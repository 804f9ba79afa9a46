/**
 * WebAssembly text as a tree: folded instructions, and constructors that simplify as they build.
 *
 * @module
 */

/** Types of WebAssembly values that occur here. */
export type WasmType = "i32" | "f32" | "v128";

/** A local or a parameter of a function. */
export interface Local {
  readonly id: string;
  readonly type: WasmType;
}

/** A folded instruction or declaration `(head items...)`, or a line of comment. */
export type Wat =
  | {
    readonly kind: "form";
    readonly head: string;
    readonly items: readonly Wat[];
    /** `lines`: each item stands on a line of its own, however short. */
    readonly layout: "fit" | "lines";
    /** The number that an `i32.const` stands for. */
    readonly constant?: number;
  }
  | { readonly kind: "comment"; readonly text: string }
  | { readonly kind: "blank" };

/** `(head items...)`. */
export function form(head: string, ...items: readonly Wat[]): Wat {
  return { kind: "form", head, items, layout: "fit" };
}

/** The same, with one item a line. */
export function block(head: string, items: readonly Wat[]): Wat {
  return { kind: "form", head, items, layout: "lines" };
}

/** A line of comment. */
export function comment(text: string): Wat {
  return { kind: "comment", text };
}

/** An empty line. */
export const BLANK: Wat = { kind: "blank" };

/** An i32 constant. */
export function i32(value: number): Wat {
  return { kind: "form", head: `i32.const ${value}`, items: [], layout: "fit", constant: value };
}

/** An f32 constant, as the shortest decimal that was given. */
export function f32(value: number): Wat {
  return form(`f32.const ${floatLiteral(value)}`);
}

/** A vector with an f32 constant in every lane. */
export function f32x4(value: number): Wat {
  return form("f32x4.splat", f32(value));
}

/** A vector with an i32 constant in every lane. */
export function i32x4(value: number): Wat {
  return form("i32x4.splat", i32(value));
}

/** In each lane `yes` where the mask is set, else `no`. */
export function choose(mask: Wat, yes: Wat, no: Wat): Wat {
  return form("v128.bitselect", yes, no, mask);
}

function floatLiteral(value: number): string {
  if (Number.isNaN(value)) return "nan";
  if (!Number.isFinite(value)) return value > 0 ? "inf" : "-inf";
  return Object.is(value, -0) ? "-0" : String(value);
}

/** Reads a local. */
export function get(local: Local): Wat {
  return form(`local.get ${local.id}`);
}

/** Writes a local. */
export function set(local: Local, value: Wat): Wat {
  return form(`local.set ${local.id}`, value);
}

/** The number of an i32 constant, `undefined` for anything else. */
export function constantOf(value: Wat): number | undefined {
  return value.kind === "form" ? value.constant : undefined;
}

/** `left + right` in i32. */
export function add(left: Wat, right: Wat): Wat {
  const a = constantOf(left);
  const b = constantOf(right);
  if (a !== undefined && b !== undefined) return i32(a + b);
  if (a === 0) return right;
  return b === 0 ? left : form("i32.add", left, right);
}

/** `left · right` in i32. */
export function mul(left: Wat, right: Wat): Wat {
  const a = constantOf(left);
  const b = constantOf(right);
  if (a !== undefined && b !== undefined) return i32(a * b);
  if (a === 0 || b === 0) return i32(0);
  if (a === 1) return right;
  return b === 1 ? left : form("i32.mul", left, right);
}

/** The sum of any number of i32 values; of none, 0. */
export function sum(values: readonly Wat[]): Wat {
  return values.reduce(add, i32(0));
}
