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
import { fromListLines, makingLines, skippingLines } from "./zero_lists.ts";

/** A kernel's functions; programs that run equal kernels in equal shares use one. */
export interface KernelEntry {
  readonly plan: KernelPlan;
  readonly id: string;
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

/** A function of a kernel: its head, what it reads of the module, and its body. */
function functionLines(
  id: string,
  about: readonly string[],
  kernel: Kernel,
  write: (writer: ExpressionWriter) => readonly string[],
  { names, at, dims }: TextPlace,
): { readonly lines: readonly string[]; readonly given: readonly Given[] } {
  const writer = new ExpressionWriter(kernel, names);
  const body = write(writer);
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
  const parameters = [
    "struct tw_thread *thread",
    ...given.map((each) => `${each.type} ${each.id}`),
  ];
  return {
    given,
    lines: [
      ...comment(about),
      ...block(`static void ${id}(${parameters.join(", ")})`, [...fixed, ...tensors, ...body]),
    ],
  };
}

/** A kernel's functions, and what each of them is given. */
export function kernelLines(entry: KernelEntry, place: TextPlace): {
  readonly lines: readonly string[];
  readonly given: readonly Given[];
} {
  const { id, plan: { kernel, form, split }, lists } = entry;
  const about = [signatureOf(kernel), ...kernel.formula.split("\n")];
  if (form.kind === "loops") {
    return functionLines(
      id,
      about,
      kernel,
      (writer) => loopLines(kernel, form.loops, split, writer),
      place,
    );
  }
  const { way } = form;
  if (lists === undefined) {
    return functionLines(
      id,
      about,
      kernel,
      (writer) => productLines(kernel, way, split, writer),
      place,
    );
  }
  const { slot } = lists;
  const making = functionLines(
    lists.making,
    [`Lists what is not zero in ${way.left.tensor}, row by row.`],
    kernel,
    (writer) => {
      everyGiven(kernel, way, writer);
      return makingLines(way, slot, { axis: way.rows }, writer);
    },
    place,
  );
  const from = functionLines(
    lists.from,
    [`${kernel.name} from the lists of what is not zero.`],
    kernel,
    (writer) => {
      everyGiven(kernel, way, writer);
      return fromListLines(kernel, way, slot, split, writer);
    },
    place,
  );
  const dense = functionLines(id, about, kernel, (writer) => {
    everyGiven(kernel, way, writer);
    const passed = from.given.map(({ id }) => `, ${id}`).join("");
    return [
      ...skippingLines(way, slot, `${lists.from}(thread${passed})`, writer),
      ...productLines(kernel, way, split, writer),
    ];
  }, place);
  return {
    given: dense.given,
    lines: [...making.lines, "", ...from.lines, "", ...dense.lines],
  };
}

/** Notes all that any of a kernel's functions is given, so that all are given the same. */
function everyGiven(kernel: Kernel, way: Product, writer: ExpressionWriter): void {
  for (const axis of [...kernel.parallel, ...way.sum]) writer.extent(axis.extent);
  for (const { shape } of kernel.tensors) shape.forEach((extent) => writer.extent(extent));
  for (const scalar of scalarsIn(kernel.stages)) {
    if (scalar.kind === "uniform") writer.scalar(scalar);
  }
}
