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
import { type Access, accessesIn, accessOf, motion } from "./access.ts";
import { type Contraction, type Load, shifted, shiftedStages } from "./contraction.ts";
import type { Split } from "./kernel_plan.ts";
import { beginFunction, type ModuleNames } from "./kernel_function.ts";
import { accumulated } from "./relaxed.ts";
import { bindPointers, type Scope } from "./scope.ts";
import { nest, span } from "./span.ts";
import { writeStages } from "./stages.ts";
import { heightsFor, OUTER_UNROLL, OUTER_WIDTHS } from "./tiles.ts";
import { widen, writeScalar } from "./values.ts";
import { LANES, ZEROS } from "./vector_ops.ts";
import { f32, get, type Local, type Wat } from "./wat.ts";

/** A tile of the result: rows, and columns as vectors or as one column of single values. */
export interface Tile {
  readonly contraction: Contraction;
  readonly rows: readonly number[];
  /** Distances of the vectors from the tile's first column. */
  readonly columns: readonly number[];
  readonly vector: boolean;
}

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

export function epilogueAccesses(tile: Tile, scope: Scope): readonly Access[] {
  const { contraction: { m, n, epilogue }, rows, columns } = tile;
  return rows.flatMap((row) =>
    columns.flatMap((column) =>
      accessesIn(shiftedStages(epilogue, [m, row], [n, column]), scope.tensors)
    )
  );
}

/** The local that holds a partial result. */
export function partial(tile: Tile, row: number, column: number, scope: Scope): Local {
  const name = tile.vector ? `acc_${row}_${column / LANES}` : `acc_${row}`;
  return scope.fn.local(`partial ${name}`, name, tile.vector ? "v128" : "f32");
}

/** One step of k: a row of the right operand, times a value of the left operand for each row. */
function writeStep(tile: Tile, scope: Scope): void {
  const { contraction: { m, n, lhs, rhs }, rows, columns, vector } = tile;
  const { fn } = scope;
  const type = vector ? "v128" : "f32";
  const place: Scope = vector ? { ...scope, lanes: n } : scope;
  const write = (load: Load) => {
    const written = writeScalar(load, place);
    return vector ? widen(written) : written.wat;
  };
  const right = columns.map((column) => {
    const local = fn.local(
      `right ${column}`,
      vector ? `right_${column / LANES}` : "right_one",
      type,
    );
    fn.set(local, write(shifted(rhs, [n, column])));
    return { column, local };
  });
  const left = fn.local("left", vector ? "left" : "left_one", type);
  for (const row of rows) {
    fn.set(left, write(shifted(lhs, [m, row])));
    for (const { column, local } of right) {
      const acc = partial(tile, row, column, scope);
      fn.set(acc, accumulated(get(left), get(local), get(acc), vector));
    }
  }
}

/** The rows and columns of a tile's partial results. */
function cellsOf({ rows, columns }: Tile): readonly { row: number; column: number }[] {
  return rows.flatMap((row) => columns.map((column) => ({ row, column })));
}

/** Sets the partial results of a tile to 0. */
export function clearTile(tile: Tile, scope: Scope): void {
  for (const { row, column } of cellsOf(tile)) {
    scope.fn.set(partial(tile, row, column, scope), tile.vector ? ZEROS : f32(0));
  }
}

/** The epilogue of every result of a tile. */
export function writeEpilogue(tile: Tile, scope: Scope): void {
  const { contraction: { m, n, into, epilogue }, vector } = tile;
  for (const { row, column } of cellsOf(tile)) {
    const local = partial(tile, row, column, scope);
    const values = new Map(scope.values).set(into, { local, type: "f32", vector });
    const place: Scope = vector ? { ...scope, values, lanes: n } : { ...scope, values };
    writeStages(shiftedStages(epilogue, [m, row], [n, column]), place);
  }
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
  writeEpilogue(tile, scope);
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
