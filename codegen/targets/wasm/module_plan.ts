/**
 * All that this target decides about a module before it writes a word: how tensors lie in memory, the form
 * of each kernel, how programs are shared out among threads, and what further memory they need.
 *
 * @module
 */
import type { CompiledModule, Program } from "../../kernel/kernel.ts";
import { planKernel } from "./kernel_plan.ts";
import { exchangeAxes, transposedTensors } from "./layout.ts";
import { type Phase, shareOut } from "./share_out.ts";
import { listsOf, type ZeroLists } from "./zero_lists.ts";

/** A program and how it is shared out. */
export interface SharedProgram {
  readonly program: Program;
  readonly phases: readonly Phase[];
}

/** A module as it is going to be written. */
export interface ModulePlan {
  /** With the axes of transposed tensors exchanged. */
  readonly module: CompiledModule;
  /** Names of the tensors that lie in memory column by column. */
  readonly transposed: readonly string[];
  readonly programs: readonly SharedProgram[];
  /** Memory for lists of non-zero values. */
  readonly lists: readonly ZeroLists[];
}

/** The lists that kernels make, by name. */
function listsIn(programs: readonly SharedProgram[]): readonly ZeroLists[] {
  const forms = programs.flatMap(({ phases }) => phases.flat().map(({ plan }) => plan.form));
  const lists = forms.flatMap((form) => form?.skipsZeros ? [listsOf(form.contraction)] : []);
  return [...new Map(lists.map((each) => [each.name, each])).values()];
}

/** Plans a module. */
export function planModule(original: CompiledModule): ModulePlan {
  const transposed = transposedTensors(original);
  const module = exchangeAxes(original, transposed);
  const slots = new Map(module.tensors.map(({ name, slot }) => [name, slot]));
  const programs = module.programs.map((program): SharedProgram => {
    const plans = program.kernels.map(planKernel);
    return { program, phases: shareOut(plans, (memory) => slots.get(memory) ?? memory) };
  });
  return { module, transposed, programs, lists: listsIn(programs) };
}
