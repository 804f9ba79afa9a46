/**
 * Products that skip the zeros of their left operand.
 *
 * For each row of the result there is a list of the steps at which the left operand is not 0. A row of the
 * result adds up, over its list, the value times a row of the right operand: in the order of the steps, so to
 * the same bits as tiles do, since a zero adds nothing to a sum of finite numbers. Several panels go side by
 * side, as one sum alone would wait for itself; and a part of the sum at a time, whose rows of the panels fit
 * into the nearest cache, where all rows of the result find them.
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
import { fetchLines, stepsOf, tileNames } from "./tile_loops.ts";
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

/** Where the lists lie: behind the numbers that say where in a list each part of the sum ends. */
function listLines(way: Product, slot: number, writer: ExpressionWriter): readonly string[] {
  const rows = writer.extent(way.rows.extent).text;
  return [
    `const tw_size parts = tw_parts(${stepsOf(way, writer)});`,
    `tw_size *const ends = (tw_size *)thread->module->slot[${slot}].data;`,
    `struct tw_entry *const lists = (struct tw_entry *)(ends + ${rows} * parts);`,
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
      ...loop("part", "parts", [
        `const tw_size end = tw_least(${steps}, (part + 1) * TW_PART);`,
        ...loop(step, "end", [
          `const float value = ${writer.scalar(left).text};`,
          // Written in any case: a branch on data costs more.
          `list[count] = (struct tw_entry){(uint32_t)(${step} * TW_PANEL), value};`,
          "count += value != 0.0f;",
        ], { from: "part * TW_PART" }),
        `ends[${row} * parts + part] = count;`,
      ]),
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
      `const tw_size parts = tw_parts(${stepsOf(way, writer)});`,
      `const tw_size *const ends = (const tw_size *)thread->module->slot[${slot}].data;`,
      "tw_size total = 0;",
      ...loop("row", rows, ["total += ends[row * parts + parts - 1];"]),
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
  const { rows, columns, right, copy: { how } } = way;
  const tensors: Tensors = new Map(kernel.tensors.map((tensor) => [tensor.name, tensor]));
  const names = tileNames(way, writer);
  const { columnsFrom, columnCount, rowsFrom, rowCount } = names;
  const steps = stepsOf(way, writer);
  const group = writer.ids.of("local", `${columns.name} group`);
  const { from, to } = bounds(columns, shared, writer);
  const stretch = bounds(rows, shared, writer);
  const panels = (body: readonly string[]) =>
    loop("p", "group", [`const tw_size ${columnsFrom} = ${group} + p * TW_PANEL;`, ...body]);
  const count = `const tw_size ${columnCount} = tw_least(TW_PANEL, ${to} - ${columnsFrom});`;
  const copy = copyLines(way, tensors, names, { from: undefined, steps, panel: "copy" }, writer);
  const panel = how === "none"
    ? `${writer.tensor(right.tensor)} + ${group} * ${steps}`
    : "thread->panel";
  const rowAt = stretch.from === "0" ? rowsFrom : `(${rowsFrom} - ${stretch.from})`;
  const ahead = { from: `(${rowsFrom} + TW_AHEAD)`, count: "1" };
  const fetch = fetchLines(way, columnsFrom, ahead, writer);
  const rowLines = [
    `const tw_size ${rowCount} = 1;`,
    `const tw_size *const end = ends + ${rowsFrom} * parts + part;`,
    "const tw_size begin = part == 0 ? 0 : end[-1];",
    `float *const tile = sums + (parts > 1 ? ${rowAt} * TW_GROUP * TW_PANEL : 0);`,
    ...(fetch.length === 0 ? [] : block("if (part + 1 == parts)", panels(fetch))),
    ...[
      `tw_row(group, part > 0, end[0] - begin, lists + ${rowsFrom} * ${steps} + begin, ${panel},`,
      `       ${steps} * TW_PANEL, tile);`,
    ].map((line) => writer.mark(line, way.provenance)),
    "if (part + 1 < parts) continue;",
    ...panels([count, ...resultCalls(way, results, names, "tile + p * TW_PANEL", writer)]),
  ];
  return [
    ...listLines(way, slot, writer),
    "float *const sums = thread->sums;",
    ...loop(group, to, [
      `const tw_size group = tw_least(TW_GROUP, (${to} - ${group} + TW_PANEL - 1) / TW_PANEL);`,
      ...(how === "none" ? [] : panels([
        count,
        `float *const copy = thread->panel + p * ${steps} * TW_PANEL;`,
        ...copy,
      ])),
      ...loop("part", "parts", [
        ...comment(["Of every row: while this part of the panels is in the nearest caches."]),
        ...loop(rowsFrom, stretch.to, rowLines, { from: stretch.from }),
      ]),
    ], { from, step: "TW_GROUP * TW_PANEL" }),
  ];
}
