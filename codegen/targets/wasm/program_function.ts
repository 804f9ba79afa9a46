/**
 * A thread's share of a program: the stretches of axes that are its own, and a call per kernel.
 *
 * @module
 */
import { extentKey, showExtent } from "../../../dsl/dim.ts";
import type { Kernel, Program } from "../../kernel/kernel.ts";
import { FunctionBuilder } from "./function_builder.ts";
import type { Split } from "./kernel_plan.ts";
import { type ModuleNames, parametersOf } from "./kernel_function.ts";
import { WASM_TYPE } from "./scalar_ops.ts";
import type { Phase, SharedKernel } from "./share_out.ts";
import { Sizes } from "./sizes.ts";
import { add, block, form, get, i32, type Local, type Wat } from "./wat.ts";

/** The stretch of an axis that is a thread's own. */
interface Stretch {
  readonly from: Local;
  readonly to: Local;
}

/** The function that computes a thread's share, and all that its parts refer to. */
interface Place {
  readonly fn: FunctionBuilder;
  readonly sizes: Sizes;
  readonly thread: Local;
  readonly params: ReadonlyMap<string, Local>;
}

/** Computes the stretch of each axis that kernels are cut along. */
function writeStretches(phases: readonly Phase[], place: Place): ReadonlyMap<string, Stretch> {
  const { fn, sizes, thread } = place;
  const stretches = new Map<string, Stretch>();
  for (const { split } of phases.flat()) {
    if (split === undefined || stretches.has(extentKey(split.axis.extent))) continue;
    const { axis, grain } = split;
    const key = extentKey(axis.extent);
    const name = showExtent(axis.extent).replaceAll("·", "_x_");
    const label = /^\d/.test(name) ? `of_${name}` : name;
    const from = fn.local(`from ${key}`, `${label}_from`, "i32");
    const to = fn.local(`to ${key}`, `${label}_to`, "i32");
    const extent = sizes.value(axis.extent);
    const border = (t: Wat) => form("call $border", extent, i32(grain), t);
    fn.set(from, border(get(thread)));
    fn.set(to, border(add(get(thread), i32(1))));
    stretches.set(key, { from, to });
  }
  return stretches;
}

function stretchOf(
  split: Split | undefined,
  stretches: ReadonlyMap<string, Stretch>,
): readonly Wat[] {
  const stretch = split && stretches.get(extentKey(split.axis.extent));
  return stretch === undefined ? [] : [get(stretch.from), get(stretch.to)];
}

function argumentsOf(program: Program, kernel: Kernel, names: ModuleNames, place: Place) {
  return parametersOf(kernel, names).map(({ name }) => {
    const param = place.params.get(name);
    if (param === undefined) {
      throw new Error(
        `Cannot write ${program.name}: ${kernel.name} needs "${name}", no uniform has it`,
      );
    }
    return get(param);
  });
}

/**
 * The function of a thread's share.
 *
 * @param functionOf the identifier of a kernel's function.
 */
export function writeShare(
  id: string,
  program: Program,
  phases: readonly Phase[],
  functionOf: (shared: SharedKernel) => string,
  names: ModuleNames,
): readonly Wat[] {
  const fn = new FunctionBuilder(id);
  const thread = fn.param("thread", "i32");
  const params = new Map(
    program.uniforms.map(({ name, type }) => [name, fn.param(name, WASM_TYPE[type])] as const),
  );
  const sizes = new Sizes(fn, names.dims, params);
  const place: Place = { fn, sizes, thread, params };
  const stretches = writeStretches(phases, place);
  for (const phase of phases) {
    // What passes until here is waiting, not the next kernel's work.
    fn.emit(form("call $done", get(thread), i32(-1)));
    for (const shared of phase) {
      const { plan: { kernel }, split, at } = shared;
      const call = form(
        `call ${functionOf(shared)}`,
        ...argumentsOf(program, kernel, names, place),
        ...stretchOf(split, stretches),
      );
      fn.emit(
        split === undefined
          ? block("if", [form("i32.eqz", get(thread)), block("then", [call])])
          : call,
        form("call $done", get(thread), i32(at)),
      );
    }
    fn.emit(form("call $meet"));
  }
  return fn.build([`A thread's share of ${program.name}.`]);
}
