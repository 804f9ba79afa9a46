/** What a text says of its memory when it is loaded, and of every kernel that would leave it. @module */
import { product } from "../../../dsl/dim.ts";
import { elementsIn } from "../../kernel/access.ts";
import type { Kernel, PlannedTensor } from "../../kernel/kernel.ts";
import { ELEMENT_BYTES } from "../../kernel/storage.ts";
import { ExpressionWriter } from "./expression.ts";
import type { KernelPlan } from "./kernel_plan.ts";
import type { TextPlace } from "./kernel_text.ts";
import { quote } from "./language.ts";
import { block, comment } from "./lines.ts";
import type { ModulePlan } from "./module_plan.ts";
import type { Product } from "./product.ts";
import { reachOf } from "./reach.ts";
import { isDeep, stepsOf } from "./tile_loops.ts";

/** The function that lays a module out. */
export function layOutLines(
  plan: ModulePlan,
  kernels: readonly KernelPlan[],
  place: TextPlace,
): readonly string[] {
  const { module, lists } = plan;
  const writer = new ExpressionWriter(asKernel(module.tensors), place.names);
  const tensors = module.tensors.map((tensor) => tensorLine(tensor, writer, place));
  const slots = lists.map(({ name, rows, room }, at) => [
    ...comment([name]),
    `module->slot[${module.slots.length + at}].bytes = tw_list_bytes(${writer.extent(rows).text}, ${
      writer.extent(room).text
    });`,
  ]).flat();
  const checks = [...new Set(kernels.flatMap((each) => reachLines(each, writer, place)))];
  const needs = kernels.flatMap(({ form }) =>
    form.kind === "product" ? [needLine(form.way, writer)] : []
  );
  const dims = [...writer.dims, ...writer.given].map((name) =>
    `const tw_size ${writer.ids.of("dim", name)} = module->dim[${place.dims.get(name)}];`
  );
  return block("static void lay_out(struct tw_module *module)", [
    ...dims,
    ...tensors,
    ...slots,
    ...comment(["How far each kernel reaches into what it touches."]),
    ...checks,
    ...[...new Set(needs)],
  ]);
}

/** All tensors of a module, as one kernel would have them. */
function asKernel(tensors: readonly PlannedTensor[]): Kernel {
  return {
    name: "the module",
    layer: "",
    formula: "",
    tensors: tensors.map(({ name, dtype, shape }) => ({ name, dtype, shape, access: "read" })),
    parallel: [],
    stages: [],
    schedule: { frame: "map", workgroup: 1 },
  };
}

function tensorLine(
  { name, dtype, shape, slot }: PlannedTensor,
  writer: ExpressionWriter,
  { at }: TextPlace,
): string {
  const head = `module, ${at.get(name)}, ${quote(name)}`;
  if (writer.isInPanels(name)) {
    const [rows, columns] = shape.map((extent) => writer.extent(extent).text);
    return `tw_panels_of(${head}, ${slot}, ${rows}, ${columns});`;
  }
  const elements = writer.extent(product(shape)).text;
  return `tw_rows_of(${head}, ${ELEMENT_BYTES[dtype]}, ${slot}, ${elements});`;
}

function reachLines(
  { kernel }: KernelPlan,
  writer: ExpressionWriter,
  { at }: TextPlace,
): readonly string[] {
  return elementsIn(kernel.stages).map(({ tensor, index }) =>
    `tw_reaches(module, ${quote(kernel.name)}, ${at.get(tensor)}, ${
      reachOf(tensor, index, writer)
    });`
  );
}

/** What a product needs of a thread's own memory. */
function needLine(way: Product, writer: ExpressionWriter): string {
  const steps = stepsOf(way, writer);
  const rows = writer.extent(way.rows.extent).text;
  const panel = way.copy.how === "none"
    ? "0"
    : way.skipsZeros
    ? `TW_GROUP * TW_PANEL * ${atom(steps)}`
    : `TW_PANEL * tw_least(TW_DEPTH, ${steps})`;
  const left = way.stride === undefined ? "TW_ROWS * TW_DEPTH" : "0";
  const tile = "TW_PANEL * (TW_ROWS > TW_GROUP ? TW_ROWS : TW_GROUP)";
  const sums = way.skipsZeros
    ? `TW_GROUP * TW_PANEL * ${rows} + ${tile}`
    : isDeep(way)
    ? `TW_PANEL * tw_round_up(${rows}, TW_ROWS) + ${tile}`
    : tile;
  return `tw_needs(module, ${panel}, ${left}, ${sums});`;
}

const atom = (text: string): string => text.includes(" ") ? `(${text})` : text;
