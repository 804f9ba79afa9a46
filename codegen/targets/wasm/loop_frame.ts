/**
 * Frames `map` and `rows`: loops over the parallel axes around the stages.
 *
 * @module
 */
import type { Kernel } from "../../kernel/kernel.ts";
import { accessesIn } from "../../kernel/access.ts";
import type { Split } from "./kernel_plan.ts";
import { beginFunction, type ModuleNames } from "./kernel_function.ts";
import { bindPointers } from "./scope.ts";
import { nest } from "./span.ts";
import { writeOver, writeStages } from "./stages.ts";
import type { Wat } from "./wat.ts";

/**
 * The function of a kernel, as plain loops; along the innermost parallel axis, four lanes where they fit.
 *
 * @param kernel with its axes split, see `split_axes.ts`.
 */
export function writeLoopFrame(
  id: string,
  kernel: Kernel,
  comments: readonly string[],
  module: ModuleNames,
  shared: Split | undefined,
): readonly Wat[] {
  const { fn, scope: outside } = beginFunction(id, kernel, [], module, shared);
  const accesses = accessesIn(kernel.stages, outside.tensors);
  const scope = bindPointers(outside, accesses);
  const last = kernel.parallel.at(-1);
  nest(scope, kernel.parallel.slice(0, -1), accesses, (turn) => {
    if (last === undefined) writeStages(kernel.stages, turn);
    else writeOver(last, kernel.stages, accesses, turn);
  });
  return fn.build(comments);
}
