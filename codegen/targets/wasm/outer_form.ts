/**
 * Contractions in outer-product form.
 *
 * A function per height of tile computes rows `m` to `m + height` of the result, tile after tile along n;
 * or a function per width computes columns, tile after tile along m, where that costs less memory traffic.
 * A tile keeps `height` × 8 partial results in vectors; each step of k loads one row of the right
 * operand, and for each row of the tile one value of the left operand into all lanes. The epilogue runs
 * on the vectors while they are still in registers.
 *
 * @module
 */
import type { Axis } from "../../kernel/index_expr.ts";
import type { Kernel } from "../../kernel/kernel.ts";
import { type Access, accessOf, motion } from "../../kernel/access.ts";
import { type Contraction, shifted } from "./contraction.ts";
import type { Split } from "./kernel_plan.ts";
import { beginFunction, type ModuleNames } from "./kernel_function.ts";
import { bindPointers, type Scope } from "./scope.ts";
import { nest, span } from "./span.ts";
import {
  type Cell,
  cellsOf,
  epilogueAccesses,
  type Place,
  writeEpilogue,
  writeProducts,
} from "./tile.ts";
import { heightsFor, OUTER_UNROLL, OUTER_WIDTHS } from "./tiles.ts";
import { LANES, ZEROS } from "./vector_ops.ts";
import { f32, type Local, type Wat } from "./wat.ts";

/** A tile of the result: rows, and columns as vectors or as one column of single values. */
export interface Tile extends Place {
  readonly vector: boolean;
}

/** A tile of so many rows and columns. */
export function tileOf(contraction: Contraction, height: number, width: number): Tile {
  const vector = width >= LANES;
  const step = vector ? LANES : 1;
  return {
    contraction,
    rows: Array.from({ length: height }, (_, row) => row),
    columns: Array.from({ length: width / step }, (_, column) => column * step),
    vector,
  };
}

/** The accesses of the tile's rows to the left operand, or of its columns to the right one. */
function operandAccesses(tile: Tile, side: "lhs" | "rhs", scope: Scope): readonly Access[] {
  const { contraction: { m, n, lhs, rhs }, rows, columns } = tile;
  const loads = side === "lhs"
    ? rows.map((row) => shifted(lhs, [m, row]))
    : columns.map((column) => shifted(rhs, [n, column]));
  return loads.map(({ tensor, index }) => accessOf(tensor, index, scope.tensors));
}

/** The local that holds a partial result. */
export function partial(tile: Tile, { row, column }: Cell, scope: Scope): Local {
  const name = tile.vector ? `acc_${row}_${column / LANES}` : `acc_${row}`;
  return scope.fn.local(`partial ${name}`, name, tile.vector ? "v128" : "f32");
}

/** The axis along which a tile's results lie in vectors. */
function lanesOf({ vector, contraction: { n } }: Tile): Axis | undefined {
  return vector ? n : undefined;
}

/** Sets the partial results of a tile to 0. */
export function clearTile(tile: Tile, scope: Scope): void {
  for (const cell of cellsOf(tile)) {
    scope.fn.set(partial(tile, cell, scope), tile.vector ? ZEROS : f32(0));
  }
}

/** The epilogue of every result of a tile. */
export function finishTile(tile: Tile, scope: Scope): void {
  writeEpilogue(tile, (cell) => partial(tile, cell, scope), scope, lanesOf(tile));
}

/** One step of k: a row of the right operand, times a value of the left operand for each row. */
function writeStep(tile: Tile, scope: Scope): void {
  const lanes = lanesOf(tile);
  writeProducts(tile, {
    from: 0,
    nameOf: (column) => tile.vector ? `right_${column / LANES}` : "right_one",
    sumOf: (cell) => partial(tile, cell, scope),
    ...(lanes === undefined ? {} : { lanes }),
  }, scope);
}

function writeTile(tile: Tile, scope: Scope): void {
  const { contraction: { k, sums } } = tile;
  clearTile(tile, scope);
  const body = (turn: Scope) => writeStep(tile, turn);
  const operands = (["lhs", "rhs"] as const).flatMap((side) => operandAccesses(tile, side, scope));
  nest(scope, sums, operands, (turn) =>
    span(turn, k, operands, [
      { step: 1, repeat: OUTER_UNROLL, body },
      { step: 1, body },
    ]));
  finishTile(tile, scope);
}

/** Rows that lie far apart have a pointer each; rows that lie side by side share one. */
function bindTiles(
  outside: Scope,
  left: readonly Access[],
  others: readonly Access[],
  k: Axis,
): Scope {
  const rowwise = left.every((access) => motion(access, k) === "contiguous");
  return rowwise
    ? bindPointers(outside, others, left)
    : bindPointers(outside, [...left, ...others]);
}

/** Tiles of one function, one after the other along an axis. */
function writeTiles(
  axis: Axis,
  tiles: readonly (readonly [step: number, tile: Tile])[],
  k: Axis,
  outside: Scope,
): void {
  const left = tiles.flatMap(([, tile]) => operandAccesses(tile, "lhs", outside));
  const others = tiles.flatMap(([, tile]) => [
    ...operandAccesses(tile, "rhs", outside),
    ...epilogueAccesses(tile, outside),
  ]);
  const scope = bindTiles(outside, left, others, k);
  const parts = tiles.map(([step, tile]) => ({
    step,
    body: (turn: Scope) => writeTile(tile, turn),
  }));
  span(scope, axis, [...left, ...others], parts);
}

/** The function that computes `height` rows of the result. */
export function writeOuterRows(
  id: string,
  kernel: Kernel,
  contraction: Contraction,
  height: number,
  module: ModuleNames,
  shared: Split | undefined,
): readonly Wat[] {
  const { m, n, k, batch } = contraction;
  const { fn, scope } = beginFunction(id, kernel, [...batch, m], module, shared);
  const tiles = OUTER_WIDTHS.map((width) => [width, tileOf(contraction, height, width)] as const);
  writeTiles(n, tiles, k, scope);
  return fn.build([`Rows ${m.name} to ${m.name} + ${height} of ${kernel.name}.`]);
}

/** The function that computes `width` columns of the result. */
export function writeOuterColumns(
  id: string,
  kernel: Kernel,
  contraction: Contraction,
  width: number,
  module: ModuleNames,
  shared: Split | undefined,
): readonly Wat[] {
  const { m, n, k, batch } = contraction;
  const { fn, scope } = beginFunction(id, kernel, [...batch, n], module, shared);
  const tiles = heightsFor(m.extent).map((height) =>
    [height, tileOf(contraction, height, width)] as const
  );
  writeTiles(m, tiles, k, scope);
  return fn.build([`Columns ${n.name} to ${n.name} + ${width} of ${kernel.name}.`]);
}
