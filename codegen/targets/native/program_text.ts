/** The functions of programs. @module */
import type { Axis } from "../../kernel/index_expr.ts";
import { printExtent } from "../../typescript/extent.ts";
import type { KernelPlan } from "./kernel_plan.ts";
import type { Given, KernelEntry, TextPlace } from "./kernel_text.ts";
import { Identifiers } from "./language.ts";
import { block, comment } from "./lines.ts";
import type { PlannedKernel, PlannedProgram } from "./module_plan.ts";

/** A kernel's functions and what they are given. */
export interface WrittenKernel extends KernelEntry {
  readonly given: readonly Given[];
}

/** The values that a program's function reads: of its call, and of the module. */
class Values {
  readonly #given = new Set<string>();
  readonly #fixed = new Set<string>();
  readonly #ids: Identifiers;
  readonly #planned: PlannedProgram;
  readonly #place: TextPlace;

  constructor(planned: PlannedProgram, place: TextPlace) {
    this.#planned = planned;
    this.#place = place;
    this.#ids = new Identifiers(place.names.functions.all());
  }

  /** A value by name. */
  of(name: string): string {
    const { uniforms } = this.#planned.program;
    const isGiven = uniforms.some((uniform) => uniform.name === name);
    (isGiven ? this.#given : this.#fixed).add(name);
    return this.#ids.of("local", name);
  }

  extent({ extent }: Axis): string {
    return printExtent(extent, (name) => this.of(name));
  }

  /** Where they come from. */
  lines(): readonly string[] {
    const { dims, names: { callDims } } = this.#place;
    const given = this.#planned.program.uniforms.flatMap(({ name, type }, at) => {
      if (!this.#given.has(name)) return [];
      const id = this.#ids.of("local", name);
      if (type === "f32") return [`const float ${id} = given[${at}].f;`];
      return [`const ${callDims.has(name) ? "tw_size" : "uint32_t"} ${id} = given[${at}].u;`];
    });
    const fixed = [...this.#fixed].map((name) =>
      `const tw_size ${this.#ids.of("local", name)} = thread->module->dim[${dims.get(name)}];`
    );
    return [...given, ...fixed];
  }
}

/** The function of a program: for each kernel, whether this thread has a share of it, and the call. */
export function programLines(
  planned: PlannedProgram,
  id: string,
  writtenOf: (plan: KernelPlan) => WrittenKernel,
  place: TextPlace,
): readonly string[] {
  const values = new Values(planned, place);
  const calls = planned.kernels.flatMap((kernel, number) =>
    callLines(kernel, number, writtenOf(kernel.plan), values)
  );
  return [
    ...comment([`Program ${planned.program.name}: what a thread does.`]),
    ...block(`static void ${id}(struct tw_thread *thread, const union tw_given *given)`, [
      ...values.lines(),
      ...calls,
    ]),
  ];
}

function callLines(
  { plan: { split, form }, meets }: PlannedKernel,
  number: number,
  { id, given, lists }: WrittenKernel,
  values: Values,
): readonly string[] {
  const args = ["thread", ...given.map(({ name }) => values.of(name))].join(", ");
  const making = lists === undefined || form.kind !== "product" ? [] : block(
    "if (thread->module->skip_zeros)",
    [
      `if (tw_shares(thread, ${number}, ${
        values.extent(form.way.rows)
      }, TW_ROWS)) ${lists.making}(${args});`,
      "tw_meet(thread);",
    ],
  );
  const share = split === undefined
    ? `tw_alone(thread, ${number})`
    : `tw_shares(thread, ${number}, ${values.extent(split.axis)}, ${split.grain})`;
  return [
    ...(meets ? ["tw_meet(thread);"] : []),
    ...making,
    `if (${share}) ${id}(${args});`,
  ];
}
