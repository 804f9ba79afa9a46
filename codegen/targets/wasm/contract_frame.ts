/**
 * Frame `contract`: a function per size of tile, and one that covers the result with tiles.
 *
 * @module
 */
import type { Axis } from "../../kernel/index_expr.ts";
import type { Split } from "./kernel_plan.ts";
import type { Kernel } from "../../kernel/kernel.ts";
import type { Form } from "./contraction.ts";
import { writeDotColumns } from "./dot_form.ts";
import type { Identifiers } from "./identifiers.ts";
import {
  beginFunction,
  callFunction,
  type KernelFunction,
  type ModuleNames,
} from "./kernel_function.ts";
import { writeOuterColumns, writeOuterRows } from "./outer_form.ts";
import { nest, span } from "./span.ts";
import { DOT_WIDTHS, heightsFor, OUTER_WIDTHS } from "./tiles.ts";
import { BLANK, block, comment, form as wat, get, i32, type Wat } from "./wat.ts";
import { writeFromLists } from "./zero_form.ts";
import { writeLists } from "./zero_lists.ts";

/** How a form divides the result among functions. */
interface Strips {
  /** The axis whose stretches are divided among functions. */
  readonly axis: Axis;
  readonly sizes: readonly number[];
  readonly what: string;
  readonly write: typeof writeOuterRows;
}

function stripsOf({ kind, strips, contraction: { m, n } }: Form): Strips {
  const rows = { axis: m, sizes: heightsFor(m.extent), what: "rows" };
  if (kind === "dot") {
    return { axis: n, sizes: DOT_WIDTHS, what: "columns", write: writeDotColumns };
  }
  return strips === "m"
    ? { ...rows, write: writeOuterRows }
    : { axis: n, sizes: OUTER_WIDTHS, what: "columns", write: writeOuterColumns };
}

/** True if stretches of these sizes, largest first, ever need the one at `at`. */
function isNeeded({ axis, sizes }: Strips, at: number): boolean {
  if (typeof axis.extent !== "number") return true;
  const left = sizes.slice(0, at).reduce((rest, size) => rest % size, axis.extent);
  return left >= (sizes[at] ?? Infinity);
}

/** The functions of a contraction. */
export function writeContractFrame(
  id: string,
  kernel: Kernel,
  form: Form,
  comments: readonly string[],
  module: ModuleNames,
  identifiers: Identifiers,
  shared: Split | undefined,
): readonly Wat[] {
  const { contraction } = form;
  const strips = stripsOf(form);
  const axes = [...contraction.batch, strips.axis];
  // A function of a strip is given its place along the strips' axis: it shares out another one.
  const inside = axes.some(({ name }) => name === shared?.axis.name) ? undefined : shared;
  const functions = strips.sizes.filter((_, at) => isNeeded(strips, at)).map((size) => {
    const own = identifiers.fresh(`${id.slice(1)}.${strips.what}_${size}`);
    return { id: own, size, text: strips.write(own, kernel, contraction, size, module, inside) };
  });
  const caller = beginFunction(id, kernel, [], module, shared);
  const skipping = form.skipsZeros
    ? writeSkipping(id, kernel, form, caller, shared, module, identifiers)
    : [];
  nest(caller.scope, contraction.batch, [], (turn) =>
    span(
      turn,
      strips.axis,
      [],
      functions.map(({ id: callee, size }) => ({
        step: size,
        body: (scope) =>
          caller.fn.emit(callFunction(callee, caller, inside !== undefined, axes, scope)),
      })),
    ));
  return [
    ...caller.fn.build(comments),
    ...functions.flatMap(({ text }) => [BLANK, ...text]),
    ...skipping,
  ];
}

/** Makes lists of what is not zero, and leaves with their result if they are short. */
function writeSkipping(
  id: string,
  kernel: Kernel,
  form: Form,
  caller: KernelFunction,
  shared: Split | undefined,
  module: ModuleNames,
  identifiers: Identifiers,
): readonly Wat[] {
  const { fn, scope, passed, stretch } = caller;
  const { contraction } = form;
  const [from, to] = stretch;
  const lists = identifiers.fresh(`${id.slice(1)}.list_nonzeros`);
  const fromLists = identifiers.fresh(`${id.slice(1)}.from_lists`);
  const args = [...passed, ...stretch].map(get);
  const rows = from !== undefined && to !== undefined
    ? wat("i32.sub", get(to), get(from))
    : scope.sizes.value(contraction.m.extent);
  const all = wat("i32.mul", rows, scope.sizes.value(contraction.k.extent));
  const isShort = wat("i32.le_u", wat("i32.shl", wat(`call ${lists}`, ...args), i32(1)), all);
  fn.emit(
    comment("Where at least half of the values are zero, zeros are skipped."),
    block("if", [
      wat("global.get $skip_zeros"),
      block("then", [
        block("if", [
          isShort,
          block("then", [wat(`call ${fromLists}`, ...args), wat("return")]),
        ]),
      ]),
    ]),
  );
  return [
    BLANK,
    ...writeLists(lists, kernel, contraction, module, shared),
    BLANK,
    ...writeFromLists(fromLists, kernel, form, module, shared),
  ];
}
