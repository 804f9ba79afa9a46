/**
 * Loops over an axis in steps of several sizes, largest first: full tiles, then what is left.
 *
 * Turns are counted here at generation time where the extent is a number: a part that never runs is
 * not written, and one that runs once is written without a loop. Pointers move along by addition.
 *
 * @module
 */
import { extentKey } from "../../../dsl/dim.ts";
import type { Axis, IndexExpr } from "../../kernel/index_expr.ts";
import { type Access, strideAlong } from "../../kernel/access.ts";
import {
  byteDistance,
  type Pointer,
  pointerOf,
  type Scope,
  type Share,
  splitKnown,
} from "./scope.ts";
import { add, block, constantOf, form, get, i32, type Local, mul, set, type Wat } from "./wat.ts";

/** A stretch of a span whose body advances by `step`. */
export interface Part {
  readonly step: number;
  /** How often a turn of the loop holds the body; once, if it is not given. */
  readonly repeat?: number;
  readonly body: (scope: Scope) => void;
  /** Follows the last turn, also when there was none. */
  readonly after?: () => void;
}

/** Where a part ends. */
interface Limit {
  readonly end: Wat;
  /** The number of turns, where it is known. */
  readonly turns?: number;
}

/** Pointers that a loop moves, and how. */
interface Movement {
  readonly pointers: ReadonlyMap<string, Pointer>;
  /** Sets the pointers that have to be computed anew for each turn. */
  readonly begin: (scope: Scope) => void;
  readonly advance: (step: number) => void;
}

/** How far a turn of a part's loop advances. */
function strideOf({ step, repeat = 1 }: Part): number {
  return step * repeat;
}

function limits(axis: Axis, parts: readonly Part[], scope: Scope): readonly Limit[] {
  const { extent } = axis;
  const share = scope.share?.axis === axis.name ? scope.share : undefined;
  if (typeof extent !== "number") return symbolicLimits(axis, parts, scope, share);
  const whole = numericLimits(extent, parts);
  if (share === undefined) return whole;
  const symbolic = symbolicLimits(axis, parts, scope, share);
  const [largest] = parts;
  if (largest === undefined || share.grain % strideOf(largest) !== 0) return symbolic;
  // A stretch ends where a largest step does, or with the axis: it never needs what the axis does not.
  return symbolic.map((limit, at) => whole[at]?.turns === 0 ? { ...limit, turns: 0 } : limit);
}

function numericLimits(extent: number, parts: readonly Part[]): readonly Limit[] {
  let start = 0;
  return parts.map((part) => {
    const turns = Math.floor((extent - start) / strideOf(part));
    start += turns * strideOf(part);
    return { end: i32(start), turns };
  });
}

function symbolicLimits(
  axis: Axis,
  parts: readonly Part[],
  scope: Scope,
  share: Share | undefined,
): readonly Limit[] {
  const whole = share === undefined ? scope.sizes.value(axis.extent) : get(share.to);
  let start = share === undefined ? i32(0) : get(share.from);
  return parts.map((part) => {
    const from = start;
    const step = strideOf(part);
    if (step === 1) return { end: whole };
    const key = `end of ${axis.name} by ${step} of ${extentKey(axis.extent)}`;
    const end = scope.fn.once(
      key,
      `${axis.name}_end${step}`,
      () => add(from, roundDown(subtract(whole, from), step)),
    );
    start = get(end);
    return { end: start };
  });
}

function subtract(left: Wat, right: Wat): Wat {
  return constantOf(right) === 0 ? left : form("i32.sub", left, right);
}

function roundDown(value: Wat, step: number): Wat {
  return Number.isInteger(Math.log2(step))
    ? form("i32.and", value, i32(-step))
    : mul(form("i32.div_u", value, i32(step)), i32(step));
}

/** Gives every access that moves with the axis a pointer of this loop. */
function enter(scope: Scope, axis: Axis, accesses: readonly Access[]): Movement {
  const pointers = new Map(scope.pointers);
  const steps: { readonly local: Local; readonly strides: readonly Wat[] }[] = [];
  const anew: {
    readonly local: Local;
    readonly from: Wat;
    readonly terms: readonly IndexExpr[];
    readonly bytes: number;
  }[] = [];
  const isKnown = ({ name }: Axis) => name === axis.name || scope.axes.has(name);
  for (const access of accesses) {
    const { bytes } = access;
    const { name, pointer: outer } = pointerOf(access, scope);
    if (pointers.get(name) !== outer) continue;
    const { ready, pending } = splitKnown(outer.pending, isKnown);
    if (ready.length === 0) continue;
    const moving = `${access.tensor}_${axis.name}`;
    const local = scope.fn.local(`${name} along ${axis.name}`, moving, "i32");
    pointers.set(name, { address: get(local), pending });
    const strides = ready.map((term) => strideAlong(term, axis));
    const known = strides.flatMap((stride) => stride === undefined ? [] : [stride]);
    if (known.length < strides.length) {
      anew.push({ local, from: outer.address, terms: ready, bytes });
    } else {
      const first = startOf(axis, scope);
      const skipped = known.map((stride) => mul(first, scope.sizes.bytes(stride, bytes)));
      scope.fn.set(local, skipped.reduce(add, outer.address));
      steps.push({ local, strides: known.map((stride) => scope.sizes.bytes(stride, bytes)) });
    }
  }
  return {
    pointers,
    begin: (inner) => {
      for (const { local, from, terms, bytes } of anew) {
        scope.fn.set(local, add(from, byteDistance(terms, bytes, inner)));
      }
    },
    advance: (step) => {
      for (const { local, strides } of steps) {
        scope.fn.set(local, strides.reduce((at, by) => add(at, mul(by, i32(step))), get(local)));
      }
    },
  };
}

/** One part: straight code for a single turn, a loop behind a test where there may be none. */
function writePart(
  axis: Axis,
  part: Part,
  limit: Limit,
  turn: (advance: boolean) => readonly Wat[],
  more: boolean,
  scope: Scope,
): void {
  const { fn } = scope;
  const counter = counterOf(axis, scope);
  if (limit.turns === 0) return;
  if (limit.turns === 1) return fn.emit(...turn(more));
  const stride = strideOf(part);
  const label = stride === 1 ? `$${labelOf(axis)}` : `$${labelOf(axis)}_by_${stride}`;
  const unfinished = form("i32.lt_u", get(counter), limit.end);
  const loop = block(`loop ${label}`, [...turn(true), form(`br_if ${label}`, unfinished)]);
  fn.emit(limit.turns === undefined ? block("if", [unfinished, block("then", [loop])]) : loop);
}

function labelOf(axis: Axis): string {
  return axis.name.replaceAll(/[^A-Za-z0-9_]/g, "_");
}

/** Where a loop over an axis starts: at the share of the thread, if the axis is shared out. */
function startOf(axis: Axis, { share }: Scope): Wat {
  return share?.axis === axis.name ? get(share.from) : i32(0);
}

/** The local that counts an axis. */
export function counterOf(axis: Axis, scope: Scope): Local {
  return scope.fn.local(`axis ${axis.name}`, axis.name, "i32");
}

/**
 * Writes loops over an axis.
 *
 * @param accesses all accesses of the bodies, those of inner loops included.
 * @param parts steps in order; with a last step of 1 the whole axis is covered.
 */
export function span(
  scope: Scope,
  axis: Axis,
  accesses: readonly Access[],
  parts: readonly Part[],
): void {
  const { fn } = scope;
  const counter = counterOf(axis, scope);
  fn.set(counter, startOf(axis, scope));
  const movement = enter(scope, axis, accesses);
  const ends = limits(axis, parts, scope);
  parts.forEach((part, at) => {
    const limit = ends[at] ?? { end: i32(0) };
    const more = ends.slice(at + 1).some(({ turns }) => turns !== 0);
    const turn = (advance: boolean) =>
      fn.collect(() => {
        const inner: Scope = {
          ...scope,
          axes: new Map([...scope.axes, [axis.name, counter]]),
          pointers: movement.pointers,
          values: new Map(scope.values),
        };
        for (let copy = part.repeat ?? 1; copy > 0; copy--) {
          movement.begin(inner);
          part.body(inner);
          if (!advance && copy === 1) return;
          movement.advance(part.step);
          fn.emit(set(counter, add(get(counter), i32(part.step))));
        }
      });
    writePart(axis, part, limit, turn, more, scope);
    part.after?.();
  });
}

/** Writes loops over axes, outermost first, one step at a time, around a body. */
export function nest(
  scope: Scope,
  axes: readonly Axis[],
  accesses: readonly Access[],
  body: (scope: Scope) => void,
): void {
  const [axis, ...inner] = axes;
  if (axis === undefined) return body(scope);
  span(scope, axis, accesses, [{ step: 1, body: (turn) => nest(turn, inner, accesses, body) }]);
}
