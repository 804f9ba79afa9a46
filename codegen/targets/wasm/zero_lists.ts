/**
 * Lists of what is not zero in the left operand of a contraction.
 *
 * For each row `m` of the result there is a list of the `k` at which the left operand is not 0, in
 * ascending order: how far the right operand's row lies from its first, in bytes, and the value. A list
 * begins with its number of entries and has room for all `k`.
 *
 * @module
 */
import { type Extent, product, showExtent } from "../../../dsl/dim.ts";
import type { Kernel } from "../../kernel/kernel.ts";
import {
  type Access,
  accessOf,
  motion,
  strideAlong,
  type Tensors,
  uses,
} from "../../kernel/access.ts";
import type { Contraction } from "./contraction.ts";
import type { Split } from "./kernel_plan.ts";
import { beginFunction, type ModuleNames } from "./kernel_function.ts";
import { addressOf, bindPointers, type Scope } from "./scope.ts";
import { counterOf, type Part, span } from "./span.ts";
import { memory } from "./values.ts";
import { LANES, ZEROS } from "./vector_ops.ts";
import { add, block, f32, form, get, i32, type Local, mul, set, type Wat } from "./wat.ts";

/** Bytes of an entry: a distance and a value; a list's head takes as many. */
export const ENTRY_BYTES = 8;

/** The memory of the lists of one operand. */
export interface ZeroLists {
  readonly name: string;
  /** Number of lists, and of entries that each has room for. */
  readonly rows: Extent;
  readonly room: Extent;
}

/** The lists that a contraction makes; contractions that make equal lists share their memory. */
export function listsOf({ lhs, m, k }: Contraction): ZeroLists {
  const [rows, room] = [showExtent(m.extent), showExtent(k.extent)];
  return {
    name: `nonzeros of ${lhs.tensor}, ${rows} lists of ${room}`,
    rows: m.extent,
    room: k.extent,
  };
}

/** The size of all lists in bytes, for numbers of lists and entries. */
export const listsBytes = (rows: string, room: string): string =>
  `${ENTRY_BYTES} * ${rows} * (${room} + 1)`;

/** Bytes from one list to the next. */
function listBytes({ room }: ZeroLists, scope: Scope): Wat {
  return add(scope.sizes.value(product([room, ENTRY_BYTES])), i32(ENTRY_BYTES));
}

/** The address of the list of a row. */
export function listAt(lists: ZeroLists, row: Wat, scope: Scope, module: ModuleNames): Wat {
  return add(form(`global.get ${module.at(lists.name)}`), mul(row, listBytes(lists, scope)));
}

/** What a step of k adds to the address of the right operand, in bytes. */
function distance({ rhs, k }: Contraction, tensors: Tensors, at: Wat, scope: Scope): Wat {
  const { terms, bytes } = accessOf(rhs.tensor, rhs.index, tensors);
  const moving = terms.find((term) => uses(term, k));
  const stride = moving === undefined ? undefined : strideAlong(moving, k);
  if (stride === undefined) throw new Error(`Cannot skip zeros: ${rhs.tensor} has no stride`);
  return mul(at, scope.sizes.bytes(stride, bytes));
}

/** What the function that makes lists is about. */
interface Making {
  readonly contraction: Contraction;
  readonly lists: ZeroLists;
  readonly access: Access;
  readonly scope: Scope;
  readonly module: ModuleNames;
  /** Counts entries. */
  readonly total: Local;
}

/** Appends an entry to the list at `list`, if the value is not 0. */
function writeAppend(
  making: Making,
  list: Local,
  step: { readonly k: Wat; readonly value: Wat },
  scope: Scope,
): void {
  const { fn } = scope;
  const count = fn.local("count", "count", "i32");
  const entry = fn.local("entry", "entry", "i32");
  const value = fn.local("value", "value", "f32");
  fn.set(value, step.value);
  const { contraction } = making;
  fn.emit(
    block("if", [
      form("f32.ne", get(value), f32(0)),
      block("then", [
        set(count, form("i32.add", form("i32.load", get(list)), i32(1))),
        form("i32.store", get(list), get(count)),
        set(entry, form("i32.add", get(list), mul(get(count), i32(ENTRY_BYTES)))),
        form("i32.store", get(entry), distance(contraction, scope.tensors, step.k, scope)),
        form("f32.store offset=4", get(entry), get(value)),
        set(making.total, form("i32.add", get(making.total), i32(1))),
      ]),
    ]),
  );
}

/** Four values at once: all that is done where all of them are 0. */
function fourValues(making: Making, each: (lane: number, turn: Scope) => void): Part {
  return {
    step: LANES,
    body: (turn) => {
      const { address, offset } = addressOf(making.access, turn);
      const four = turn.fn.local("four", "four", "v128");
      turn.fn.set(four, form("f32x4.ne", memory("v128.load", offset, address), ZEROS));
      const append = turn.fn.collect(() => {
        for (let lane = 0; lane < LANES; lane++) each(lane, turn);
      });
      turn.fn.emit(block("if", [form("v128.any_true", get(four)), block("then", append)]));
    },
  };
}

function valueAt(making: Making, lane: number, scope: Scope): Wat {
  const { address, offset } = addressOf(making.access, scope);
  return memory("f32.load", offset + 4 * lane, address);
}

/** Row after row of the operand, each into its own list. */
function writeByRows(making: Making): void {
  const { contraction: { m, k }, lists, access, scope, module } = making;
  const list = scope.fn.local("list", "list", "i32");
  span(scope, m, [access], [{
    step: 1,
    body: (row) => {
      row.fn.set(list, listAt(lists, get(counterOf(m, row)), row, module));
      row.fn.emit(form("i32.store", get(list), i32(0)));
      const append = (lane: number, turn: Scope) => {
        const at = add(get(counterOf(k, turn)), i32(lane));
        writeAppend(making, list, { k: at, value: valueAt(making, lane, turn) }, turn);
      };
      const wide = motion(access, k) === "contiguous" ? [fourValues(making, append)] : [];
      span(row, k, [access], [...wide, { step: 1, body: (turn) => append(0, turn) }]);
    },
  }]);
}

/** The operand lies with its rows side by side: k after k, each value into another list. */
function writeByColumns(making: Making): void {
  const { contraction: { m, k }, lists, access, scope, module } = making;
  const { fn } = scope;
  const list = fn.local("list", "list", "i32");
  const at = (lane: number, turn: Scope) =>
    listAt(lists, add(get(counterOf(m, turn)), i32(lane)), turn, module);
  const clear = (turn: Scope) => turn.fn.emit(form("i32.store", at(0, turn), i32(0)));
  span(scope, m, [], [{ step: 1, body: clear }]);
  const append = (lane: number, turn: Scope) => {
    fn.set(list, at(lane, turn));
    const value = valueAt(making, lane, turn);
    writeAppend(making, list, { k: get(counterOf(k, turn)), value }, turn);
  };
  span(scope, k, [access], [{
    step: 1,
    body: (turn) =>
      span(turn, m, [access], [
        fourValues(making, append),
        { step: 1, body: (single) => append(0, single) },
      ]),
  }]);
}

/** The function that makes the lists of a stretch of rows, and returns the number of their entries. */
export function writeLists(
  id: string,
  kernel: Kernel,
  contraction: Contraction,
  module: ModuleNames,
  shared: Split | undefined,
): readonly Wat[] {
  const { m, lhs } = contraction;
  const { fn, scope: outside } = beginFunction(id, kernel, [], module, shared);
  const access = accessOf(lhs.tensor, lhs.index, outside.tensors);
  const scope = bindPointers(outside, [access]);
  const lists = listsOf(contraction);
  const total = fn.local("total", "total", "i32");
  const making: Making = { contraction, lists, access, scope, module, total };
  if (motion(access, m) === "contiguous") writeByColumns(making);
  else writeByRows(making);
  fn.emit(get(total));
  return fn.build([`Lists what is not zero in ${lhs.tensor}, and counts it.`], { result: "i32" });
}
