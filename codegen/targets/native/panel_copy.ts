/** How columns of the right operand come to lie in a panel, where they do not lie so in memory. @module */
import type { Tensors } from "../../kernel/access.ts";
import type { ExpressionWriter } from "./expression.ts";
import { comment, loop } from "./lines.ts";
import { addressOf, axesAt } from "./operand_text.ts";
import type { Product } from "./product.ts";
import type { TileNames } from "./tile_loops.ts";

/** A part of a sum, and the panel for its steps. */
export interface PanelPart {
  /** Where it begins; the whole sum, if undefined. */
  readonly from: string | undefined;
  readonly steps: string;
  readonly panel: string;
}

/** Copies columns of the right operand into a panel. */
export function copyLines(
  way: Product,
  tensors: Tensors,
  names: TileNames,
  part: PanelPart,
  writer: ExpressionWriter,
): readonly string[] {
  return [
    ...comment([`The columns of ${way.right.tensor}, side by side.`]),
    ...linesOf(way, tensors, names, part, writer),
  ];
}

function linesOf(
  way: Product,
  tensors: Tensors,
  names: TileNames,
  part: PanelPart,
  writer: ExpressionWriter,
): readonly string[] {
  const { copy, right, columns } = way;
  const { columnsFrom, columnCount } = names;
  const begin = (): string => addressOf(right, columns, columnsFrom, way, tensors, writer);
  const from = part.from ?? "0";
  const call = (name: string, address: string, pitch: string): readonly string[] => [
    `${name}(${columnCount}, ${part.steps}, ${address}, ${pitch}, ${part.panel});`,
  ];
  switch (copy.how) {
    case "none":
      return [];
    case "elements":
      return elementLines(way, names, part, writer);
    case "turned panels":
      return acrossLines(way, names, part, writer);
    case "turned": {
      const address = from === "0" ? begin() : `${begin()} + ${from}`;
      return call("tw_turn", address, writer.extent(copy.pitch).text);
    }
    case "rows": {
      const pitch = writer.extent(copy.pitch).text;
      const address = from === "0" ? begin() : `${begin()} + ${from} * ${pitch}`;
      return call("tw_copy_rows", address, pitch);
    }
  }
}

/** Element by element, and zeros where there is no column. */
function elementLines(
  way: Product,
  { columnsFrom, columnCount }: TileNames,
  { from, steps, panel }: PanelPart,
  writer: ExpressionWriter,
): readonly string[] {
  const column = writer.axis(way.columns);
  const own = `${panel}[t * TW_PANEL + ${column} - ${columnsFrom}]`;
  const end = `${columnsFrom} + ${columnCount}`;
  return loop("t", steps, [
    ...axesAt(way, from === undefined ? "t" : `${from} + t`, writer),
    ...loop(column, end, [`${own} = ${writer.scalar(way.right).text};`], { from: columnsFrom }),
    ...loop(column, `${columnsFrom} + TW_PANEL`, [`${own} = 0.0f;`], { from: end }),
  ]);
}

/** In blocks that are transposed, out of panels that are stretches of the sum. */
function acrossLines(
  { right }: Product,
  { columnsFrom, columnCount }: TileNames,
  { from, steps, panel }: PanelPart,
  writer: ExpressionWriter,
): readonly string[] {
  const length = writer.extent(writer.tensorOf(right.tensor).shape[1] ?? 1).text;
  const at = from === undefined ? "t" : `(${from} + t)`;
  const address = `${writer.tensor(right.tensor)} + ${at} * ${length} + ${columnsFrom} * TW_PANEL`;
  return loop("t", steps, [
    `tw_turn(${columnCount}, tw_least(TW_PANEL, ${steps} - t), ${address}, TW_PANEL, ${panel} + t * TW_PANEL);`,
  ], { step: "TW_PANEL" });
}
