/**
 * Frame `contract`: a function per size of tile, and one that covers the result with tiles.
 *
 * @module
 */
import type { Axis } from "../../kernel/index_expr.ts";
import type { Kernel } from "../../kernel/kernel.ts";
import type { Form } from "./contraction.ts";
import { writeDotColumns } from "./dot_form.ts";
import type { Identifiers } from "./identifiers.ts";
import { beginFunction, callFunction, type ModuleNames } from "./kernel_function.ts";
import { writeOuterRows } from "./outer_form.ts";
import { nest, span } from "./span.ts";
import { DOT_WIDTHS, heightsFor } from "./tiles.ts";
import { BLANK, type Wat } from "./wat.ts";

/** How a form divides the result among functions. */
interface Strips {
  /** The axis whose stretches are divided among functions. */
  readonly axis: Axis;
  readonly sizes: readonly number[];
  readonly what: string;
  readonly write: typeof writeOuterRows;
}

const STRIPS: { readonly [Kind in Form["kind"]]: (form: Form) => Strips } = {
  outer: ({ contraction: { m } }) => ({
    axis: m,
    sizes: heightsFor(m.extent),
    what: "rows",
    write: writeOuterRows,
  }),
  dot: ({ contraction: { n } }) => ({
    axis: n,
    sizes: DOT_WIDTHS,
    what: "columns",
    write: writeDotColumns,
  }),
};

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
  shared: Axis | undefined,
): readonly Wat[] {
  const { contraction } = form;
  const strips = STRIPS[form.kind](form);
  const axes = [...contraction.batch, strips.axis];
  // A function of a strip is given its place along the strips' axis: it shares out another one.
  const inside = axes.some(({ name }) => name === shared?.name) ? undefined : shared;
  const functions = strips.sizes.filter((_, at) => isNeeded(strips, at)).map((size) => {
    const own = identifiers.fresh(`${id.slice(1)}.${strips.what}_${size}`);
    return { id: own, size, text: strips.write(own, kernel, contraction, size, module, inside) };
  });
  const caller = beginFunction(id, kernel, [], module, shared);
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
  ];
}
