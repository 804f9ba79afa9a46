/**
 * Contractions that skip the zeros of their left operand.
 *
 * For each row of the result a tile of one row adds up, over the entries of the row's list, the value
 * times a row of the right operand. Sums are made in the order of k: the same bits as of the dense form,
 * since a zero adds nothing to a sum of finite numbers. The lists are made first; where more than half of
 * the values are not zero, the dense form is taken.
 *
 * @module
 */
import type { Axis } from "../../kernel/index_expr.ts";
import { replaceAxes } from "../../kernel/index_expr.ts";
import type { Kernel } from "../../kernel/kernel.ts";
import { type Access, accessOf } from "../../kernel/access.ts";
import { type Contraction, type Form, type Load, shifted } from "./contraction.ts";
import type { Split } from "./kernel_plan.ts";
import { beginFunction, type ModuleNames } from "./kernel_function.ts";
import { clearTile, finishTile, partial, type Tile, tileOf } from "./outer_form.ts";
import { accumulated } from "./relaxed.ts";
import { addressOf, bindPointers, type Scope } from "./scope.ts";
import { counterOf, span } from "./span.ts";
import { epilogueAccesses } from "./tile.ts";
import { zeroWidths } from "./tiles.ts";
import { loadFrom, memory } from "./values.ts";
import { ENTRY_BYTES, listAt, listsOf } from "./zero_lists.ts";
import { add, block, form, get, i32, mul, type Wat } from "./wat.ts";

/** The right operand at the first k, from which the lists count distances. */
function firstRow({ rhs, k }: Contraction): Load {
  const zero = (axis: Axis) =>
    axis.name === k.name ? { kind: "extent" as const, extent: 0 } : undefined;
  return { ...rhs, index: rhs.index.map((at) => replaceAxes(at, zero)) };
}

function rowAccesses({ contraction, columns }: Tile, scope: Scope): readonly Access[] {
  const { n } = contraction;
  return columns.map((column) => {
    const { tensor, index } = shifted(firstRow(contraction), [n, column]);
    return accessOf(tensor, index, scope.tensors);
  });
}

/** Adds what one entry of the list stands for. */
function writeEntry(tile: Tile, scope: Scope): void {
  const { fn } = scope;
  const { vector, columns } = tile;
  const entry = fn.local("entry", "entry", "i32");
  const type = vector ? "v128" : "f32";
  const value = fn.local("value", vector ? "value" : "value_one", type);
  const row = fn.local("row", "row", "i32");
  fn.set(value, form(vector ? "v128.load32_splat offset=4" : "f32.load offset=4", get(entry)));
  const [first] = rowAccesses(tile, scope);
  if (first === undefined) return;
  const { address } = addressOf(first, scope);
  fn.set(row, add(address, form("i32.load", get(entry))));
  rowAccesses(tile, scope).forEach((access, at) => {
    const { offset } = addressOf(access, scope);
    const acc = partial(tile, { row: 0, column: columns[at] ?? 0 }, scope);
    const right = loadFrom(access, vector, (load) => memory(load, offset, get(row)), scope);
    fn.set(acc, accumulated(get(value), right, get(acc), vector));
  });
}

/** One row of a tile: all entries of the row's list, then the epilogue. */
function writeRow(tile: Tile, scope: Scope, module: ModuleNames): void {
  const { fn } = scope;
  const { contraction } = tile;
  const entry = fn.local("entry", "entry", "i32");
  const end = fn.local("end", "end", "i32");
  clearTile(tile, scope);
  const list = listAt(listsOf(contraction), get(counterOf(contraction.m, scope)), scope, module);
  fn.set(entry, list);
  fn.set(end, add(get(entry), mul(form("i32.load", get(entry)), i32(ENTRY_BYTES))));
  const unfinished = form("i32.lt_u", get(entry), get(end));
  const body = fn.collect(() => {
    fn.set(entry, add(get(entry), i32(ENTRY_BYTES)));
    writeEntry(tile, scope);
    fn.emit(form("br_if $entries", unfinished));
  });
  fn.emit(block("if", [unfinished, block("then", [block("loop $entries", body)])]));
  finishTile(tile, scope);
}

/** The function that computes a stretch of rows from their lists. */
export function writeFromLists(
  id: string,
  kernel: Kernel,
  { contraction, strips }: Form,
  module: ModuleNames,
  shared: Split | undefined,
): readonly Wat[] {
  const { m, n } = contraction;
  const { fn, scope: outside } = beginFunction(id, kernel, [], module, shared);
  const tiles = zeroWidths(n.extent).map((width) =>
    [width, tileOf(contraction, 1, width)] as const
  );
  const accesses = tiles.flatMap(([, tile]) => [
    ...rowAccesses(tile, outside),
    ...epilogueAccesses(tile, outside),
  ]);
  const scope = bindPointers(outside, accesses);
  const acrossN = (turn: Scope, body: (tile: Tile, inner: Scope) => void) =>
    span(
      turn,
      n,
      accesses,
      tiles.map(([step, tile]) => ({ step, body: (inner: Scope) => body(tile, inner) })),
    );
  const downM = (turn: Scope, body: (inner: Scope) => void) =>
    span(turn, m, accesses, [{ step: 1, body }]);
  if (strips === "m") {
    downM(scope, (row) => acrossN(row, (tile, turn) => writeRow(tile, turn, module)));
  } else {
    acrossN(scope, (tile, column) => downM(column, (turn) => writeRow(tile, turn, module)));
  }
  return fn.build([`${kernel.name} from the lists of what is not zero.`]);
}
