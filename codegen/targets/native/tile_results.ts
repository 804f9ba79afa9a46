/**
 * What becomes of the sums of a tile: a function of its own, which compilers write out where it is called, once
 * for whole panels, whose loop they know the length of, and once for others.
 *
 * @module
 */
import type { Tensors } from "../../kernel/access.ts";
import type { Axis } from "../../kernel/index_expr.ts";
import type { Kernel } from "../../kernel/kernel.ts";
import type { ExpressionWriter } from "./expression.ts";
import { LANES, loop } from "./lines.ts";
import type { Product } from "./product.ts";
import { fitsLanes, isLong, stageLines } from "./stages.ts";
import { type TileNames, tileNames } from "./tile_loops.ts";

/** A function that takes the sums of a tile, and the arguments that all functions of its kernel take. */
export interface ResultsFunction {
  readonly id: string;
  readonly given: readonly string[];
}

/** What the function takes besides: where the tile is, and its sums. */
export function resultParameters(way: Product, writer: ExpressionWriter): readonly string[] {
  const { rowsFrom, rowCount, columnsFrom, columnCount } = tileNames(way, writer);
  const sizes = [
    ...[...way.outer, ...way.inner].map((axis) => writer.axis(axis)),
    rowsFrom,
    rowCount,
    columnsFrom,
    columnCount,
  ];
  return [...sizes.map((name) => `tw_size ${name}`), "const float *sums"];
}

/** The body of the function: the epilogue at each result. */
export function resultLines(
  kernel: Kernel,
  way: Product,
  writer: ExpressionWriter,
): readonly string[] {
  const { rows, columns, epilogue, into, turned } = way;
  const tensors: Tensors = new Map(kernel.tensors.map((tensor) => [tensor.name, tensor]));
  const { rowsFrom, rowCount, columnsFrom, columnCount } = tileNames(way, writer);
  const row = writer.axis(rows), column = writer.axis(columns);
  writer.panelOf.set(columns.name, columnsFrom);
  const sum = `sums[(${row} - ${rowsFrom}) * TW_PANEL + ${column} - ${columnsFrom}]`;
  const body = [
    `const float ${writer.ids.of("local", into)} = ${sum};`,
    ...stageLines(epilogue, tensors, writer),
  ];
  writer.panelOf.delete(columns.name);
  const alongRows = (inner: readonly string[]) =>
    loop(row, `${rowsFrom} + ${rowCount}`, inner, { from: rowsFrom });
  const alongColumns = (inner: readonly string[]) =>
    loop(column, `${columnsFrom} + ${columnCount}`, inner, { from: columnsFrom });
  const lanes = inLanes(way) ? [LANES] : [];
  return turned
    ? alongColumns([...lanes, ...alongRows(body)])
    : alongRows([...lanes, ...alongColumns(body)]);
}

/** True if neighbours are computed side by side. */
function inLanes({ rows, columns, epilogue, turned }: Product): boolean {
  const innermost: Axis = turned ? rows : columns;
  return isLong(innermost) &&
    epilogue.every((stage) => stage.kind !== "loop" && fitsLanes(stage.value));
}

/** The call for a tile. */
export function resultCalls(
  way: Product,
  { id, given }: ResultsFunction,
  { rowsFrom, rowCount, columnsFrom, columnCount }: TileNames,
  sums: string,
  writer: ExpressionWriter,
): readonly string[] {
  const axes = [...way.outer, ...way.inner].map((axis) => writer.axis(axis));
  const call = (count: string): string => {
    const args = ["thread", ...given, ...axes, rowsFrom, rowCount, columnsFrom, count, sums];
    return `${id}(${args.join(", ")});`;
  };
  if (way.turned || !inLanes(way)) return [call(columnCount)];
  return [`if (${columnCount} == TW_PANEL) ${call("TW_PANEL")}`, `else ${call(columnCount)}`];
}
