/**
 * Contractions in dot form.
 *
 * A function per width of tile computes columns `n` to `n + width` of the result, tile after tile along m.
 * Both operands are contiguous along k: a tile keeps one vector of partial sums per result and takes
 * four k at a time; the lanes are added up at the end, then come the k that are left over. The epilogue
 * runs on single values.
 *
 * @module
 */
import type { Kernel } from "../../kernel/kernel.ts";
import { type Access, accessOf } from "../../kernel/access.ts";
import { acrossLanes } from "./combine.ts";
import { type Contraction, type Load, shifted } from "./contraction.ts";
import type { Split } from "./kernel_plan.ts";
import { beginFunction, type ModuleNames } from "./kernel_function.ts";
import { bindPointers, type Scope } from "./scope.ts";
import { nest, type Part, span } from "./span.ts";
import {
  type Cell,
  cellsOf,
  epilogueAccesses,
  type Place,
  writeEpilogue,
  writeProducts,
} from "./tile.ts";
import { dotUnroll, heightsFor } from "./tiles.ts";
import { LANES, ZEROS } from "./vector_ops.ts";
import { f32, form, get, type Local, type Wat } from "./wat.ts";

/** A tile of the result. */
interface Tile extends Place {
  /** Vectors of k per turn. */
  readonly unroll: number;
}

function upTo(count: number): readonly number[] {
  return Array.from({ length: count }, (_, at) => at);
}

function operandAccesses(tile: Tile, scope: Scope): readonly Access[] {
  const { contraction: { m, n, k, lhs, rhs }, rows, columns, unroll } = tile;
  const loads = upTo(unroll).flatMap((vector): readonly Load[] => [
    ...rows.map((row) => shifted(lhs, [m, row], [k, vector * LANES])),
    ...columns.map((column) => shifted(rhs, [n, column], [k, vector * LANES])),
  ]);
  return loads.map(({ tensor, index }) => accessOf(tensor, index, scope.tensors));
}

/** The local that holds the sum of a result: over lanes, or in all. */
function sumOf({ row, column }: Cell, vector: boolean, scope: Scope): Local {
  const name = vector ? `acc_${row}_${column}` : `sum_${row}_${column}`;
  return scope.fn.local(`partial ${name}`, name, vector ? "v128" : "f32");
}

/** One vector of k, or a single one: products of all rows and columns. */
function writeStep(tile: Tile, from: number, vector: boolean, scope: Scope): void {
  writeProducts(tile, {
    from,
    nameOf: (column) => vector ? `right_${column}` : `right_one_${column}`,
    sumOf: (cell) => sumOf(cell, vector, scope),
    ...(vector ? { lanes: tile.contraction.k } : {}),
  }, scope);
}

/** The stretches of k: unrolled vectors, then the rest one by one. */
function partsOf(tile: Tile): readonly [Part, Part] {
  const vectors = (turn: Scope) => {
    for (const vector of upTo(tile.unroll)) writeStep(tile, vector * LANES, true, turn);
  };
  return [
    { step: LANES * tile.unroll, body: vectors },
    { step: 1, body: (turn) => writeStep(tile, 0, false, turn) },
  ];
}

/** The sums of a tile, over all k: once, or for each step of the sums around it. */
function writeSums(tile: Tile, scope: Scope): void {
  const { fn, math } = scope;
  const cells = cellsOf(tile);
  const { k, sums } = tile.contraction;
  const accesses = operandAccesses(tile, scope);
  const [vectors, singles] = partsOf(tile);
  const lanesOf = (cell: Cell): Wat => acrossLanes("sum", "f32", sumOf(cell, true, scope), math);
  const singleOf = (cell: Cell): Local => sumOf(cell, false, scope);
  for (const cell of cells) fn.set(sumOf(cell, true, scope), ZEROS);
  if (sums.length === 0) {
    const addLanes = () => cells.forEach((cell) => fn.set(singleOf(cell), lanesOf(cell)));
    return span(scope, k, accesses, [{ ...vectors, after: addLanes }, singles]);
  }
  for (const cell of cells) fn.set(singleOf(cell), f32(0));
  nest(scope, sums, accesses, (turn) => span(turn, k, accesses, [vectors, singles]));
  for (const cell of cells) {
    fn.set(singleOf(cell), form("f32.add", get(singleOf(cell)), lanesOf(cell)));
  }
}

function writeTile(tile: Tile, scope: Scope): void {
  writeSums(tile, scope);
  writeEpilogue(tile, (cell) => sumOf(cell, false, scope), scope);
}

/** The function that computes `width` columns of the result. */
export function writeDotColumns(
  id: string,
  kernel: Kernel,
  contraction: Contraction,
  width: number,
  module: ModuleNames,
  shared: Split | undefined,
): readonly Wat[] {
  const { m, n, k, batch } = contraction;
  const { fn, scope: outside } = beginFunction(id, kernel, [...batch, n], module, shared);
  const tiles = heightsFor(m.extent).map((height): Tile => ({
    contraction,
    rows: upTo(height),
    columns: upTo(width),
    unroll: dotUnroll(k.extent, LANES),
  }));
  const accesses = tiles.flatMap((tile) => [
    ...operandAccesses(tile, outside),
    ...epilogueAccesses(tile, outside),
  ]);
  const scope = bindPointers(outside, accesses);
  const parts = tiles.map((tile) => ({
    step: tile.rows.length,
    body: (turn: Scope) => writeTile(tile, turn),
  }));
  span(scope, m, accesses, parts);
  return fn.build([`Columns ${n.name} to ${n.name} + ${width} of ${kernel.name}.`]);
}
