/** The functions of a kernel: its formula, what it reads of the module, and its body. @module */
import { scalarsIn, storesIn } from "../../kernel/access.ts";
import type { Kernel } from "../../kernel/kernel.ts";
import { signatureOf } from "../../kernel/print.ts";
import { ExpressionWriter, type ModuleNames } from "./expression.ts";
import type { KernelPlan } from "./kernel_plan.ts";
import { ELEMENT_TYPE, SCALAR_TYPE } from "./language.ts";
import { block, comment } from "./lines.ts";
import { loopLines } from "./loop_kernel.ts";
import type { Product } from "./product.ts";
import { productLines } from "./product_kernel.ts";
import { resultLines, resultParameters, type ResultsFunction } from "./tile_results.ts";
import { fromListLines, makingLines, skippingLines } from "./zero_lists.ts";

/** A kernel's functions; programs that run equal kernels in equal shares use one. */
export interface KernelEntry {
  readonly plan: KernelPlan;
  readonly id: string;
  /** The function of a product that takes the sums of a tile. */
  readonly results?: string;
  /** The functions of a product that may skip zeros. */
  readonly lists?: { readonly making: string; readonly from: string; readonly slot: number };
}

/** What is the same for all functions of a text. */
export interface TextPlace {
  readonly names: ModuleNames;
  /** Constants that name tensors and dims. */
  readonly at: ReadonlyMap<string, string>;
  readonly dims: ReadonlyMap<string, string>;
}

/** A value that a kernel's function is given. */
export interface Given {
  readonly name: string;
  readonly id: string;
  readonly type: string;
}

/** What a kernel's functions take besides their thread: call dims, then uniforms. */
function givenOf(
  kernel: Kernel,
  writer: ExpressionWriter,
  callDims: ReadonlySet<string>,
): readonly Given[] {
  const types = new Map(
    scalarsIn(kernel.stages).flatMap((scalar) =>
      scalar.kind === "uniform" ? [[scalar.name, SCALAR_TYPE[scalar.type]] as const] : []
    ),
  );
  return [...writer.given].sort().map((name) =>
    callDims.has(name)
      ? { name, id: writer.ids.of("dim", name), type: "tw_size" }
      : { name, id: writer.ids.of("uniform", name), type: types.get(name) ?? "float" }
  );
}

/** A function as it is to be written. */
interface FunctionText {
  readonly id: string;
  readonly about: readonly string[];
  readonly body: (writer: ExpressionWriter) => readonly string[];
  /** What it takes besides its thread and what all functions of its kernel are given. */
  readonly parameters?: (writer: ExpressionWriter) => readonly string[];
  /** True if it is written out wherever it is called. */
  readonly inline?: boolean;
}

interface WrittenFunction {
  readonly lines: readonly string[];
  readonly given: readonly Given[];
}

/** A function of a kernel: its head, what it reads of the module, and its body. */
function functionLines(
  { id, about, body, parameters, inline = false }: FunctionText,
  { kernel, form }: KernelPlan,
  { names, at, dims }: TextPlace,
): WrittenFunction {
  const writer = new ExpressionWriter(kernel, names);
  // All functions of a product are given the same.
  if (form.kind === "product") everyGiven(kernel, form.way, writer);
  const lines = body(writer);
  const given = givenOf(kernel, writer, names.callDims);
  const stored = new Set(storesIn(kernel.stages).map(({ tensor }) => tensor));
  const fixed = [...writer.dims].map((name) =>
    `const tw_size ${writer.ids.of("dim", name)} = thread->module->dim[${dims.get(name)}];`
  );
  const tensors = kernel.tensors.filter(({ name }) => writer.touched.has(name)).map(
    ({ name, dtype }) => {
      const type = `${stored.has(name) ? "" : "const "}${ELEMENT_TYPE[dtype]}`;
      return `${type} *const restrict ${writer.ids.of("tensor", name)} = tw_at(thread->module, ${
        at.get(name)
      });`;
    },
  );
  const all = [
    "struct tw_thread *thread",
    ...given.map((each) => `${each.type} ${each.id}`),
    ...parameters?.(writer) ?? [],
  ];
  const head = `${inline ? "TW_ALWAYS" : "static"} void ${id}(${all.join(", ")})`;
  return { given, lines: [...comment(about), ...block(head, [...fixed, ...tensors, ...lines])] };
}

/** A kernel's functions, and what each of them is given. */
export function kernelLines(entry: KernelEntry, place: TextPlace): WrittenFunction {
  const { id, plan } = entry;
  const { kernel, form, split } = plan;
  const about = [signatureOf(kernel), ...kernel.formula.split("\n")];
  if (form.kind === "product") return productFunctions(entry, form.way, about, place);
  const body = (writer: ExpressionWriter) => loopLines(kernel, form.loops, split, writer);
  return functionLines({ id, about, body }, plan, place);
}

function productFunctions(
  { id, plan, lists, results = `${id}_results` }: KernelEntry,
  way: Product,
  about: readonly string[],
  place: TextPlace,
): WrittenFunction {
  const { kernel, split } = plan;
  const { lines: resultText, given } = functionLines(
    {
      id: results,
      about: [`What becomes of the sums of a tile of ${kernel.name}.`],
      body: (writer) => resultLines(kernel, way, writer),
      parameters: (writer) => resultParameters(way, writer),
      inline: true,
    },
    plan,
    place,
  );
  const passed: ResultsFunction = { id: results, given: given.map((each) => each.id) };
  const listText = lists === undefined ? [] : listFunctions(lists, plan, way, passed, place);
  const call = ["thread", ...passed.given].join(", ");
  const { lines } = functionLines(
    {
      id,
      about,
      body: (writer) => [
        ...(lists === undefined
          ? []
          : skippingLines(way, lists.slot, `${lists.from}(${call})`, writer)),
        ...productLines(kernel, way, split, passed, writer),
      ],
    },
    plan,
    place,
  );
  return { given, lines: [...resultText, "", ...listText, ...lines] };
}

/** The functions that skip zeros. */
function listFunctions(
  { making, from, slot }: NonNullable<KernelEntry["lists"]>,
  plan: KernelPlan,
  way: Product,
  results: ResultsFunction,
  place: TextPlace,
): readonly string[] {
  const { kernel, split } = plan;
  const makingText = functionLines(
    {
      id: making,
      about: [`Lists what is not zero in ${way.left.tensor}, row by row.`],
      body: (writer) => makingLines(way, slot, { axis: way.rows }, writer),
    },
    plan,
    place,
  );
  const fromText = functionLines(
    {
      id: from,
      about: [`${kernel.name} from the lists of what is not zero.`],
      body: (writer) => fromListLines(kernel, way, slot, split, results, writer),
    },
    plan,
    place,
  );
  return [...makingText.lines, "", ...fromText.lines, ""];
}

/** Notes all that any of a kernel's functions is given, so that all are given the same. */
function everyGiven(kernel: Kernel, way: Product, writer: ExpressionWriter): void {
  for (const axis of [...kernel.parallel, ...way.sum]) writer.extent(axis.extent);
  for (const { shape } of kernel.tensors) shape.forEach((extent) => writer.extent(extent));
  for (const scalar of scalarsIn(kernel.stages)) {
    if (scalar.kind === "uniform") writer.scalar(scalar);
  }
}
