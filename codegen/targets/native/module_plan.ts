/**
 * All that this target decides about a module before it writes a word: which tensors lie in panels, the form
 * of each kernel and who computes what of it, where threads meet, and what further memory they need.
 *
 * @module
 */
import { scalarsIn, storesIn } from "../../kernel/access.ts";
import type { CompiledModule, Kernel, Program } from "../../kernel/kernel.ts";
import { boundIndices } from "./bounded_indices.ts";
import { type KernelPlan, planKernel } from "./kernel_plan.ts";
import { panelTensors } from "./panels.ts";
import { typicalDims } from "./product.ts";
import { listsOf, type ZeroLists } from "./zero_lists.ts";

/** A kernel of a program. */
export interface PlannedKernel {
  readonly plan: KernelPlan;
  /** Threads meet before it, as it needs what others have written, or overwrites what others read. */
  readonly meets: boolean;
}

/** A program and its kernels. */
export interface PlannedProgram {
  readonly program: Program;
  readonly kernels: readonly PlannedKernel[];
}

/** A module as it is going to be written. */
export interface ModulePlan {
  readonly module: CompiledModule;
  /** Names of the tensors that lie in panels. */
  readonly panels: readonly string[];
  readonly programs: readonly PlannedProgram[];
  /** Memory for lists of non-zero values, in slots that follow those of the module. */
  readonly lists: readonly ZeroLists[];
}

/** What a kernel touches of the memory that threads share: slots by number, lists by name. */
interface Touches {
  readonly reads: ReadonlySet<number | string>;
  readonly writes: ReadonlySet<number | string>;
}

function touchesOf({ kernel, form }: KernelPlan, slots: ReadonlyMap<string, number>): Touches {
  const slot = (tensor: string): number | string => slots.get(tensor) ?? tensor;
  const loads = scalarsIn(kernel.stages).flatMap((scalar) =>
    scalar.kind === "load" ? [slot(scalar.tensor)] : []
  );
  const lists = form.kind === "product" && form.way.skipsZeros ? [listsOf(form.way).name] : [];
  return {
    reads: new Set(loads),
    writes: new Set([...storesIn(kernel.stages).map(({ tensor }) => slot(tensor)), ...lists]),
  };
}

function planProgram(
  program: Program,
  plan: (kernel: Kernel) => KernelPlan,
  slots: ReadonlyMap<string, number>,
): PlannedProgram {
  let reads = new Set<number | string>();
  let writes = new Set<number | string>();
  const kernels = program.kernels.map((kernel): PlannedKernel => {
    const planned = plan(boundIndices(kernel));
    const touches = touchesOf(planned, slots);
    const meets = [...touches.writes].some((each) => reads.has(each) || writes.has(each)) ||
      [...touches.reads].some((each) => writes.has(each));
    if (meets) {
      reads = new Set();
      writes = new Set();
    }
    touches.reads.forEach((each) => reads.add(each));
    touches.writes.forEach((each) => writes.add(each));
    return { plan: planned, meets };
  });
  return { program, kernels };
}

/** The lists that kernels make, by name. */
function listsIn(programs: readonly PlannedProgram[]): readonly ZeroLists[] {
  const lists = programs.flatMap(({ kernels }) =>
    kernels.flatMap(({ plan: { form } }) =>
      form.kind === "product" && form.way.skipsZeros ? [listsOf(form.way)] : []
    )
  );
  return [...new Map(lists.map((each) => [each.name, each])).values()];
}

/** Plans a module. */
export function planModule(module: CompiledModule): ModulePlan {
  const panels = panelTensors(module);
  const isInPanels = new Set(panels);
  const typical = typicalDims(module.fixedDims, module.callDims);
  const slots = new Map(module.tensors.map(({ name, slot }) => [name, slot]));
  const programs = module.programs.map((program) =>
    planProgram(program, (kernel) => planKernel(kernel, isInPanels, typical), slots)
  );
  return { module, panels, programs, lists: listsIn(programs) };
}
