/**
 * The loops around tiles: panels of columns, parts of the sum, further axes, rows.
 *
 * @module
 */
import { product } from "../../../dsl/dim.ts";
import { elementsIn, type Tensors } from "../../kernel/access.ts";
import type { Axis } from "../../kernel/index_expr.ts";
import type { ExpressionWriter } from "./expression.ts";
import { loop } from "./lines.ts";
import { bounds, type Stretch } from "./loop_kernel.ts";
import { addressOf, axesAt, sumOf, termsOf } from "./operand_text.ts";
import { isAxis } from "./panels.ts";
import { DEPTH, type Product } from "./product.ts";

/** The names of what tiles are made of, in one function. */
export interface TileNames {
  /** Where the tile begins along its rows and its columns, and how many it has. */
  readonly rowsFrom: string;
  readonly rowCount: string;
  readonly columnsFrom: string;
  readonly columnCount: string;
}

/** Names for the tiles of a product. */
export function tileNames({ rows, columns }: Product, writer: ExpressionWriter): TileNames {
  const name = (text: string): string => writer.ids.of("local", text);
  return {
    rowsFrom: name(`${rows.name} tile`),
    rowCount: name(`${rows.name} count`),
    columnsFrom: name(`${columns.name} panel`),
    columnCount: name(`${columns.name} count`),
  };
}

/** The number of steps of a sum. */
export function stepsOf({ sum }: Product, writer: ExpressionWriter): string {
  return writer.extent(product(sum.map(({ extent }) => extent))).text;
}

/** True if a sum may have more steps than are gone through at a time. */
export function isDeep({ sum }: Product): boolean {
  const steps = product(sum.map(({ extent }) => extent));
  return typeof steps !== "number" || steps > DEPTH;
}

/** Fills the table of steps: how far the left operand lies from its row's beginning. */
export function stepLines(
  way: Product,
  tensors: Tensors,
  { from, steps }: { readonly from: string | undefined; readonly steps: string },
  writer: ExpressionWriter,
): readonly string[] {
  const { left, sum, stride } = way;
  const at = from === undefined ? "t" : `${from} + t`;
  const [k] = sum;
  const axes = axesAt(way, at, writer);
  if (stride === undefined) {
    return loop("t", steps, ["step[t] = t;"]);
  }
  if (stride === "panel" && k !== undefined) {
    const columns = writer.extent(writer.tensorOf(left.tensor).shape[1] ?? 1).text;
    return loop("t", steps, [...axes, `step[t] = tw_in_panels(${writer.axis(k)}, 0, ${columns});`]);
  }
  const { moved } = termsOf(left, way, tensors);
  return loop("t", steps, [...axes, `step[t] = ${writer.index(sumOf(moved)).text};`]);
}

/** The address of a tile's first row in the left operand, and the distance to the next one. */
export function leftOf(
  way: Product,
  tensors: Tensors,
  names: TileNames,
  writer: ExpressionWriter,
): { readonly address: string; readonly stride: string } {
  const { left, rows, stride } = way;
  if (stride === undefined) return { address: "left", stride: "TW_DEPTH" };
  const tensor = writer.tensor(left.tensor);
  if (stride === "panel") {
    return { address: `${tensor} + ${names.rowsFrom} * TW_PANEL`, stride: "TW_PANEL" };
  }
  const address = addressOf(left, rows, names.rowsFrom, way, tensors, writer);
  return { address, stride: writer.extent(stride).text };
}

/** Copies the rows of a tile of the left operand. */
export function rowCopyLines(
  way: Product,
  names: TileNames,
  { from, steps }: { readonly from: string | undefined; readonly steps: string },
  writer: ExpressionWriter,
): readonly string[] {
  const { rows, left } = way;
  const row = writer.axis(rows);
  const { rowsFrom, rowCount } = names;
  return loop(row, `${rowsFrom} + ${rowCount}`, [
    ...loop("t", steps, [
      ...axesAt(way, from === undefined ? "t" : `${from} + t`, writer),
      `left[(${row} - ${rowsFrom}) * TW_DEPTH + t] = ${writer.scalar(left).text};`,
    ]),
  ], { from: rowsFrom });
}

/** Asks for what the epilogue of some rows is going to touch in panels, where that lies in one piece. */
export function fetchLines(
  { rows, columns, epilogue }: Product,
  columnsFrom: string,
  { from, count }: { readonly from: string; readonly count: string },
  writer: ExpressionWriter,
): readonly string[] {
  const touched = elementsIn(epilogue).filter(({ tensor, index }) =>
    writer.isInPanels(tensor) && isAxis(index[0], columns.name) && isAxis(index[1], rows.name)
  );
  return [...new Set(touched.map(({ tensor }) => tensor))].map((tensor) => {
    const length = writer.extent(writer.tensorOf(tensor).shape[1] ?? 1).text;
    const at = `${writer.tensor(tensor)} + ${columnsFrom} * ${length} + ${from} * TW_PANEL`;
    return `tw_fetch(${at}, ${count} * TW_PANEL);`;
  });
}

/** Loops over further axes of a result. */
export function outerLoops(
  axes: readonly Axis[],
  body: readonly string[],
  shared: Stretch | undefined,
  writer: ExpressionWriter,
): readonly string[] {
  return axes.reduceRight((inner, axis) => {
    const { from, to } = bounds(axis, shared, writer);
    return loop(writer.axis(axis), to, inner, { from });
  }, body);
}
