/**
 * What tiles have in common, whichever form a contraction takes: a step of products, and the epilogue of
 * each result.
 *
 * @module
 */
import type { Axis } from "../../kernel/index_expr.ts";
import { type Access, accessesIn } from "../../kernel/access.ts";
import { type Contraction, type Load, shifted, shiftedStages } from "./contraction.ts";
import { accumulated } from "./relaxed.ts";
import type { NamedValue, Scope } from "./scope.ts";
import { writeStages } from "./stages.ts";
import { widen, writeScalar } from "./values.ts";
import { get, type Local } from "./wat.ts";

/** Rows and columns of a result, as distances from a tile's first ones. */
export interface Place {
  readonly contraction: Contraction;
  readonly rows: readonly number[];
  readonly columns: readonly number[];
}

/** A result of a tile. */
export interface Cell {
  readonly row: number;
  readonly column: number;
}

/** The results of a tile, row by row. */
export function cellsOf({ rows, columns }: Place): readonly Cell[] {
  return rows.flatMap((row) => columns.map((column): Cell => ({ row, column })));
}

/** The accesses of the epilogue of all results. */
export function epilogueAccesses(tile: Place, scope: Scope): readonly Access[] {
  const { contraction: { m, n, epilogue } } = tile;
  return cellsOf(tile).flatMap(({ row, column }) =>
    accessesIn(shiftedStages(epilogue, [m, row], [n, column]), scope.tensors)
  );
}

/** How a step of products is written. */
export interface Step {
  /** Steps of k from the tile's current one. */
  readonly from: number;
  /** The axis along which vectors lie; single values, if there is none. */
  readonly lanes?: Axis;
  /** The name of the local that holds a column of the right operand. */
  readonly nameOf: (column: number) => string;
  /** The local that holds the sum of a result. */
  readonly sumOf: (cell: Cell) => Local;
}

/** One step of k: for each row a value of the left operand, times each column of the right one. */
export function writeProducts(
  { contraction: { m, n, k, lhs, rhs }, rows, columns }: Place,
  { from, lanes, nameOf, sumOf }: Step,
  scope: Scope,
): void {
  const { fn } = scope;
  const vector = lanes !== undefined;
  const type = vector ? "v128" : "f32";
  const place: Scope = vector ? { ...scope, lanes } : scope;
  const write = (load: Load) => {
    const written = writeScalar(load, place);
    return vector ? widen(written) : written.wat;
  };
  const right = columns.map((column) => {
    const local = fn.local(`right ${column}`, nameOf(column), type);
    fn.set(local, write(shifted(rhs, [n, column], [k, from])));
    return { column, local };
  });
  const left = fn.local("left", vector ? "left" : "left_one", type);
  for (const row of rows) {
    fn.set(left, write(shifted(lhs, [m, row], [k, from])));
    for (const { column, local } of right) {
      const sum = sumOf({ row, column });
      fn.set(sum, accumulated(get(left), get(local), get(sum), vector));
    }
  }
}

/**
 * The epilogue of every result.
 *
 * @param lanes the axis along which results lie in vectors; single values, if there is none
 */
export function writeEpilogue(
  tile: Place,
  sumOf: (cell: Cell) => Local,
  scope: Scope,
  lanes?: Axis,
): void {
  const { contraction: { m, n, into, epilogue } } = tile;
  for (const { row, column } of cellsOf(tile)) {
    const sum: NamedValue = {
      local: sumOf({ row, column }),
      type: "f32",
      vector: lanes !== undefined,
    };
    const values = new Map(scope.values).set(into, sum);
    const place: Scope = { ...scope, values, ...(lanes === undefined ? {} : { lanes }) };
    writeStages(shiftedStages(epilogue, [m, row], [n, column]), place);
  }
}
