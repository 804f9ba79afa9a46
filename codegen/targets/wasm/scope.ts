/**
 * What is known at a place in a function: sizes, loop counters, pointers, and named values.
 *
 * Addresses are strength-reduced: each access has a pointer, and each loop keeps a copy of the pointers
 * that it moves. A pointer starts at its tensor; a function's own axes are added once at its start,
 * and the terms of a loop's axis when that loop is entered. See `span.ts` for the loops.
 *
 * @module
 */
import type { Axis, IndexExpr } from "../../kernel/index_expr.ts";
import type { ScalarType } from "../../kernel/kernel.ts";
import { axesOf } from "../../kernel/verify.ts";
import type { Access, Tensors } from "./access.ts";
import type { FunctionBuilder } from "./function_builder.ts";
import type { MathCalls } from "./math_calls.ts";
import { ELEMENT_BYTES, type Sizes } from "./sizes.ts";
import { add, form, get, i32, type Local, mul, sum, type Wat } from "./wat.ts";

/** An address in the making. */
export interface Pointer {
  readonly address: Wat;
  /** Terms of the position that are not in the address yet: axes of inner loops. */
  readonly pending: readonly IndexExpr[];
}

/** A local of the kernel IR as WebAssembly holds it. */
export interface NamedValue {
  readonly local: Local;
  readonly type: ScalarType;
  /** True for four lanes, false for a single value that all lanes share. */
  readonly vector: boolean;
}

/** What code may refer to at one place. */
export interface Scope {
  readonly fn: FunctionBuilder;
  readonly sizes: Sizes;
  readonly tensors: Tensors;
  readonly math: MathCalls;
  /** Identifiers of the globals that hold the tensors' addresses. */
  readonly at: (tensor: string) => string;
  readonly uniforms: ReadonlyMap<string, Local>;
  /** Counters of the loops around this place. */
  readonly axes: ReadonlyMap<string, Local>;
  readonly pointers: ReadonlyMap<string, Pointer>;
  readonly values: Map<string, NamedValue>;
  /** The axis whose next four values are computed at once. */
  readonly lanes?: Axis;
}

/** The value of an index; of its first lane, where the index varies over lanes. */
export function indexValue(index: IndexExpr, scope: Scope): Wat {
  switch (index.kind) {
    case "extent":
      return scope.sizes.value(index.extent);
    case "axis": {
      const counter = scope.axes.get(index.axis.name);
      if (counter === undefined) throw new Error(`Cannot write: no loop over "${index.axis.name}"`);
      return get(counter);
    }
    case "add":
      return add(indexValue(index.left, scope), indexValue(index.right, scope));
    case "mul":
      return mul(indexValue(index.left, scope), scope.sizes.value(index.by));
    case "div":
      return form("i32.div_u", indexValue(index.left, scope), scope.sizes.value(index.by));
    case "mod":
      return form("i32.rem_u", indexValue(index.left, scope), scope.sizes.value(index.by));
  }
}

/** The distance in bytes that terms of a position amount to. */
export function byteDistance(terms: readonly IndexExpr[], scope: Scope): Wat {
  return sum(terms.map((term) => termBytes(term, scope)));
}

function termBytes(term: IndexExpr, scope: Scope): Wat {
  if (term.kind === "extent") return scope.sizes.bytes(term.extent);
  if (term.kind === "mul") return mul(indexValue(term.left, scope), scope.sizes.bytes(term.by));
  return mul(indexValue(term, scope), i32(ELEMENT_BYTES));
}

/** Divides terms into those that only use known axes, and the others. */
export function splitKnown(terms: readonly IndexExpr[], known: (axis: Axis) => boolean): {
  readonly ready: readonly IndexExpr[];
  readonly pending: readonly IndexExpr[];
} {
  const isReady = (term: IndexExpr) => axesOf(term).every(known);
  return {
    ready: terms.filter(isReady),
    pending: terms.filter((term) => !isReady(term)),
  };
}

/** Makes the pointers of accesses at a function's start, from the axes that are its parameters. */
export function bindPointers(scope: Scope, accesses: readonly Access[]): Scope {
  const pointers = new Map<string, Pointer>(scope.pointers);
  for (const { key, tensor, terms } of accesses) {
    if (pointers.has(key)) continue;
    const { ready, pending } = splitKnown(terms, (axis) => scope.axes.has(axis.name));
    const start = form(`global.get ${scope.at(tensor)}`);
    if (ready.length === 0) {
      pointers.set(key, { address: start, pending });
      continue;
    }
    const local = scope.fn.local(`base ${key}`, `${tensor}_at`, "i32");
    scope.fn.set(local, add(start, byteDistance(ready, scope)));
    pointers.set(key, { address: get(local), pending });
  }
  return { ...scope, pointers };
}

/** The address of an access whose terms are all known, without its constant offset. */
export function addressOf(access: Access, scope: Scope): Wat {
  const pointer = scope.pointers.get(access.key);
  if (pointer === undefined) throw new Error(`Cannot write: no pointer for ${access.key}`);
  return pointer.address;
}
