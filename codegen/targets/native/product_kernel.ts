/**
 * The function of a contraction: tile after tile, each with its epilogue while its sums are at hand.
 *
 * @module
 */
import type { Tensors } from "../../kernel/access.ts";
import type { Kernel } from "../../kernel/kernel.ts";
import type { ExpressionWriter } from "./expression.ts";
import { block, indent, loop } from "./lines.ts";
import { bounds, type Stretch } from "./loop_kernel.ts";
import { copyLines } from "./panel_copy.ts";
import type { Product } from "./product.ts";
import {
  fetchLines,
  isDeep,
  leftOf,
  outerLoops,
  rowCopyLines,
  stepLines,
  stepsOf,
  type TileNames,
  tileNames,
} from "./tile_loops.ts";
import { resultCalls, type ResultsFunction } from "./tile_results.ts";

/** The body of the function. */
export function productLines(
  kernel: Kernel,
  way: Product,
  shared: Stretch | undefined,
  results: ResultsFunction,
  writer: ExpressionWriter,
): readonly string[] {
  const tensors: Tensors = new Map(kernel.tensors.map((tensor) => [tensor.name, tensor]));
  const names = tileNames(way, writer);
  const steps = stepsOf(way, writer);
  const inside = outerLoops(
    way.outer,
    panelLoop(way, tensors, names, shared, results, writer),
    shared,
    writer,
  );
  return [
    "tw_size *const step = thread->step;",
    ...(way.stride === undefined ? ["float *const left = thread->left;"] : []),
    ...(way.copy.how === "none" ? [] : ["float *const panel = thread->panel;"]),
    "float *const sums = thread->sums;",
    ...(isDeep(way) ? [`const tw_size depth = ${steps};`] : stepLines(
      way,
      tensors,
      { from: undefined, steps },
      writer,
    )),
    ...inside,
  ];
}

function panelLoop(
  way: Product,
  tensors: Tensors,
  names: TileNames,
  shared: Stretch | undefined,
  results: ResultsFunction,
  writer: ExpressionWriter,
): readonly string[] {
  const { columns, right, copy: { how } } = way;
  const { columnsFrom, columnCount } = names;
  const { from, to } = bounds(columns, shared, writer);
  const deep = isDeep(way);
  const part = deep
    ? { from: "t_from", steps: "steps" }
    : { from: undefined, steps: stepsOf(way, writer) };
  const copy = how === "none"
    ? []
    : copyLines(way, tensors, names, { ...part, panel: "panel" }, writer);
  const panel = how === "none"
    ? `${writer.tensor(right.tensor)} + ${columnsFrom} * ${
      writer.extent(writer.tensorOf(right.tensor).shape[1] ?? 1).text
    }${deep ? " + t_from * TW_PANEL" : ""}`
    : "panel";
  const tiles = [
    ...copy,
    ...outerLoops(
      way.inner,
      rowLoop(way, tensors, names, panel, part, shared, results, writer),
      shared,
      writer,
    ),
  ];
  const parts = deep
    ? loop("t_from", "depth", [
      "const tw_size steps = tw_least(TW_DEPTH, depth - t_from);",
      ...stepLines(way, tensors, part, writer),
      ...tiles,
    ], { step: "TW_DEPTH" })
    : tiles;
  return loop(columnsFrom, to, [
    `const tw_size ${columnCount} = tw_least(TW_PANEL, ${to} - ${columnsFrom});`,
    ...parts,
  ], { from, step: "TW_PANEL" });
}

function rowLoop(
  way: Product,
  tensors: Tensors,
  names: TileNames,
  panel: string,
  part: { readonly from: string | undefined; readonly steps: string },
  shared: Stretch | undefined,
  results: ResultsFunction,
  writer: ExpressionWriter,
): readonly string[] {
  const { rows, stride } = way;
  const { rowsFrom, rowCount, columnsFrom, columnCount } = names;
  const { from, to } = bounds(rows, shared, writer);
  const deep = part.from !== undefined;
  const left = leftOf(way, tensors, names, writer);
  const start = from === "0" ? rowsFrom : `(${rowsFrom} - ${from})`;
  const adds = deep ? "t_from > 0" : "false";
  const sums = deep ? "tile" : "sums";
  const epilogue = resultCalls(way, results, names, sums, writer);
  return [
    `for (tw_size ${rowsFrom} = ${from}, ${rowCount}; ${rowsFrom} < ${to}; ${rowsFrom} += ${rowCount}) {`,
    ...indent([
      `${rowCount} = tw_height(${to} - ${rowsFrom});`,
      ...(deep ? [`float *const tile = sums + (depth > TW_DEPTH ? ${start} * TW_PANEL : 0);`] : []),
      ...(stride === undefined ? rowCopyLines(way, names, part, writer) : []),
      ...fetchLines(way, columnsFrom, { from: rowsFrom, count: rowCount }, writer),
      ...[
        `tw_tile(${rowCount}, ${columnCount}, ${adds}, ${part.steps}, ${left.address}, ${left.stride}, step,`,
        `        ${panel}, ${sums});`,
      ].map((line) => writer.mark(line, way.provenance)),
      ...(deep ? block("if (t_from + steps == depth)", epilogue) : epilogue),
    ]),
    "}",
  ];
}
