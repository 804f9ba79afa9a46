/**
 * Contractions in outer-product form.
 *
 * A function per height of tile computes rows `m` to `m + height` of the result, tile after tile along n.
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
import { beginFunction, type ModuleNames } from "./kernel_function.ts";
import { accumulated } from "./relaxed.ts";
import { bindPointers, type Scope } from "./scope.ts";
import { span } from "./span.ts";
import { writeStages } from "./stages.ts";
import { OUTER_UNROLL, OUTER_WIDTHS } from "./tiles.ts";
import { widen, writeScalar } from "./values.ts";
import { LANES, ZEROS } from "./vector_ops.ts";
import { f32, get, type Local, type Wat } from "./wat.ts";

/** A tile of the result: rows, and columns as vectors or as one column of single values. */
interface Tile {
  readonly contraction: Contraction;
  readonly rows: readonly number[];
  /** Distances of the vectors from the tile's first column. */
  readonly columns: readonly number[];
  readonly vector: boolean;
}

function tileOf(contraction: Contraction, height: number, width: number): Tile {
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

function epilogueAccesses(tile: Tile, scope: Scope): readonly Access[] {
  const { contraction: { m, n, epilogue }, rows, columns } = tile;
  return rows.flatMap((row) =>
    columns.flatMap((column) =>
      accessesIn(shiftedStages(epilogue, [m, row], [n, column]), scope.tensors)
    )
  );
}

/** The local that holds a partial result. */
function partial(tile: Tile, row: number, column: number, scope: Scope): Local {
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

function writeTile(tile: Tile, scope: Scope): void {
  const { contraction: { m, n, k, into, epilogue }, rows, columns, vector } = tile;
  const cells = rows.flatMap((row) => columns.map((column) => ({ row, column })));
  for (const { row, column } of cells) {
    scope.fn.set(partial(tile, row, column, scope), vector ? ZEROS : f32(0));
  }
  const body = (turn: Scope) => writeStep(tile, turn);
  const operands = (["lhs", "rhs"] as const).flatMap((side) => operandAccesses(tile, side, scope));
  span(scope, k, operands, [
    { step: 1, repeat: OUTER_UNROLL, body },
    { step: 1, body },
  ]);
  for (const { row, column } of cells) {
    const local = partial(tile, row, column, scope);
    const values = new Map(scope.values).set(into, { local, type: "f32", vector });
    const place: Scope = vector ? { ...scope, values, lanes: n } : { ...scope, values };
    writeStages(shiftedStages(epilogue, [m, row], [n, column]), place);
  }
}

/** The function that computes `height` rows of the result. */
export function writeOuterRows(
  id: string,
  kernel: Kernel,
  contraction: Contraction,
  height: number,
  module: ModuleNames,
  shared: Axis | undefined,
): readonly Wat[] {
  const { m, n, batch } = contraction;
  const { fn, scope: outside } = beginFunction(id, kernel, [...batch, m], module, shared);
  const tiles = OUTER_WIDTHS.map((width) => ({ width, tile: tileOf(contraction, height, width) }));
  const left = tiles.flatMap(({ tile }) => operandAccesses(tile, "lhs", outside));
  const others = tiles.flatMap(({ tile }) => [
    ...operandAccesses(tile, "rhs", outside),
    ...epilogueAccesses(tile, outside),
  ]);
  // Rows that lie far apart have a pointer each; rows that lie side by side share one.
  const rowwise = left.every((access) => motion(access, contraction.k) === "contiguous");
  const scope = rowwise
    ? bindPointers(outside, others, left)
    : bindPointers(outside, [...left, ...others]);
  const parts = tiles.map(({ width, tile }) => ({
    step: width,
    body: (turn: Scope) => writeTile(tile, turn),
  }));
  span(scope, n, [...left, ...others], parts);
  return fn.build([`Rows ${m.name} to ${m.name} + ${height} of ${kernel.name}.`]);
}
