/**
 * Products that skip the zeros of their left operand.
 *
 * For each row of the result there is a list of the steps at which the left operand is not 0. A row of the
 * result adds up, over its list, the value times a row of the right operand: in the order of the steps, so to
 * the same bits as tiles do, since a zero adds nothing to a sum of finite numbers. Several panels go side by
 * side, as one sum alone would wait for itself.
 *
 * @module
 */
import { type Extent, product, showExtent } from "../../../dsl/dim.ts";
import type { Tensors } from "../../kernel/access.ts";
import type { Kernel } from "../../kernel/kernel.ts";
import type { ExpressionWriter } from "./expression.ts";
import { block, comment, loop } from "./lines.ts";
import { bounds, type Stretch } from "./loop_kernel.ts";
import { copyLines } from "./panel_copy.ts";
import type { Product } from "./product.ts";
import { stepsOf, tileNames } from "./tile_loops.ts";
import { resultCalls, type ResultsFunction } from "./tile_results.ts";

/** The memory of the lists of one operand. */
export interface ZeroLists {
  /** Equal for lists that may share their memory. */
  readonly name: string;
  readonly rows: Extent;
  /** Entries that each list has room for. */
  readonly room: Extent;
}

/** The lists that a product makes. */
export function listsOf({ left, rows, sum }: Product): ZeroLists {
  const room = product(sum.map(({ extent }) => extent));
  return {
    name: `nonzeros of ${left.tensor}, ${showExtent(rows.extent)} lists of ${showExtent(room)}`,
    rows: rows.extent,
    room,
  };
}

/** Where the lists lie: behind the numbers of their entries. */
function listLines(way: Product, slot: number, writer: ExpressionWriter): readonly string[] {
  const rows = writer.extent(way.rows.extent).text;
  return [
    `tw_size *const counts = (tw_size *)thread->module->slot[${slot}].data;`,
    `struct tw_entry *const lists = (struct tw_entry *)(counts + ${rows});`,
  ];
}

/** The body of the function that makes the lists of a stretch of rows. */
export function makingLines(
  way: Product,
  slot: number,
  shared: Stretch,
  writer: ExpressionWriter,
): readonly string[] {
  const { rows, sum, left } = way;
  const row = writer.axis(rows);
  const steps = stepsOf(way, writer);
  const [k] = sum;
  if (k === undefined) throw new Error("a sum over nothing has no zeros");
  const step = writer.axis(k);
  const { from, to } = bounds(rows, shared, writer);
  return [
    ...listLines(way, slot, writer),
    ...loop(row, to, [
      `struct tw_entry *const list = lists + ${row} * ${steps};`,
      "tw_size count = 0;",
      ...loop(step, steps, [
        `const float value = ${writer.scalar(left).text};`,
        // Written in any case: a branch on data costs more.
        `list[count] = (struct tw_entry){(uint32_t)(${step} * TW_PANEL), value};`,
        "count += value != 0.0f;",
      ]),
      `counts[${row}] = count;`,
    ], { from }),
  ];
}

/** What a product begins with: where the lists are short, it leaves with their result. */
export function skippingLines(
  way: Product,
  slot: number,
  call: string,
  writer: ExpressionWriter,
): readonly string[] {
  const rows = writer.extent(way.rows.extent).text;
  return [
    ...comment(["Where at least half of the values are zero, zeros are skipped."]),
    ...block("if (thread->module->skip_zeros)", [
      `const tw_size *const counts = (const tw_size *)thread->module->slot[${slot}].data;`,
      "tw_size total = 0;",
      ...loop("row", rows, ["total += counts[row];"]),
      ...block(`if (2 * total <= ${rows} * ${stepsOf(way, writer)})`, [`${call};`, "return;"]),
    ]),
  ];
}

/** The body of the function that computes a product from its lists. */
export function fromListLines(
  kernel: Kernel,
  way: Product,
  slot: number,
  shared: Stretch | undefined,
  results: ResultsFunction,
  writer: ExpressionWriter,
): readonly string[] {
  const { rows, columns, right, inPanels } = way;
  const tensors: Tensors = new Map(kernel.tensors.map((tensor) => [tensor.name, tensor]));
  const names = tileNames(way, writer);
  const { columnsFrom, columnCount, rowsFrom, rowCount } = names;
  const steps = stepsOf(way, writer);
  const group = writer.ids.of("local", `${columns.name} group`);
  const { from, to } = bounds(columns, shared, writer);
  const stretch = bounds(rows, shared, writer);
  const panels = (body: readonly string[]) =>
    loop("p", "group", [
      `const tw_size ${columnsFrom} = ${group} + p * TW_PANEL;`,
      `const tw_size ${columnCount} = tw_least(TW_PANEL, ${to} - ${columnsFrom});`,
      ...body,
    ]);
  const copy = copyLines(way, tensors, names, {
    from: undefined,
    steps,
    panel: "copy",
  }, writer);
  const panel = inPanels ? `${writer.tensor(right.tensor)} + ${group} * ${steps}` : "thread->panel";
  return [
    ...listLines(way, slot, writer),
    "float *const sums = thread->sums;",
    ...loop(group, to, [
      `const tw_size group = tw_least(TW_GROUP, (${to} - ${group} + TW_PANEL - 1) / TW_PANEL);`,
      ...(inPanels ? [] : panels([
        `float *const copy = thread->panel + p * ${steps} * TW_PANEL;`,
        ...copy,
      ])),
      ...loop(rowsFrom, stretch.to, [
        `const tw_size ${rowCount} = 1;`,
        `tw_row(group, counts[${rowsFrom}], lists + ${rowsFrom} * ${steps}, ${panel},`,
        `       ${steps} * TW_PANEL, sums);`,
        ...panels(resultCalls(way, results, names, "sums + p * TW_PANEL", writer)),
      ], { from: stretch.from }),
    ], { from, step: "TW_GROUP * TW_PANEL" }),
  ];
}
