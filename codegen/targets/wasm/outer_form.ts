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
import type { Kernel } from "../../kernel/kernel.ts";
import { type Access, accessesIn, accessOf, motion } from "./access.ts";
import { type Contraction, type Load, shifted, shiftedStages } from "./contraction.ts";
import { beginFunction, type ModuleNames } from "./kernel_function.ts";
import { bindPointers, type Scope } from "./scope.ts";
import { span } from "./span.ts";
import { writeStages } from "./stages.ts";
import { OUTER_UNROLL, OUTER_WIDTHS } from "./tiles.ts";
import { widen, writeScalar } from "./values.ts";
import { LANES, ZEROS } from "./vector_ops.ts";
import { f32, form, get, type Local, type Wat } from "./wat.ts";

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

/** The accesses of a load of the left or the right operand, for each turn of the loop over k. */
function operandAccesses(tile: Tile, side: "lhs" | "rhs", scope: Scope): readonly Access[] {
  const { contraction: { m, n, k, lhs, rhs }, rows, columns } = tile;
  const steps = Array.from({ length: OUTER_UNROLL }, (_, step) => step);
  const loads = steps.flatMap((step): readonly Load[] =>
    side === "lhs"
      ? rows.map((row) => shifted(lhs, [m, row], [k, step]))
      : columns.map((column) => shifted(rhs, [n, column], [k, step]))
  );
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
function writeStep(tile: Tile, step: number, scope: Scope): void {
  const { contraction: { m, n, k, lhs, rhs }, rows, columns, vector } = tile;
  const { fn } = scope;
  const [type, shape]: ["v128", "f32x4"] | ["f32", "f32"] = vector
    ? ["v128", "f32x4"]
    : ["f32", "f32"];
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
    fn.set(local, write(shifted(rhs, [n, column], [k, step])));
    return { column, local };
  });
  const left = fn.local("left", vector ? "left" : "left_one", type);
  for (const row of rows) {
    fn.set(left, write(shifted(lhs, [m, row], [k, step])));
    for (const { column, local } of right) {
      const acc = partial(tile, row, column, scope);
      const product = form(`${shape}.mul`, get(left), get(local));
      fn.set(acc, form(`${shape}.add`, get(acc), product));
    }
  }
}

function writeTile(tile: Tile, scope: Scope): void {
  const { contraction: { m, n, k, into, epilogue }, rows, columns, vector } = tile;
  const cells = rows.flatMap((row) => columns.map((column) => ({ row, column })));
  for (const { row, column } of cells) {
    scope.fn.set(partial(tile, row, column, scope), vector ? ZEROS : f32(0));
  }
  const steps = (count: number) => (turn: Scope) => {
    for (let step = 0; step < count; step++) writeStep(tile, step, turn);
  };
  const operands = (["lhs", "rhs"] as const).flatMap((side) => operandAccesses(tile, side, scope));
  span(scope, k, operands, [
    { step: OUTER_UNROLL, body: steps(OUTER_UNROLL) },
    { step: 1, body: steps(1) },
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
): readonly Wat[] {
  const { m, n, batch } = contraction;
  const { fn, scope: outside } = beginFunction(id, kernel, [...batch, m], module);
  const tiles = OUTER_WIDTHS.map((width) => ({ width, tile: tileOf(contraction, height, width) }));
  const left = tiles.flatMap(({ tile }) => operandAccesses(tile, "lhs", outside));
  const others = tiles.flatMap(({ tile }) => [
    ...operandAccesses(tile, "rhs", outside),
    ...epilogueAccesses(tile, outside),
  ]);
  // Rows that are contiguous along k: a pointer for each, with the constants of the steps of k.
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
