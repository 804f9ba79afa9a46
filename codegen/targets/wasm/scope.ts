/**
 * What is known at a place in a function: sizes, loop counters, pointers, and named values.
 *
 * Addresses are strength-reduced: each access has a pointer, and each loop keeps a copy of the pointers
 * that it moves. A pointer starts at its tensor; a function's own axes are added once at its start,
 * and the terms of a loop's axis when that loop is entered. See `span.ts` for the loops.
 *
 * @module
 */
import { axesOf, type Axis, type IndexExpr } from "../../kernel/index_expr.ts";
import type { Scalar, ScalarType } from "../../kernel/kernel.ts";
import { type Access, type Tensors, usesLocal } from "../../kernel/access.ts";
import type { FunctionBuilder } from "./function_builder.ts";
import type { MathCalls } from "./math_calls.ts";
import type { Sizes } from "./sizes.ts";
import { add, constantOf, form, get, i32, type Local, mul, sum, type Wat } from "./wat.ts";

/** An address in the making. */
export interface Pointer {
  readonly address: Wat;
  /** Terms of the position that are not in the address yet: axes of inner loops, and locals. */
  readonly pending: readonly IndexExpr[];
}

/** A local of the kernel IR as WebAssembly holds it. */
export interface NamedValue {
  readonly local: Local;
  readonly type: ScalarType;
  /** True for four lanes, false for a single value that all lanes share. */
  readonly vector: boolean;
}

/** The stretch of an axis that a function computes. */
export interface Share {
  readonly axis: string;
  /** Stretches begin at multiples of it, and end there or with the axis. */
  readonly grain: number;
  readonly from: Local;
  readonly to: Local;
}

/** What code may refer to at one place. */
export interface Scope {
  readonly fn: FunctionBuilder;
  readonly sizes: Sizes;
  readonly tensors: Tensors;
  readonly math: MathCalls;
  /** Writes a value that stands in an index, where the index does not vary over lanes. */
  readonly single: (scalar: Scalar, scope: Scope) => Wat;
  /** Identifiers of the globals that hold the tensors' addresses. */
  readonly at: (tensor: string) => string;
  readonly uniforms: ReadonlyMap<string, Local>;
  /** Counters of the loops around this place. */
  readonly axes: ReadonlyMap<string, Local>;
  readonly pointers: ReadonlyMap<string, Pointer>;
  /** The constants at which the pointers of each access's key start, in ascending order. */
  readonly starts: ReadonlyMap<string, readonly number[]>;
  readonly values: Map<string, NamedValue>;
  /** The stretch of one axis that is computed; all of every axis, if it is not given. */
  readonly share?: Share;
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
    case "value":
      return scope.single(index.scalar, scope);
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

/** The distance in bytes that terms of a position amount to, where an element takes `each`. */
export function byteDistance(terms: readonly IndexExpr[], each: number, scope: Scope): Wat {
  return sum(terms.map((term) => termBytes(term, each, scope)));
}

function termBytes(term: IndexExpr, each: number, scope: Scope): Wat {
  const { sizes } = scope;
  if (term.kind === "extent") return sizes.bytes(term.extent, each);
  if (term.kind === "mul") return mul(indexValue(term.left, scope), sizes.bytes(term.by, each));
  return mul(indexValue(term, scope), i32(each));
}

/** Divides terms into those that only use known axes, and the others. */
export function splitKnown(terms: readonly IndexExpr[], known: (axis: Axis) => boolean): {
  readonly ready: readonly IndexExpr[];
  readonly pending: readonly IndexExpr[];
} {
  const isReady = (term: IndexExpr) => axesOf(term).every(known) && !usesLocal(term);
  return {
    ready: terms.filter(isReady),
    pending: terms.filter((term) => !isReady(term)),
  };
}

/** Accesses this many bytes apart, or more, have pointers of their own where that pays. */
const NEAR_BYTES = 64;

/** The constants at which the pointers of a set of accesses start, in ascending order. */
function startsOf(accesses: readonly Access[], reach: number): readonly number[] {
  const offsets = accesses.map(({ offset }) => offset).sort((a, b) => a - b);
  return offsets.reduce<readonly number[]>((starts, offset) => {
    const last = starts.at(-1);
    return last !== undefined && offset - last < reach ? starts : [...starts, offset];
  }, []);
}

/**
 * Makes the pointers of accesses at a function's start, from the axes that are its parameters.
 *
 * Accesses that differ by a constant share a pointer, which costs least. In an inner loop, however, an
 * engine compares each address with a limit that depends on the constant: there it can be better to have
 * a few pointers with the same few small constants than one pointer with many.
 *
 * @param inner accesses of inner loops.
 * @param others all other accesses.
 */
export function bindPointers(
  scope: Scope,
  others: readonly Access[],
  inner: readonly Access[] = [],
): Scope {
  const pointers = new Map<string, Pointer>(scope.pointers);
  const starts = new Map<string, readonly number[]>(scope.starts);
  const reaches = new Map([
    ...others.map(({ key }) => [key, Infinity] as const),
    ...inner.map(({ key }) => [key, NEAR_BYTES] as const),
  ]);
  for (const [key, reach] of reaches) {
    const same = [...inner, ...others].filter((access) => access.key === key);
    const own = startsOf(same, reach);
    starts.set(key, own);
    const [first] = same;
    if (first === undefined) continue;
    for (const start of own) {
      // An index may be loaded through a pointer that was bound before.
      const pointer = bindPointer(first, start, { ...scope, pointers, starts });
      pointers.set(pointerName(key, start), pointer);
    }
  }
  return { ...scope, pointers, starts };
}

function pointerName(key: string, start: number): string {
  return start === 0 ? key : `${key} + ${start} bytes`;
}

function bindPointer({ key, tensor, terms, bytes }: Access, start: number, scope: Scope): Pointer {
  const { ready, pending } = splitKnown(terms, (axis) => scope.axes.has(axis.name));
  const origin = form(`global.get ${scope.at(tensor)}`);
  const distance = add(byteDistance(ready, bytes, scope), i32(start));
  if (constantOf(distance) === 0) return { address: origin, pending };
  const local = scope.fn.local(`base ${pointerName(key, start)}`, `${tensor}_at`, "i32");
  scope.fn.set(local, add(origin, distance));
  return { address: get(local), pending };
}

/** The pointer that serves an access. */
export function pointerOf({ key, offset }: Access, scope: Scope): {
  readonly name: string;
  readonly pointer: Pointer;
  /** The distance of the access from its pointer, in bytes. */
  readonly offset: number;
} {
  const start = scope.starts.get(key)?.findLast((candidate) => candidate <= offset) ?? 0;
  const name = pointerName(key, start);
  const pointer = scope.pointers.get(name);
  if (pointer === undefined) throw new Error(`Cannot write: no pointer for ${name}`);
  return { name, pointer, offset: offset - start };
}

/** The address of an access, but for a constant offset in bytes. */
export function addressOf(access: Access, scope: Scope): {
  readonly address: Wat;
  readonly offset: number;
} {
  const { pointer: { address, pending }, offset } = pointerOf(access, scope);
  return { address: add(address, byteDistance(pending, access.bytes, scope)), offset };
}
