/**
 * Which tensors lie in memory in 16 bits, for models that ask for it.
 *
 * An f16 has 11 digits and no number above 65504. That is enough for activations and for their gradients,
 * which noise much larger than their rounding is part of. It is not enough for what small changes add up in
 * and for sums of many elements, so these stay in 32 bits:
 *
 * - parameters, what optimizers and layers keep, and what a caller writes or reads;
 * - temporaries that do not grow with the batch: gradients of parameters, and statistics over the batch;
 * - results of plain reductions: sums and maxima, one for many elements.
 *
 * Kernels compute in 32 bits in any case: a value is rounded where it is stored, and only there.
 *
 * @module
 */
import { factors } from "../../dsl/dim.ts";
import type { CompiledModule, Kernel, PlannedTensor } from "../kernel/kernel.ts";

/** A module whose temporaries lie in 16 bits where that is enough. */
export function halfStorage(module: CompiledModule): CompiledModule {
  const reduced = new Set(
    module.programs.flatMap(({ kernels }) => kernels.flatMap(reductionsOf)),
  );
  const half = new Set(
    module.tensors.filter((each) => growsWithCalls(each, module) && !reduced.has(each.name))
      .map(({ name }) => name),
  );
  const stored = <T extends Pick<PlannedTensor, "name" | "dtype">>(tensor: T): T =>
    half.has(tensor.name) ? { ...tensor, dtype: "f16" } : tensor;
  return {
    ...module,
    tensors: module.tensors.map(stored),
    programs: module.programs.map((program) => ({
      ...program,
      kernels: program.kernels.map((kernel) => ({
        ...kernel,
        tensors: kernel.tensors.map(stored),
      })),
    })),
  };
}

/** True for temporaries of reals that have elements for each sample of a batch. */
function growsWithCalls(
  { kind, dtype, shape }: PlannedTensor,
  { callDims }: CompiledModule,
): boolean {
  return kind === "temporary" && dtype === "f32" &&
    shape.some((extent) => factors(extent).symbols.some((dim) => callDims.includes(dim)));
}

/** What a kernel stores once for all the elements that it reduces; a contraction's results are no such sums. */
function reductionsOf({ schedule, stages }: Kernel): readonly string[] {
  if (schedule.frame === "contract" || stages.every(({ kind }) => kind !== "reduce")) return [];
  return stages.flatMap((stage) => stage.kind === "store" ? [stage.tensor] : []);
}
